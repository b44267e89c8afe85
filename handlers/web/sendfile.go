package web

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
	"escalated/safe"
)

// File is a stored file on its way to a reader who may see it.
type File struct {
	Name   string
	Mime   string // sniffed
	Size   int64
	ETag   string // identifies the bytes, without quotes
	Body   io.ReadSeekCloser
	Inline bool // show it, if it is a picture; else it is saved
}

// SendFile sends a file that came from outside such that nothing in it can
// act: saved and not shown, unless it is a picture made of pixels only; no
// guessing of types, no scripts, not for other sites, not kept by caches.
func SendFile(c *fiber.Ctx, f File) error {
	kind, mime := "attachment", "application/octet-stream"
	if safe.InlineType(f.Mime) {
		mime = f.Mime
		if f.Inline {
			kind = "inline"
		}
	} else if f.Mime == "application/pdf" {
		mime = f.Mime
	}
	c.Set(fiber.HeaderContentDisposition, safe.Disposition(kind, f.Name))
	c.Set(fiber.HeaderContentType, mime)
	c.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	if f.ETag != "" {
		c.Set(fiber.HeaderETag, `"`+f.ETag+`"`)
		if matchesTag(c.Get(fiber.HeaderIfNoneMatch), f.ETag) {
			f.Body.Close()
			c.Status(fiber.StatusNotModified)
			return nil
		}
	}
	from, length, err := byteRange(c.Get(fiber.HeaderRange), f.Size)
	if r := c.Get(fiber.HeaderIfRange); r != "" && r != `"`+f.ETag+`"` {
		from, length, err = 0, f.Size, nil
	}
	if err != nil {
		f.Body.Close()
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(f.Size, 10))
		return fiber.NewError(fiber.StatusRequestedRangeNotSatisfiable)
	}
	if length != f.Size {
		c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes %d-%d/%d", from, from+length-1, f.Size))
		c.Status(fiber.StatusPartialContent)
	}
	if from > 0 {
		if _, err := f.Body.Seek(from, io.SeekStart); err != nil {
			f.Body.Close()
			return fmt.Errorf("send file: %w", err)
		}
	}
	c.Context().SetBodyStream(struct {
		io.Reader
		io.Closer
	}{io.LimitReader(f.Body, length), f.Body}, int(length))
	return nil
}

// SendRaw sends bytes that came from outside for saving, or as plain text for
// reading: the raw view of a mail.
func SendRaw(c *fiber.Ctx, name string, b []byte) error {
	c.Set(fiber.HeaderContentDisposition, safe.Disposition("attachment", name))
	c.Set(fiber.HeaderContentType, "application/octet-stream")
	c.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Response().SetBodyRaw(b)
	return nil
}

// SendRawFrom is SendRaw for what may be too long to hold. It closes body.
func SendRawFrom(c *fiber.Ctx, name string, size int64, body io.ReadCloser) error {
	if err := SendRaw(c, name, nil); err != nil {
		return err
	}
	c.Context().SetBodyStream(body, int(size))
	return nil
}

func matchesTag(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == `"`+tag+`"` {
			return true
		}
	}
	return false
}

var errRange = errors.New("range not satisfiable")

// byteRange reads a Range header with one range (RFC 9110 §14.1.2). Several
// ranges, or what is no range of bytes, mean the whole file.
func byteRange(header string, size int64) (from, length int64, err error) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, found := strings.Cut(spec, "-")
	if !ok || !found || strings.Contains(spec, ",") {
		return 0, size, nil
	}
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	if first == "" { // the last n bytes
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil || n < 0 {
			return 0, size, nil
		}
		if n == 0 || size == 0 {
			return 0, 0, errRange
		}
		n = min(n, size)
		return size - n, n, nil
	}
	from, err = strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 {
		return 0, size, nil
	}
	if from >= size {
		return 0, 0, errRange
	}
	to := size - 1
	if last != "" {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil || n < from {
			return 0, size, nil
		}
		to = min(n, to)
	}
	return from, to - from + 1, nil
}

// Opened returns the error of a file that has a row and no bytes as ours, not
// as "not found".
func Opened(f io.ReadSeekCloser, err error) (io.ReadSeekCloser, error) {
	if errors.Is(err, model.ErrNotFound) {
		return nil, fmt.Errorf("file is missing on disk: %v", err)
	}
	return f, err
}
