package safe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// TextHTML returns plain text as paragraphs with its line breaks and
// indentation kept and its web and mail addresses linked. Text whose HTML
// would be larger than HTML accepts is cut and ends with an ellipsis.
func TextHTML(plain string) string {
	return paragraphs(plain, true)
}

// paragraphs stops adding lines as soon as the next one would not fit, since
// quoting and links multiply the size of what they hold.
func paragraphs(plain string, linked bool) string {
	const end = "…</p>"
	if len(plain) > maxHTML {
		plain = plain[:maxHTML]
	}
	plain = strings.ToValidUTF8(plain, "\uFFFD")
	plain = cleanText(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(plain))
	var out strings.Builder
	inside := false
	for line := range strings.SplitSeq(plain, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" {
			if inside {
				out.WriteString("</p>\n")
				inside = false
			}
			continue
		}
		markup := lineHTML(line, linked)
		if out.Len()+len(markup)+len("<p><br/>\n")+len(end) > maxHTML {
			if !inside {
				out.WriteString("<p>")
			}
			out.WriteString(end)
			return out.String()
		}
		if inside {
			out.WriteString("<br/>\n")
		} else {
			out.WriteString("<p>")
			inside = true
		}
		out.WriteString(markup)
	}
	if inside {
		out.WriteString("</p>")
	}
	return strings.TrimSuffix(out.String(), "\n")
}

func lineHTML(line string, linked bool) string {
	line = keepSpaces(line)
	if !linked {
		return html.EscapeString(line)
	}
	var out strings.Builder
	from := 0
	for at := 0; at < len(line); {
		start, end := nextLink(line, at)
		if start < 0 {
			break
		}
		shown := line[start:end]
		address := shown
		if !strings.Contains(shown, ":") {
			address = "mailto:" + shown
		}
		if href, ok := Link(address); ok {
			out.WriteString(html.EscapeString(line[from:start]))
			out.WriteString(`<a href="` + html.EscapeString(href) + `" rel="` + linkRel + `" target="` + linkTarget + `">`)
			out.WriteString(html.EscapeString(shown) + "</a>")
			from = end
		}
		at = end
	}
	out.WriteString(html.EscapeString(line[from:]))
	return out.String()
}

// keepSpaces makes indentation and columns survive: of each run of spaces
// all but the last become no-break spaces.
func keepSpaces(line string) string {
	if !strings.Contains(line, "  ") && !strings.Contains(line, "\t") && !strings.HasPrefix(line, " ") {
		return line
	}
	line = strings.ReplaceAll(line, "\t", "    ")
	var out strings.Builder
	for i := range len(line) {
		if line[i] == ' ' && (i == 0 || line[i+1] == ' ') {
			out.WriteRune('\u00a0')
			continue
		}
		out.WriteByte(line[i])
	}
	return out.String()
}

// nextLink returns the bounds of the first address at or after at, or -1. It
// looks at each byte a bounded number of times.
func nextLink(line string, at int) (start, end int) {
	for i := at; i < len(line); i++ {
		switch line[i] {
		case ':':
			start := schemeBefore(line, at, i)
			if start < 0 {
				continue
			}
			if end := linkEnd(line, i+1); end > i+1 {
				return start, end
			}
		case '@':
			if start, end, ok := mailAround(line, at, i); ok {
				return start, end
			}
		}
	}
	return -1, -1
}

// schemeBefore returns where the scheme that ends at colon begins.
func schemeBefore(line string, at, colon int) int {
	for _, scheme := range []string{"https", "http", "mailto"} {
		start := colon - len(scheme)
		if start < at || !strings.EqualFold(line[start:colon], scheme) {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(line[at:start]); start > at && (unicode.IsLetter(before) || unicode.IsDigit(before)) {
			continue
		}
		if scheme != "mailto" && !strings.HasPrefix(line[colon:], "://") {
			continue
		}
		return start
	}
	return -1
}

// linkEnd returns the end of the address that runs from at, without the
// punctuation of the sentence around it.
func linkEnd(line string, at int) int {
	end := len(line)
	if i := strings.IndexFunc(line[at:], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("<>\"`{}|^\\", r) || unicode.In(r, unicode.Cf)
	}); i >= 0 {
		end = at + i
	}
	spare := strings.Count(line[at:end], ")") - strings.Count(line[at:end], "(")
	for end > at {
		last, size := utf8.DecodeLastRuneInString(line[at:end])
		if last == ')' {
			if spare <= 0 {
				break
			}
			spare--
		} else if !strings.ContainsRune(".,;:!?'*]…»“”’‘。、،؛؟", last) {
			break
		}
		end -= size
	}
	return end
}

// mailAround returns the mail address whose @ is at sign.
func mailAround(line string, at, sign int) (start, end int, ok bool) {
	isLocal := func(c byte) bool { return isAlnum(c) || strings.IndexByte("._%+-", c) >= 0 }
	isHost := func(c byte) bool { return isAlnum(c) || c == '-' || c == '.' }
	start = sign
	for start > at && sign-start <= 64 && isLocal(line[start-1]) {
		start--
	}
	end = sign + 1
	for end < len(line) && end-sign <= 255 && isHost(line[end]) {
		end++
	}
	end = sign + 1 + len(strings.TrimRight(line[sign+1:end], ".-"))
	for start < sign && !isAlnum(line[start]) {
		start++
	}
	dot := strings.LastIndexByte(line[sign+1:end], '.')
	ok = start < sign && sign-start <= 64 && end-sign <= 255 && dot > 0 && end-(sign+1)-dot > 2 &&
		isAlnum(line[sign+1]) && !strings.Contains(line[sign+1:end], "..")
	return start, end, ok
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
