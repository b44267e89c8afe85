package static

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
)

// The encodings we offer, the smaller first.
var encodings = [2]string{"br", "gzip"}

// Encoded is the body in the best encoding the browser takes. Each is made
// once, when first asked for: a desk that starts should answer at once.
func (a *Asset) Encoded(acceptEncoding string) (body []byte, encoding string) {
	for i, e := range encodings {
		if !accepts(acceptEncoding, e) {
			continue
		}
		a.packed[i].Do(func() { a.small[i] = pack(e, a.Body) })
		if a.small[i] != nil {
			return a.small[i], e
		}
	}
	return a.Body, ""
}

// pack compresses, or returns nil when that saves nothing.
func pack(encoding string, body []byte) []byte {
	var out bytes.Buffer
	if encoding == "br" {
		// A small window: the files are small, and the encoder's memory grows with it.
		w := brotli.NewWriterOptions(&out, brotli.WriterOptions{Quality: 10, LGWin: 18})
		_, _ = w.Write(body) // into memory: cannot fail
		_ = w.Close()
	} else {
		w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
		_, _ = w.Write(body)
		_ = w.Close()
	}
	if out.Len() >= len(body)*9/10 {
		return nil
	}
	return bytes.Clone(out.Bytes())
}

// accepts reads an Accept-Encoding header (RFC 9110 12.5.3); "*" is not taken
// for one of ours.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		q, has := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !has {
			return true
		}
		n, err := strconv.ParseFloat(q, 64)
		return err == nil && n > 0
	}
	return false
}
