package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// charsetAlias are names seen in mails that no index knows.
var charsetAlias = map[string]encoding.Encoding{
	"utf-16":         unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"hz-gb-2312":     simplifiedchinese.HZGB2312,
	"gb2312-80":      simplifiedchinese.GBK,
	"euc-cn":         simplifiedchinese.GBK,
	"cp936":          simplifiedchinese.GBK,
	"cp949":          korean.EUCKR,
	"ks-c-5601-1987": korean.EUCKR,
	"cp932":          japanese.ShiftJIS,
	"iso-2022-jp-1":  japanese.ISO2022JP,
	"iso-2022-jp-2":  japanese.ISO2022JP,
	"cp850":          charmap.CodePage850,
	"cp-850":         charmap.CodePage850,
	"cp858":          charmap.CodePage858,
	"cp437":          charmap.CodePage437,
	"latin-1":        charmap.Windows1252,
	"iso-8859-1-i":   charmap.Windows1252,
}

// charsetName brings a declared charset into the usual spelling.
func charsetName(name string) string {
	n := strings.ToLower(strings.Trim(strings.TrimSpace(cutText(name, 100)), `"' `))
	n = strings.TrimPrefix(n, "charset=")
	if i := strings.IndexAny(n, ";, "); i > 0 {
		n = n[:i]
	}
	return n
}

// findCharset returns nil for an unknown charset.
func findCharset(name string) encoding.Encoding {
	dashed := strings.ReplaceAll(name, "_", "-")
	if e := charsetAlias[dashed]; e != nil {
		return e
	}
	for _, n := range []string{name, dashed, strings.Replace(dashed, "iso8859", "iso-8859", 1), strings.Replace(dashed, "windows12", "windows-12", 1)} {
		if e, err := htmlindex.Get(n); err == nil && e != encoding.Replacement {
			return e
		}
	}
	if e, err := ianaindex.MIME.Encoding(name); err == nil && e != nil && e != encoding.Replacement {
		return e
	}
	return nil
}

// isUTF7 knows the names of UTF-7.
func isUTF7(name string) bool {
	return name == "utf-7" || name == "utf7" || name == "unicode-1-1-utf-7" || name == "x-unicode-2-0-utf-7" || name == "csunicode11utf7"
}

// toUTF8 decodes text of a declared charset, "" for none. It never fails: what
// cannot be told becomes the most likely text, what cannot be decoded the
// replacement character. UTF-7 is honoured only in plain text, never in HTML:
// there it only serves to carry markup past a filter.
func toUTF8(b []byte, charset string, html bool) string {
	name := charsetName(charset)
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) && utf8.Valid(b):
		return string(b[3:])
	case isUTF7(name) && !html:
		return decodeUTF7(b)
	case isUTF7(name), name == "", name == "us-ascii", name == "ascii", name == "utf-8", name == "utf8", name == "unicode-1-1-utf-8", name == "ansi_x3.4-1968", strings.HasPrefix(name, "x-unknown"), strings.HasPrefix(name, "unknown"):
		return guessUTF8(b, html, name)
	}
	e := findCharset(name)
	if e == nil {
		return guessUTF8(b, html, name)
	}
	if latin(name) && !ascii(b) && utf8.Valid(b) {
		return string(b) // UTF-8 sent as Latin: the other way round it would be gibberish
	}
	text, broken := decodeWith(e, b)
	if broken > 0 && (utf8.Valid(b) && !ascii(b) || broken > 3) {
		if guess := guessUTF8(b, html, name); strings.Count(guess, "\ufffd") < broken {
			return guess
		}
	}
	return text
}

// decodeWith decodes b and counts the characters that could not be.
func decodeWith(e encoding.Encoding, b []byte) (text string, broken int) {
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		out = b
	}
	text = strings.ToValidUTF8(string(out), "\ufffd")
	return text, strings.Count(text, "\ufffd")
}

// latin knows the Western charsets that programs declare without looking.
func latin(name string) bool {
	switch name {
	case "iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252", "iso-8859-15":
		return true
	}
	return false
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// guessUTF8 reads text whose charset is missing or wrong.
func guessUTF8(b []byte, html bool, name string) string {
	if bytes.Contains(b, []byte("\x1b$")) && ascii(b) {
		if text, broken := decodeWith(japanese.ISO2022JP, b); broken == 0 {
			return text
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	if mostlyUTF8(b) {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	if html {
		if declared := metaCharset(b); declared != "" && declared != name {
			if e := findCharset(declared); e != nil {
				text, _ := decodeWith(e, b)
				return text
			}
		}
	}
	var e encoding.Encoding = charmap.Windows1252
	if guess := detectCharset(b, html); guess != nil {
		e = guess
	}
	text, _ := decodeWith(e, b)
	return text
}

// mostlyUTF8 tells UTF-8 with a few broken bytes from another charset.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		b = b[n:]
	}
	return good > 2*bad
}

// detectCharset asks the statistics, for texts long enough and sure answers.
func detectCharset(b []byte, html bool) encoding.Encoding {
	if len(b) < 60 {
		return nil
	}
	detector := chardet.NewTextDetector()
	if html {
		detector = chardet.NewHtmlDetector()
	}
	best, err := detector.DetectBest(b[:min(len(b), 32<<10)])
	if err != nil || best.Confidence < 50 {
		return nil
	}
	switch name := strings.ToLower(best.Charset); name {
	case "utf-8", "utf-16be", "utf-16le", "utf-32be", "utf-32le", "iso-8859-1":
		return nil
	default:
		return findCharset(name)
	}
}

// metaCharset finds the charset an HTML document gives itself at its start.
func metaCharset(b []byte) string {
	head := bytes.ToLower(b[:min(len(b), 2048)])
	i := bytes.Index(head, []byte("charset="))
	if i < 0 {
		return ""
	}
	v := bytes.TrimLeft(head[i+len("charset="):], `"' `)
	if j := bytes.IndexAny(v, "\"'>;/ \t\r\n"); j >= 0 {
		v = v[:j]
	}
	if name := charsetName(string(v)); !isUTF7(name) {
		return name
	}
	return ""
}

// decodeUTF7 reads RFC 2152; broken runs stay as they are.
func decodeUTF7(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		i := bytes.IndexByte(b, '+')
		if i < 0 {
			i = len(b)
		}
		out.Write(b[:i])
		if b = b[i:]; len(b) == 0 {
			break
		}
		n := 1
		for n < len(b) && isBase64(b[n]) {
			n++
		}
		end := n
		if end < len(b) && b[end] == '-' {
			end++
		}
		units, err := base64.RawStdEncoding.DecodeString(string(b[1:n]))
		switch {
		case n == 1:
			out.WriteByte('+') // "+-" or a lonely plus
		case err != nil || len(units) < 2:
			out.Write(b[:end])
		default:
			u := make([]uint16, len(units)/2)
			for i := range u {
				u[i] = uint16(units[2*i])<<8 | uint16(units[2*i+1])
			}
			out.WriteString(string(utf16.Decode(u)))
		}
		b = b[end:]
	}
	return strings.ToValidUTF8(out.String(), "\ufffd")
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// cutText shortens s to at most n bytes without splitting a character.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// oneLine makes a header value fit for one line: line breaks, tabs and other
// controls become blanks or vanish, outer blanks go. Direction overrides stay;
// they are isolated where they are shown.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 }) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\r' || r == '\n' || r == '\t' || r == 0x2028 || r == 0x2029:
			b.WriteByte(' ')
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0:
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// bodyText makes decoded text fit for storage: LF line ends, no controls but
// tab and line feed.
func bodyText(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, s)
}
