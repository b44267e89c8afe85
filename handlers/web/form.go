package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
	"escalated/text"
)

// Limits of a form beside its files.
const (
	maxText   = 2 << 20 // bytes of all text fields together
	maxFields = 1000
	slack     = 16 << 20  // bytes over the file limits that are read for the sizes to tell
	linger    = 256 << 20 // bytes read and thrown away beyond that: browsers read no answer while they send
)

// Stage takes the bytes of one file as they arrive and keeps them in a draft
// slot. Too many bytes are model.ErrTooLarge, a refused file model.Invalid.
type Stage func(ctx context.Context, slot, name string, r io.Reader) (model.AttachmentID, error)

// Form is a form that was sent: its fields and the files that were taken in.
type Form struct {
	Files    []model.AttachmentID // in the order they came
	Slot     string               // draft slot of the files: the field "slot", or a new one
	Problems model.Invalid        // files that were refused; add the other problems to it

	values   url.Values
	tooLarge bool
	ctx      context.Context
	limits   model.Limits
	count    int
}

// ReadForm reads a form, urlencoded or multipart, once. Files are handed to
// stage while they arrive; a form without files takes nil. A refused file is a
// problem of the form, not an error: the text comes back with it.
func ReadForm(c *fiber.Ctx, stage Stage) (*Form, error) {
	f := &Form{values: url.Values{}, ctx: c.UserContext(), limits: Settings(c).Limits()}
	kind, params, err := mime.ParseMediaType(clone(c.Get(fiber.HeaderContentType)))
	if err != nil && c.Get(fiber.HeaderContentType) != "" {
		return nil, fiber.ErrUnsupportedMediaType
	}
	err = nil
	switch {
	case kind == "multipart/form-data" && params["boundary"] != "":
		err = f.readParts(body(c), params["boundary"], int64(c.Request().Header.ContentLength()), stage)
	case kind == "application/x-www-form-urlencoded":
		err = f.readPairs(body(c))
	case kind == "" && c.Request().Header.ContentLength() <= 0: // a button without fields
	default:
		return nil, fiber.ErrUnsupportedMediaType
	}
	if err != nil {
		return nil, err
	}
	if f.tooLarge {
		_, _ = io.CopyN(io.Discard, body(c), linger) // whoever sends even more sees a broken connection
		c.Context().SetConnectionClose()
	}
	if f.Slot == "" {
		f.Slot = f.Text("slot")
	}
	return f, nil
}

// body is the request's body as a stream; small ones are in memory already.
func body(c *fiber.Ctx) io.Reader {
	if r := c.Context().RequestBodyStream(); r != nil {
		return r
	}
	return bytes.NewReader(c.Request().Body())
}

func (f *Form) readPairs(r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return fmt.Errorf("read form: %w", fiber.ErrBadRequest)
	}
	if len(b) > maxText {
		return model.ErrTooLarge
	}
	if f.values, err = url.ParseQuery(string(b)); err != nil {
		return fiber.ErrBadRequest
	}
	return nil
}

// readParts goes through a multipart body. Beyond the most that could be
// accepted it stops reading and keeps what it has.
func (f *Form) readParts(r io.Reader, boundary string, announced int64, stage Stage) error {
	most := int64(f.limits.Files)*f.limits.Bytes + maxText + slack
	limited := &meter{r: r, left: most}
	parts := multipart.NewReader(limited, boundary)
	left := int64(maxText)
	for fields := 0; ; fields++ {
		part, err := parts.NextRawPart()
		switch {
		case err == io.EOF:
			return nil
		case limited.left <= 0:
			f.giveUp()
			return nil
		case err != nil:
			return fmt.Errorf("read form: %w", fiber.ErrBadRequest)
		case fields >= maxFields:
			return model.ErrTooLarge
		}
		if _, isFile := dispositionOf(part)["filename"]; !isFile {
			b, err := io.ReadAll(io.LimitReader(part, left+1))
			if err != nil {
				return fmt.Errorf("read form: %w", fiber.ErrBadRequest)
			}
			if left -= int64(len(b)); left < 0 {
				return model.ErrTooLarge
			}
			f.values.Add(part.FormName(), string(b))
			continue
		}
		if announced > most {
			f.giveUp()
			return nil
		}
		if err := f.readFile(part, stage); err != nil {
			return err
		}
		if limited.left <= 0 {
			f.giveUp()
			return nil
		}
	}
}

// giveUp marks a body that is larger than anything we accept.
func (f *Form) giveUp() {
	f.tooLarge, f.Problems = true, nil // one sentence says it all
	f.Problems.Add("attachments", "request_too_big", "Max", text.Bytes(f.ctx, int64(f.limits.Files)*f.limits.Bytes))
}

// readFile hands one file on and reads what is left of it, so that the size
// can be told and the next part found.
func (f *Form) readFile(part *multipart.Part, stage Stage) error {
	name := dispositionOf(part)["filename"]
	counted := &meter{r: part, left: 1 << 62}
	head := make([]byte, 1)
	n, err := io.ReadFull(counted, head)
	if n == 0 && name == "" {
		return nil // a file field that was left alone
	}
	f.count++
	switch {
	case stage == nil:
		f.Problems.Add("attachments", "too_many_files", "Max", 0)
	case f.count == f.limits.Files+1:
		f.Problems.Add("attachments", "too_many_files", "Max", f.limits.Files)
	case f.count > f.limits.Files: // said already
	case n == 0 && err == io.EOF:
		f.Problems.Add("attachments", "file_empty", "Name", name)
	default:
		if f.Slot == "" {
			if f.Slot = f.Text("slot"); f.Slot == "" {
				f.Slot = newID() + newID()
			}
		}
		id, err := stage(f.ctx, f.Slot, name, io.MultiReader(bytes.NewReader(head[:n]), counted))
		if err != nil {
			return f.refuse(err, name, counted)
		}
		f.Files = append(f.Files, id)
	}
	_, _ = io.Copy(io.Discard, counted) // a broken rest shows at the next part
	return nil
}

// refuse turns the refusal of a file into a problem of the form.
func (f *Form) refuse(err error, name string, counted *meter) error {
	_, broken := io.Copy(io.Discard, counted)
	switch problems := model.Problems(err); {
	case broken != nil:
		f.Problems.Add("attachments", "file_broken", "Name", name)
	case errors.Is(err, model.ErrTooLarge):
		f.Problems.Add("attachments", "file_too_big", "Name", name,
			"Size", text.Bytes(f.ctx, counted.read), "Max", text.Bytes(f.ctx, f.limits.Bytes))
	case len(problems) > 0:
		for i := range problems {
			f.sizes(problems[i].Args)
		}
		f.Problems = append(f.Problems, problems...)
	case errors.Is(err, io.ErrUnexpectedEOF):
		f.Problems.Add("attachments", "file_broken", "Name", name)
	default:
		return fmt.Errorf("take in file: %w", err)
	}
	return nil
}

// sizes writes the sizes among a problem's placeholders as people read them.
func (f *Form) sizes(args []any) {
	for i := range args {
		if n, ok := args[i].(int64); ok && i%2 == 1 && (args[i-1] == "Size" || args[i-1] == "Max") {
			args[i] = text.Bytes(f.ctx, n)
		}
	}
}

// dispositionOf is the part's Content-Disposition. Browsers escape quotes in
// names as %22, which is left as it is.
func dispositionOf(part *multipart.Part) map[string]string {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return nil
	}
	return params
}

// meter counts what is read and stops at a limit.
type meter struct {
	r          io.Reader
	read, left int64
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	if int64(len(p)) > m.left {
		p = p[:m.left]
	}
	n, err := m.r.Read(p)
	m.read += int64(n)
	m.left -= int64(n)
	return n, err
}

// Status is the status for a form that comes back with problems.
func (f *Form) Status() int {
	if f.tooLarge {
		return fiber.StatusRequestEntityTooLarge
	}
	return fiber.StatusUnprocessableEntity
}

// Err is nil when no file was refused.
func (f *Form) Err() error { return f.Problems.Err() }

// Has reports whether the form has the field, even if empty.
func (f *Form) Has(name string) bool { return f.values.Has(name) }

// Raw is a field as it was sent: for passwords.
func (f *Form) Raw(name string) string { return f.values.Get(name) }

// Text is a field as text: valid UTF-8, line ends as \n, no spaces around.
func (f *Form) Text(name string) string { return tidy(f.values.Get(name)) }

// List is all values of a field, without empty ones. "add_tags[]" may also be
// sent as "add_tags".
func (f *Form) List(name string) []string {
	var out []string
	for _, n := range []string{name, strings.TrimSuffix(name, "[]")} {
		for _, v := range f.values[n] {
			if v = tidy(v); v != "" {
				out = append(out, v)
			}
		}
		if !strings.HasSuffix(name, "[]") {
			break
		}
	}
	return out
}

// Bool reports whether a checkbox was ticked.
func (f *Form) Bool(name string) bool {
	switch f.Text(name) {
	case "1", "on", "true", "yes":
		return true
	}
	return false
}

// Int is a field as a whole number; 0 when it is none.
func (f *Form) Int(name string) int64 {
	n, err := strconv.ParseInt(f.Text(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Values are all fields, for showing a form again as it was typed.
func (f *Form) Values() url.Values { return f.values }

func tidy(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.ReplaceAll(s, "\x00", "")
	return strings.TrimSpace(s)
}
