package mail

import (
	"bytes"
	"strings"
)

// mediaType is a Content-Type or Content-Disposition value.
type mediaType struct {
	value  string            // lower case
	params map[string]string // names in lower case, values decoded (RFC 2231, RFC 2047)
}

// maxMediaType bounds the work on one value, in bytes.
const maxMediaType = 16 << 10

// parseMediaType reads a value as it comes, not as it should be: blanks in
// unquoted values, quotes inside of quotes, missing ends are all forgiven.
// The first of two parameters with one name counts.
func parseMediaType(v []byte, charset string) mediaType {
	v = v[:min(len(v), maxMediaType)]
	head, rest, _ := bytes.Cut(v, []byte{';'})
	m := mediaType{params: map[string]string{}}
	head, _, _ = bytes.Cut(head, []byte{'('})
	if bytes.IndexByte(head, '=') > 0 { // the type is missing, this is a parameter
		rest, head = v, nil
	}
	m.value = strings.ToLower(oneLine(toUTF8(bytes.TrimSpace(head), "", false)))
	pieces := map[string]*extended{}
	for n := 0; len(rest) > 0 && n < 1000; n++ {
		var name, value []byte
		name, value, rest = nextParam(rest)
		key := strings.ToLower(string(name))
		if key == "" {
			continue
		}
		base, mark, starred := strings.Cut(key, "*")
		if !starred {
			if _, known := m.params[key]; !known {
				m.params[key] = decodeHeader(value, charset)
			}
			continue
		}
		if pieces[base] == nil {
			pieces[base] = &extended{parts: map[int]segment{}}
		}
		pieces[base].add(mark, value)
	}
	for base, e := range pieces {
		if text := e.text(charset); text != "" {
			m.params[base] = text
		}
	}
	return m
}

// nextParam cuts one name=value off.
func nextParam(v []byte) (name, value, rest []byte) {
	v = bytes.TrimLeft(v, "; \t")
	i := bytes.IndexAny(v, "=;")
	if i < 0 {
		return nil, nil, nil
	}
	if v[i] == ';' {
		return nil, nil, v[i:]
	}
	name = bytes.TrimSpace(v[:i])
	v = bytes.TrimLeft(v[i+1:], " \t")
	if len(v) == 0 || v[0] != '"' {
		if i = bytes.IndexByte(v, ';'); i < 0 {
			i = len(v)
		}
		return name, bytes.TrimSpace(v[:i]), v[i:]
	}
	for i = 1; i < len(v); i++ {
		switch {
		case v[i] == '\\' && i+1 < len(v) && (v[i+1] == '"' || v[i+1] == '\\'):
			i++
			value = append(value, v[i])
		case v[i] == '"':
			after := bytes.TrimLeft(v[i+1:min(len(v), i+40)], " \t")
			if len(after) == 0 || after[0] == ';' || after[0] == '(' {
				return name, value, v[i+1:]
			}
			value = append(value, '"')
		default:
			value = append(value, v[i])
		}
	}
	return name, value, nil
}

// extended collects the pieces of one parameter of RFC 2231.
type extended struct {
	charset string
	parts   map[int]segment
	highest int
}

type segment struct {
	value   []byte
	encoded bool
}

// add takes one piece; mark is what follows the first star of its name.
func (e *extended) add(mark string, value []byte) {
	number, encoded := strings.CutSuffix(mark, "*")
	n := 0
	if number == "" {
		encoded = true
	}
	for _, c := range number {
		if c < '0' || c > '9' || n > 999 {
			return
		}
		n = n*10 + int(c-'0')
	}
	if n > 999 {
		return
	}
	if _, known := e.parts[n]; known {
		return
	}
	e.parts[n] = segment{value, encoded}
	e.highest = max(e.highest, n)
}

// text joins and decodes the pieces.
func (e *extended) text(charset string) string {
	var data []byte
	for n := 0; n <= e.highest; n++ {
		s := e.parts[n]
		v := s.value
		if n == 0 && s.encoded {
			if cs, after, ok := bytes.Cut(v, []byte{'\''}); ok {
				if _, value, ok := bytes.Cut(after, []byte{'\''}); ok {
					e.charset, v = charsetName(string(cs)), value
				}
			}
		}
		if s.encoded {
			v = unpercent(v)
		}
		data = append(data, v...)
	}
	if e.charset == "" {
		return decodeHeader(data, charset)
	}
	return oneLine(toUTF8(data, e.charset, false))
}

// unpercent undoes %XX.
func unpercent(v []byte) []byte {
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) && unhex(v[i+1]) >= 0 && unhex(v[i+2]) >= 0 {
			out = append(out, byte(unhex(v[i+1])<<4|unhex(v[i+2])))
			i += 2
			continue
		}
		out = append(out, v[i])
	}
	return out
}
