package web

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// pageLevel is where more effort stops paying: a queue of fifty rows takes well
// under a millisecond, and is a fifth smaller than at the fastest level.
const pageLevel = 5

// compress shrinks pages on their way out. Streams and small answers stay as
// they are; static files bring their own compressed forms.
func (s *Site) compress(c *fiber.Ctx) {
	r := c.Response()
	if r.IsBodyStream() || len(r.Header.ContentEncoding()) > 0 || r.StatusCode() == fiber.StatusPartialContent {
		return
	}
	kind := r.Header.ContentType()
	if !bytes.HasPrefix(kind, []byte("text/html")) && !bytes.HasPrefix(kind, []byte("application/json")) {
		return
	}
	c.Append(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	body := r.Body()
	if len(body) < 1024 || !acceptsGzip(c.Get(fiber.HeaderAcceptEncoding)) {
		return
	}
	r.SetBodyRaw(fasthttp.AppendGzipBytesLevel(nil, body, pageLevel))
	r.Header.SetContentEncoding("gzip")
}

func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, q, _ := strings.Cut(part, ";")
		if name = strings.TrimSpace(name); name == "gzip" || name == "*" {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && !strings.HasPrefix(q, "q=0.000") && q != "q=0.0" && q != "q=0.00"
		}
	}
	return false
}
