package mail

import (
	"bytes"
	"context"
	"slices"
	"strings"
)

// mimePart is a node of the tree of a message. A leaf has a body, a multipart
// has children.
type mimePart struct {
	header   rawHeader
	media    mediaType
	children []*mimePart
	body     []byte // as transferred
}

// multipart reports whether the part is a container that was taken apart.
func (p *mimePart) multipart() bool { return p.children != nil }

// encoding is the Content-Transfer-Encoding.
func (p *mimePart) encoding() string {
	return oneLine(toUTF8(p.header.first("content-transfer-encoding"), "", false))
}

// mimeWalker takes a message apart. Every level looks at every byte below it
// once, so the cost is at most depth times size; limits are met while walking
// and before anything is decoded.
type mimeWalker struct {
	ctx      context.Context
	limits   *Limits
	parts    int
	warnings []string
}

func (w *mimeWalker) warn(word string) {
	if !slices.Contains(w.warnings, word) {
		w.warnings = append(w.warnings, word)
	}
}

// entity reads one header and body. fallback is the type of a part that
// declares none.
func (w *mimeWalker) entity(b []byte, fallback string, depth int) (*mimePart, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	if w.parts++; w.parts > w.limits.Parts {
		return nil, ErrLimits{"parts"}
	}
	header, body, odd, err := splitHeader(b, depth == 0, w.limits)
	if err != nil {
		return nil, err
	}
	if odd && depth > 0 {
		w.warn("part_header_broken")
	}
	p := &mimePart{header: header, body: body}
	p.media = parseMediaType(header.first("content-type"), "")
	if !strings.Contains(p.media.value, "/") {
		p.media.value = fallback
	}
	if !strings.HasPrefix(p.media.value, "multipart/") {
		return p, nil
	}
	return p, w.split(p, depth)
}

// split takes a multipart apart. One whose boundary never appears becomes text.
func (w *mimeWalker) split(p *mimePart, depth int) error {
	if depth >= w.limits.Depth {
		return ErrLimits{"depth"}
	}
	body := p.body
	if enc := strings.ToLower(p.encoding()); enc == "base64" || enc == "quoted-printable" {
		// Forbidden by RFC 2045, seen all the same; harmless when nothing is encoded.
		if decoded, odd := decodeTransfer(body, enc, false); !odd && bytes.Contains(decoded, []byte("--")) {
			body = decoded
		}
	}
	boundary := p.media.params["boundary"]
	pieces, closed, err := w.pieces(body, boundary)
	if err != nil {
		return err
	}
	if len(pieces) == 0 {
		w.warn("boundary_missing")
		if guess := guessBoundary(body); guess != "" {
			if pieces, closed, err = w.pieces(body, guess); err != nil {
				return err
			}
		}
	}
	if len(pieces) == 0 {
		p.media.value = "text/plain"
		return nil
	}
	if !closed {
		w.warn("boundary_unclosed")
	}
	fallback := "text/plain"
	if p.media.value == "multipart/digest" {
		fallback = "message/rfc822"
	}
	p.children = []*mimePart{}
	for _, piece := range pieces {
		child, err := w.entity(piece, fallback, depth+1)
		if err != nil {
			return err
		}
		p.children = append(p.children, child)
	}
	return nil
}

// pieces cuts a body at the lines of a boundary. Preamble and epilogue are left
// out. More pieces than parts are allowed end the walk.
func (w *mimeWalker) pieces(body []byte, boundary string) (pieces [][]byte, closed bool, err error) {
	if boundary == "" {
		return nil, false, nil
	}
	mark := []byte("--" + boundary)
	start := -1
	for pos := 0; ; {
		i := bytes.Index(body[pos:], mark)
		if i < 0 {
			break
		}
		at := pos + i
		if at > 0 && body[at-1] != '\n' {
			pos = at + 1
			continue
		}
		line, next := splitLine(body[at:])
		hit, end := boundaryLine(line, mark)
		if hit && (start >= 0 || !end) {
			if start >= 0 {
				pieces = append(pieces, trimPiece(body[start:at]))
			}
			if end {
				return pieces, true, nil
			}
			if start = len(body) - len(next); w.parts+len(pieces) > w.limits.Parts {
				return nil, false, ErrLimits{"parts"}
			}
		}
		pos = len(body) - len(next)
	}
	if start >= 0 && start < len(body) {
		pieces = append(pieces, body[start:])
	}
	return pieces, false, nil
}

// trimPiece drops the line end that belongs to the boundary after it.
func trimPiece(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte{'\n'}), []byte{'\r'})
}

// boundaryLine reports whether a line that starts with mark is the delimiter,
// and the closing one. The whole line must match, for one boundary may begin
// with another.
func boundaryLine(line, mark []byte) (hit, end bool) {
	if len(line) < len(mark) {
		return false, false
	}
	after := line[len(mark):]
	if bytes.HasPrefix(after, []byte("--")) && len(bytes.TrimSpace(after[2:])) == 0 {
		return true, true
	}
	return len(bytes.TrimSpace(after)) == 0, false
}

// guessBoundary finds the delimiter of a body whose header names none or a
// wrong one: the first line that starts with two dashes and is followed by a
// content field.
func guessBoundary(body []byte) string {
	for rest := body; len(rest) > 0; {
		line, next := splitLine(rest)
		if bytes.HasPrefix(line, []byte("--")) && len(bytes.TrimSpace(line)) > 2 && len(line) < 200 {
			after, _ := splitLine(next)
			if name, _ := fieldName(after); strings.HasPrefix(name, "content-") {
				return string(bytes.TrimRight(line[2:], " \t"))
			}
		}
		rest = next
	}
	return ""
}
