package mail

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"escalated/model"
)

// parseAddresses reads an address header in one pass: comments, quoted names,
// groups, routes, and much that only looks like addresses. The addr-spec is
// taken from the raw bytes; an encoded word never makes one. At most limit
// addresses are kept; count is how many there were.
func parseAddresses(v []byte, charset string, limit int) (list []model.MailAddress, count int) {
	if !quotesClose(v) {
		v = bytes.ReplaceAll(v, []byte{'"'}, []byte{' '})
	}
	s := addressScanner{charset: charset}
	add := func() {
		if a, ok := s.address(); ok {
			if count++; len(list) < limit {
				list = append(list, a)
			}
		}
	}
	for i := 0; i <= len(v); i++ {
		if i < len(v) && v[i] == '<' && s.complete() { // the comma between two is missing
			tail := s.tail
			add()
			s.reset()
			s.name, s.plain = tail, tail
		}
		if i == len(v) || s.depth == 0 && !s.quoted && (v[i] == ',' && !s.routing(v, i) || v[i] == ';') {
			add()
			s.reset()
			continue
		}
		if n := s.feed(v, i); n > 0 {
			i += n
		}
	}
	return list, count
}

// quotesClose reports whether every quote outside of comments has its end.
func quotesClose(v []byte) bool {
	quoted, depth := false, 0
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '\\' && (quoted || depth > 0):
			i++
		case quoted:
			quoted = c != '"'
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == '"' && depth == 0:
			quoted = true
		}
	}
	return !quoted
}

// addressScanner holds what was seen of one address.
type addressScanner struct {
	charset string
	name    []byte // outside of angle brackets, quotes taken off
	plain   []byte // the part of name that was not quoted
	text    []byte // the part of name that was
	spec    []byte // inside of angle brackets
	tail    []byte // behind the angle brackets
	comment []byte
	inAngle bool
	angled  bool
	quoted  bool
	depth   int // of comments
}

// complete reports whether an address in angle brackets was read to its end.
func (s *addressScanner) complete() bool {
	return s.angled && !s.inAngle && !s.quoted && s.depth == 0 && bytes.IndexByte(s.spec, '@') > 0
}

func (s *addressScanner) reset() { *s = addressScanner{charset: s.charset} }

// feed takes the byte at i and returns how many more it used.
func (s *addressScanner) feed(v []byte, i int) int {
	c := v[i]
	if c == '\\' && (s.quoted || s.depth > 0) && i+1 < len(v) {
		s.keep(v[i+1])
		return 1
	}
	switch {
	case s.depth > 0:
		switch c {
		case '(':
			s.depth++
			s.keep(c)
		case ')':
			if s.depth--; s.depth > 0 {
				s.keep(c)
			}
		default:
			s.keep(c)
		}
	case s.quoted:
		if c == '"' {
			s.quoted = false
			switch {
			case s.inAngle:
				s.spec = append(s.spec, c)
			case i+1 < len(v) && v[i+1] == '@': // "john doe"@example.com
				s.plain = append(append(append(s.plain, c), s.text...), c)
				s.text = nil
			}
			return 0
		}
		s.keep(c)
	case c == '"':
		s.quoted = true
		if s.inAngle {
			s.spec = append(s.spec, c)
		}
	case c == '(':
		s.depth = 1
		s.comment = append(s.comment, ' ')
	case c == '<':
		if s.angled && len(bytes.TrimSpace(s.spec)) > 0 {
			// A second angle: the first belonged to the name.
			s.name = append(append(s.name, ' '), s.spec...)
		}
		s.spec, s.inAngle, s.angled = nil, true, true
	case c == '>':
		s.inAngle = false
	case c == ':' && s.inAngle: // the route before it is obsolete
		s.spec = nil
	case c == ':' && !s.angled && bytes.IndexByte(s.plain, '@') < 0: // "Team:" starts a group
		s.name, s.plain, s.text = nil, nil, nil
	default:
		s.keep(c)
	}
	return 0
}

// keep appends to whatever is being read.
func (s *addressScanner) keep(c byte) {
	switch {
	case s.depth > 0:
		if len(s.comment) < 1000 {
			s.comment = append(s.comment, c)
		}
	case s.inAngle:
		s.spec = append(s.spec, c)
	case s.angled:
		s.tail = append(s.tail, c)
	default:
		s.name = append(s.name, c)
		if s.quoted {
			s.text = append(s.text, c)
		} else {
			s.plain = append(s.plain, c)
		}
	}
}

// routing reports whether the comma at i stands in <@a,@b:c@d>.
func (s *addressScanner) routing(v []byte, i int) bool {
	return s.inAngle && len(s.spec) > 0 && s.spec[0] == '@' && i+1 < len(v) && (v[i+1] == '@' || v[i+1] == ' ')
}

// address makes one of what was seen; false for nothing at all.
func (s *addressScanner) address() (model.MailAddress, bool) {
	name, spec := bytes.TrimSpace(s.name), bytes.TrimSpace(s.spec)
	if !s.angled && bytes.IndexByte(s.plain, '@') >= 0 {
		name, spec = bareAddress(s.plain)
		if len(s.text) > 0 {
			name = s.text
		}
	}
	if len(name) == 0 {
		name = bytes.TrimSpace(append(s.comment, s.tail...))
	}
	a := model.MailAddress{Name: cutText(decodeHeader(name, s.charset), 200)}
	a.Address, a.ASCII = addrSpec(spec)
	return a, a.Name != "" || a.Address != ""
}

// bareAddress finds the addr-spec in text without angle brackets: the first word
// with an @ inside, or all of it when blanks surround the @.
func bareAddress(text []byte) (name, spec []byte) {
	words := bytes.Fields(text)
	for i, w := range words {
		if at := bytes.IndexByte(w, '@'); at > 0 && at < len(w)-1 {
			rest := append(append([][]byte{}, words[:i]...), words[i+1:]...)
			return bytes.Join(rest, []byte{' '}), w
		}
	}
	return nil, text
}

// addrSpec brings an address into the form in which it is compared: lower case,
// without blanks around @ and without needless quotes. What cannot be an
// address gives nothing; nobody may be taken for somebody else because a NUL or
// a blank was cut out.
func addrSpec(b []byte) (address, ascii string) {
	if len(b) > 400 || !utf8.Valid(b) {
		return "", ""
	}
	s := strings.TrimSpace(string(b))
	s = strings.TrimPrefix(s, "mailto:")
	at := strings.LastIndexByte(s, '@')
	if at < 1 {
		return "", ""
	}
	local, domain := strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+1:])
	domain = strings.TrimSuffix(domain, ".")
	if l := len(local); l > 2 && local[0] == '"' && local[l-1] == '"' && plainLocal(local[1:l-1]) {
		local = local[1 : l-1]
	}
	if local == "" || domain == "" || len(local)+len(domain)+1 > 254 {
		return "", ""
	}
	quoted := local[0] == '"' && len(local) > 1 && local[len(local)-1] == '"'
	if !quoted && !plainLocal(local) || strings.ContainsFunc(local, isControl) || !plainDomain(domain) {
		return "", ""
	}
	address = model.FoldAddress(local + "@" + domain)
	puny, err := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false)).ToASCII(domain)
	if err != nil {
		puny = domain
	}
	return address, model.FoldAddress(local + "@" + puny)
}

func isControl(r rune) bool {
	return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError
}

// plainLocal allows what needs no quotes, non-ASCII included (RFC 6532).
func plainLocal(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || isControl(r) || strings.ContainsRune(`()<>[]:;,\"@`, r)
	})
}

// plainDomain allows host names and [literals].
func plainDomain(s string) bool {
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
			return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == ':')
		})
	}
	return s != "" && s[0] != '.' && s[0] != '-' && !strings.Contains(s, "..") && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || isControl(r) || strings.ContainsRune("()<>[]:;,\\\"@!#$%&'*/=?^`{|}~", r)
	})
}
