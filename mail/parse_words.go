package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// encodedWord is one =?charset?encoding?text?= of RFC 2047, its transfer
// encoding undone.
type encodedWord struct {
	charset string
	data    []byte
}

// decodeHeader makes text of a header value: encoded words (RFC 2047), raw
// eight-bit text in UTF-8 or the charset the message declares. A broken or
// unknown word stays as it was written.
func decodeHeader(v []byte, charset string) string {
	var out strings.Builder
	var pending encodedWord // neighbours of one charset are joined: characters are split across them
	flush := func() {
		if pending.data != nil {
			out.WriteString(toUTF8(pending.data, pending.charset, false))
			pending = encodedWord{}
		}
	}
	for len(v) > 0 {
		i := bytes.Index(v, []byte("=?"))
		if i < 0 {
			flush()
			out.WriteString(headerText(v, charset))
			break
		}
		word, n := readEncodedWord(v[i:])
		if n == 0 {
			flush()
			out.WriteString(headerText(v[:i+2], charset))
			v = v[i+2:]
			continue
		}
		if text := v[:i]; len(bytes.TrimSpace(text)) > 0 || pending.data == nil {
			flush()
			out.WriteString(headerText(text, charset))
		}
		if pending.data != nil && pending.charset != word.charset {
			flush()
		}
		pending.charset = word.charset
		pending.data = append(pending.data, word.data...)
		if pending.data == nil {
			pending.data = []byte{}
		}
		v = v[i+n:]
	}
	flush()
	return oneLine(out.String())
}

// headerText reads header text outside of encoded words.
func headerText(v []byte, charset string) string {
	if utf8.Valid(v) {
		return guessUTF8(v, false, "")
	}
	return toUTF8(v, charset, false)
}

// maxEncodedWord is far over the 75 octets that RFC 2047 allows; some programs
// put a whole subject into one word. It also bounds the search for the end.
const maxEncodedWord = 8 << 10

// readEncodedWord reads the word v starts with and returns its length, 0 when
// it is none.
func readEncodedWord(v []byte) (encodedWord, int) {
	v = v[:min(len(v), maxEncodedWord)]
	head := v[2:]
	q1 := bytes.IndexByte(head[:min(len(head), 64)], '?')
	if q1 <= 0 || len(head) < q1+3 || head[q1+2] != '?' {
		return encodedWord{}, 0
	}
	charset, _, _ := strings.Cut(string(head[:q1]), "*") // RFC 2231 language
	charset = charsetName(charset)
	text := head[q1+3:]
	end := bytes.Index(text, []byte("?="))
	if end < 0 || !knownCharset(charset) {
		return encodedWord{}, 0
	}
	n := 2 + q1 + 3 + end + 2
	switch head[q1+1] {
	case 'q', 'Q':
		return encodedWord{charset, decodeQWord(text[:end])}, n
	case 'b', 'B':
		if data, ok := decodeBWord(text[:end]); ok {
			return encodedWord{charset, data}, n
		}
	}
	return encodedWord{}, 0
}

// knownCharset reports whether a word of this charset can be decoded.
func knownCharset(name string) bool {
	switch name {
	case "us-ascii", "utf-8", "utf8", "unknown-8bit", "x-unknown":
		return true
	}
	return isUTF7(name) || findCharset(name) != nil
}

func decodeQWord(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(text) && unhex(text[i+1]) >= 0 && unhex(text[i+2]) >= 0:
			out = append(out, byte(unhex(text[i+1])<<4|unhex(text[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}

func decodeBWord(text []byte) ([]byte, bool) {
	clean := make([]byte, 0, len(text))
	for _, c := range text {
		switch {
		case isBase64(c):
			clean = append(clean, c)
		case c == '=' || c == ' ' || c == '\t':
		default:
			return nil, false
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, err := base64.RawStdEncoding.Decode(out, clean)
	return out[:n], err == nil || n > 0
}

// unhex returns the value of a hexadecimal digit, -1 for anything else.
func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
