package mail

import (
	"bytes"
	"strings"
)

// rawField is one header field, unfolded, not yet decoded.
type rawField struct {
	name  string // lower case
	value []byte
}

// rawHeader is a header block in order of appearance.
type rawHeader []rawField

// first returns the first value of a field.
func (h rawHeader) first(name string) []byte {
	for i := range h {
		if h[i].name == name {
			return h[i].value
		}
	}
	return nil
}

// all returns every value of a field.
func (h rawHeader) all(name string) [][]byte {
	var out [][]byte
	for i := range h {
		if h[i].name == name {
			out = append(out, h[i].value)
		}
	}
	return out
}

// splitLine cuts the first line off b, without its line end.
func splitLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte{'\r'}), nil
	}
	return bytes.TrimSuffix(b[:i], []byte{'\r'}), b[i+1:]
}

// fieldName returns the name of a header line and where its value starts, or 0.
// Blanks before the colon are forgiven.
func fieldName(line []byte) (name string, value int) {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || colon > 200 {
		return "", 0
	}
	raw := bytes.TrimRight(line[:colon], " \t")
	if len(raw) == 0 {
		return "", 0
	}
	for _, c := range raw {
		if c <= ' ' || c > '~' || c == '"' || c == '<' || c == '(' {
			return "", 0
		}
	}
	if bytes.HasPrefix(line[colon:], []byte("://")) {
		return "", 0
	}
	return strings.ToLower(string(raw)), colon + 1
}

// splitHeader reads the header block of an entity and returns what follows the
// empty line. odd tells that lines had to be skipped or that the empty line is
// missing. An entity that starts without a field has no header, all of it is
// body; only at the top of a message is junk before the first field skipped.
func splitHeader(b []byte, top bool, limits *Limits) (h rawHeader, body []byte, odd bool, err error) {
	if line, _ := splitLine(b); !top && len(line) > 0 {
		if name, _ := fieldName(line); name == "" {
			return nil, b, false, nil
		}
	}
	end := lastFieldLine(b, limits)
	var buf []byte // the value under construction
	name := ""
	flush := func() {
		if name != "" {
			h = append(h, rawField{name, bytes.TrimSpace(buf)})
		}
		name, buf = "", nil
	}
	for rest := b; len(rest) > 0; {
		at := len(b) - len(rest)
		line, next := splitLine(rest)
		if len(line) == 0 {
			flush()
			return h, next, odd, nil
		}
		n, v := fieldName(line)
		fold := line[0] == ' ' || line[0] == '\t'
		if at > end && n == "" && (!fold || len(bytes.TrimSpace(line)) == 0) {
			// Behind the last field stands text, or a line of blanks that is
			// meant as the empty line.
			flush()
			if fold {
				rest = next
			}
			return h, rest, true, nil
		}
		if len(b)-len(next) > limits.HeaderBytes {
			return nil, nil, false, ErrLimits{"header_bytes"}
		}
		switch {
		case fold:
			if text := bytes.TrimSpace(line); name != "" && len(text) > 0 {
				buf = append(append(buf, ' '), text...)
			}
		case n != "":
			flush()
			if len(h) >= limits.HeaderCount {
				return nil, nil, false, ErrLimits{"header_count"}
			}
			name, buf = n, append([]byte(nil), line[v:]...)
		default:
			// Something between two fields: a fold that lost its indent, or an
			// mbox line. The first is kept where nobody reads an identity from.
			odd = true
			if name != "" && !addressHeader[name] && !bytes.HasPrefix(line, []byte(">From ")) {
				buf = append(append(buf, ' '), bytes.TrimSpace(line)...)
			}
		}
		rest = next
	}
	flush()
	return h, nil, odd, nil
}

// addressHeader names the fields that a broken line must not add to.
var addressHeader = map[string]bool{"from": true, "sender": true, "reply-to": true, "return-path": true, "message-id": true}

// lastFieldLine returns the offset of the last line before the first empty one
// that looks like a header field, or -1.
func lastFieldLine(b []byte, limits *Limits) int {
	last := -1
	for rest := b; len(rest) > 0; {
		at := len(b) - len(rest)
		if at > limits.HeaderBytes {
			break
		}
		line, next := splitLine(rest)
		if len(line) == 0 || len(bytes.TrimSpace(line)) == 0 && !goesOn(next) {
			break
		}
		if name, _ := fieldName(line); name != "" && line[0] != ' ' && line[0] != '\t' {
			last = at
		}
		rest = next
	}
	return last
}

// goesOn reports whether b starts with a header line or a fold: a line of blanks
// before anything else is meant as the empty line.
func goesOn(b []byte) bool {
	line, _ := splitLine(b)
	name, _ := fieldName(line)
	return name != "" || len(line) > 0 && (line[0] == ' ' || line[0] == '\t')
}

// unwrapRaw takes off what surrounds a message in files: byte order mark, empty
// lines, the From line of an mbox. It returns the envelope sender of that line
// and whether there was one.
func unwrapRaw(raw []byte) (b []byte, envelope string, hasEnvelope bool) {
	b = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	b = trimEmptyLines(b)
	for i := 0; i < 3; i++ {
		if !bytes.HasPrefix(b, []byte("From ")) && !bytes.HasPrefix(b, []byte(">From ")) {
			break
		}
		line, rest := splitLine(b)
		if name, _ := fieldName(line); name == "from" {
			break // a field with blanks before the colon
		}
		if words := bytes.Fields(line); !hasEnvelope && len(words) > 3 && len(words[1]) <= 320 && fromLine(line) {
			envelope, hasEnvelope = strings.ToLower(string(bytes.Trim(words[1], "<>"))), true
		}
		b = rest
	}
	return b, envelope, hasEnvelope
}

// trimEmptyLines drops leading lines that are empty or blank.
func trimEmptyLines(b []byte) []byte {
	for {
		line, rest := splitLine(b)
		if len(b) == 0 || len(bytes.TrimSpace(line)) > 0 {
			return b
		}
		b = rest
	}
}

// normalEnds makes LF of the line ends of a message that knows only CR.
func normalEnds(b []byte) []byte {
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') >= 0 {
		return bytes.ReplaceAll(b, []byte{'\r'}, []byte{'\n'})
	}
	return b
}
