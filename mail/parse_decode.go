package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding. Broken encodings lose as
// little as possible; an unknown one leaves the bytes as they are and says so.
func decodeTransfer(b []byte, encoding string, text bool) (out []byte, odd bool) {
	encoding, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(encoding)), ";")
	switch strings.Trim(encoding, `" `) {
	case "base64":
		if text {
			return decodeBase64Text(b)
		}
		return decodeBase64File(b)
	case "quoted-printable":
		return decodeQuoted(b), false
	case "", "7bit", "8bit", "binary", "7-bit", "8-bit", "none":
		return b, false
	}
	return b, true
}

// decodeBase64File skips everything that is not of the alphabet. Padding in
// the middle, as left by joined pieces, starts a new quantum.
func decodeBase64File(b []byte) (out []byte, odd bool) {
	out = make([]byte, 0, len(b)/4*3+3)
	var acc uint32
	n := 0
	for _, c := range b {
		v := base64Value(c)
		switch {
		case v >= 0:
			acc = acc<<6 | uint32(v)
			if n++; n == 4 {
				out = append(out, byte(acc>>16), byte(acc>>8), byte(acc))
				acc, n = 0, 0
			}
		case c == '=':
			out = flushBase64(out, acc, n)
			acc, n = 0, 0
		case c > ' ':
			odd = true
		}
	}
	return flushBase64(out, acc, n), odd
}

// flushBase64 writes what an unfinished quantum holds.
func flushBase64(out []byte, acc uint32, n int) []byte {
	switch n {
	case 2:
		return append(out, byte(acc>>4))
	case 3:
		return append(out, byte(acc>>10), byte(acc>>2))
	}
	return out
}

func base64Value(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}

// decodeBase64Text stops at the first line that is no base64 and appends the
// rest as it is: mailing lists put their footer in the clear behind an encoded
// body.
func decodeBase64Text(b []byte) (out []byte, odd bool) {
	for rest := b; len(rest) > 0; {
		line, next := splitLine(rest)
		bad := bytes.IndexFunc(line, func(r rune) bool {
			return r >= 0x80 || r > ' ' && r != '=' && base64Value(byte(r)) < 0
		})
		if bad >= 0 {
			good := len(b) - len(rest)
			if bad >= 8 && bad%4 == 0 && bytes.IndexByte(line[:bad], ' ') < 0 {
				good += bad
			}
			head, _ := decodeClean(b[:good])
			return append(head, b[good:]...), true
		}
		rest = next
	}
	return decodeClean(b)
}

// decodeClean decodes with the standard library when it can, which is faster.
func decodeClean(b []byte) ([]byte, bool) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(b)))
	if n, err := base64.StdEncoding.Decode(out, b); err == nil {
		return out[:n], false
	}
	return decodeBase64File(b)
}

// decodeQuoted undoes quoted-printable; an equals sign that is no escape stays.
func decodeQuoted(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		line, end := b, []byte(nil)
		if i >= 0 {
			line, end = b[:i], b[i:i+1]
			if i > 0 && b[i-1] == '\r' {
				line, end = b[:i-1], b[i-1:i+1]
			}
			b = b[i+1:]
		} else {
			b = nil
		}
		line = bytes.TrimRight(line, " \t")
		soft := bytes.HasSuffix(line, []byte{'='})
		if soft {
			line = line[:len(line)-1]
		}
		for j := 0; j < len(line); j++ {
			if line[j] == '=' && j+2 < len(line) && unhex(line[j+1]) >= 0 && unhex(line[j+2]) >= 0 {
				out = append(out, byte(unhex(line[j+1])<<4|unhex(line[j+2])))
				j += 2
				continue
			}
			out = append(out, line[j])
		}
		if !soft {
			out = append(out, end...)
		}
	}
	return out
}
