package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
)

// upload is a multipart body with a subject and files of the given sizes.
func upload(t *testing.T, sizes ...int) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("subject", "  It burns\r\nbrightly "); err != nil {
		t.Fatal(err)
	}
	for i, n := range sizes {
		f, err := w.CreateFormFile("attachments[]", fmt.Sprintf("../%d.txt", i+1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(bytes.Repeat([]byte("x"), n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteField("after", "files"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

// taking is an application whose one form says what arrived.
func taking(t *testing.T, got *[]int64) *fiber.App {
	s := site(t, func(s *Site) {
		s.Settings = func(context.Context) model.Settings {
			settings := model.DefaultSettings()
			settings.MaxAttachments, settings.MaxAttachmentSizeKB = 2, 1
			return settings
		}
	})
	return serve(s, Post("x/", Anyone, func(c *fiber.Ctx) error {
		f, err := ReadForm(c, func(_ context.Context, slot, name string, r io.Reader) (model.AttachmentID, error) {
			n, err := io.Copy(io.Discard, io.LimitReader(r, 1025))
			if err == nil && n > 1024 {
				err = model.ErrTooLarge
			}
			if err != nil {
				return 0, err
			}
			*got = append(*got, n)
			return model.AttachmentID(len(*got)), nil
		})
		if err != nil {
			return err
		}
		if f.Err() != nil {
			c.Status(f.Status())
		}
		return c.SendString(fmt.Sprintf("%q %q %v %v", f.Text("subject"), f.Text("after"), f.Files, []model.Problem(f.Problems)))
	}).WithFiles())
}

func TestFilesAreTakenInAsTheyArrive(t *testing.T) {
	var got []int64
	app := taking(t, &got)
	body, kind := upload(t, 10, 1024)
	a := ask(t, app, "POST", "/support/x/", body, "Content-Type", kind).is(t, 200)
	if a.body != `"It burns\nbrightly" "files" [1 2] []` || len(got) != 2 || got[0] != 10 || got[1] != 1024 {
		t.Errorf("%s, sizes %v", a.body, got)
	}
}

func TestRefusedFilesKeepTheText(t *testing.T) {
	for name, c := range map[string]struct {
		sizes []int
		want  string
	}{
		"too big":  {[]int{5000, 7}, `file_too_big [Name ../1.txt Size 4.9 kB Max 1 kB]`},
		"too many": {[]int{1, 1, 1, 1}, `too_many_files [Max 2]`},
		"empty":    {[]int{0}, `file_empty [Name ../1.txt]`},
	} {
		var got []int64
		body, kind := upload(t, c.sizes...)
		a := ask(t, taking(t, &got), "POST", "/support/x/", body, "Content-Type", kind).is(t, 422)
		if !strings.Contains(a.body, c.want) || !strings.Contains(a.body, `"It burns\nbrightly" "files"`) || strings.Count(a.body, "attachments") != 1 {
			t.Errorf("%s: %s", name, a.body)
		}
	}
}

func TestFarTooMuchIsNotRead(t *testing.T) {
	var got []int64
	body, kind := upload(t, 24<<20)
	a := ask(t, taking(t, &got), "POST", "/support/x/", body, "Content-Type", kind).is(t, 413)
	if !strings.Contains(a.body, "request_too_big [Max 2 kB]") || !strings.Contains(a.body, `"It burns\nbrightly"`) {
		t.Errorf("%s", a.body)
	}
	many := strings.NewReader("a=" + strings.Repeat("x", maxText))
	ask(t, taking(t, &got), "POST", "/support/x/", many, "Content-Type", "application/x-www-form-urlencoded").is(t, 413)
}

func TestBrokenFormsAreRefused(t *testing.T) {
	var got []int64
	app := taking(t, &got)
	ask(t, app, "POST", "/support/x/", strings.NewReader("{}"), "Content-Type", "application/json").is(t, 415)
	ask(t, app, "POST", "/support/x/", strings.NewReader("a=%zz"), "Content-Type", "application/x-www-form-urlencoded").is(t, 400)
	ask(t, app, "POST", "/support/x/", strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhalf"), "Content-Type", "multipart/form-data; boundary=b").is(t, 400)
	ask(t, app, "POST", "/support/x/", strings.NewReader("")).is(t, 200)
}

func TestFields(t *testing.T) {
	var f *Form
	app := serve(site(t), Post("x/", Anyone, func(c *fiber.Ctx) (err error) {
		f, err = ReadForm(c, nil)
		return err
	}))
	ask(t, app, "POST", "/support/x/", strings.NewReader("tags%5B%5D=a&tags%5B%5D=+&tags%5B%5D=b&tags=c&password=+p+&n=42&on=on&bad=%ff%00x"), "Content-Type", "application/x-www-form-urlencoded").is(t, 200)
	if got := f.List("tags[]"); fmt.Sprint(got) != "[a b c]" {
		t.Errorf("list %v", got)
	}
	if f.Raw("password") != " p " || f.Int("n") != 42 || !f.Bool("on") || f.Bool("n") || f.Text("bad") != "\uFFFDx" || f.Has("none") {
		t.Errorf("fields %v", f.Values())
	}
}
