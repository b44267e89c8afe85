package ui_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"escalated/model"
	"escalated/static"
	"escalated/text"
	"escalated/views/ui"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func frame(lang string) context.Context {
	return ui.With(text.With(context.Background(), lang), &ui.Frame{Base: "/support/", DeskName: "Acme", Now: now, Kind: "agent", PersonName: "Mike Agent"})
}

func html(t *testing.T, lang string, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(frame(lang), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wants(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("no %s in %s", p, got)
		}
	}
}

func TestFieldSaysWhatIsWrong(t *testing.T) {
	problems := model.Invalid{{Field: "subject", Key: "subject_required"}}
	got := html(t, "en", ui.Input(ui.In{Name: "subject", Label: "Subject", Hint: "Short", Required: true, Problems: problems}))
	wants(t, got, `for="f-subject"`, `id="f-subject"`, `aria-invalid="true"`, `aria-describedby="f-subject-error f-subject-hint"`,
		`id="f-subject-error"`, "Please enter a subject.", "(required)")
	wants(t, html(t, "en", ui.Problems(problems)), `role="alert"`, `tabindex="-1"`, "data-focus", `href="#f-subject"`)
}

func TestTextareaKeepsTheFirstLine(t *testing.T) {
	// HTML drops one newline after the tag; ours is that one.
	got := html(t, "en", ui.Textarea(ui.In{Name: "body", Label: "Body", Value: "\nfirst <b>"}))
	wants(t, got, ">\n\nfirst &lt;b&gt;</textarea>")
}

func TestTextareaAddsNothing(t *testing.T) {
	got := html(t, "en", ui.Textarea(ui.In{Name: "body", Label: "Body", Value: "text"}))
	wants(t, got, ">\ntext</textarea>")
}

func TestPager(t *testing.T) {
	p := ui.Pages{Page: 2, PerPage: 50, Total: 1284, Path: "/support/agent/tickets/?status=open", Target: "#list"}
	wants(t, html(t, "en", ui.Pager(p)), "51–100 of 1,284", `href="/support/agent/tickets/?page=26&amp;status=open"`,
		`href="/support/agent/tickets/?status=open"`, `aria-current="page"`, `hx-target="#list"`)
	p.More, p.Total = true, 10000
	wants(t, html(t, "de", ui.Pager(p)), "10.000")
}

func TestSortHead(t *testing.T) {
	s := ui.Sort{By: "updated", Down: true, Path: "/q?page=3&status=open"}
	wants(t, html(t, "en", ui.SortHead(s, "updated", "Updated", true, "")), `aria-sort="descending"`, "sort=updated")
	got := html(t, "en", ui.SortHead(s, "created", "Created", true, ""))
	wants(t, got, `aria-sort="none"`, "sort=-created")
	if strings.Contains(got, "page=") {
		t.Error("sorting keeps the page")
	}
}

func TestOp(t *testing.T) {
	ulid := regexp.MustCompile(`^[0-7][0-9A-HJKMNP-TV-Z]{25}$`)
	a, b := ui.NewOp(frame("en")), ui.NewOp(frame("en"))
	if !ulid.MatchString(a) || a == b {
		t.Errorf("ops %s, %s", a, b)
	}
	if a[:10] != b[:10] || !strings.HasPrefix(a, "01") {
		t.Errorf("ops %s, %s do not begin with the time", a, b)
	}
}

func TestTime(t *testing.T) {
	at := model.TimeOf(now.Add(-2 * time.Hour))
	wants(t, html(t, "en", ui.Ago(at)), `datetime="2026-11-23T10:00:00Z"`, `data-ago`, "2 h ago")
	if got := html(t, "en", ui.Ago(0)); got != "" {
		t.Errorf("no time is %q", got)
	}
}

// Every icon that a template names is in the sprite.
func TestIconsExist(t *testing.T) {
	sprite, _, _, _, _, ok := static.Lookup(static.URL("icons.svg"), "")
	if !ok {
		t.Fatal("no sprite")
	}
	named := regexp.MustCompile(`(?:Icon\(|Glyph\(|Icon:\s*)"([a-z0-9_-]*[a-z0-9])"`)
	err := filepath.WalkDir("..", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".templ" {
			return err
		}
		src, err := os.ReadFile(name)
		for _, m := range named.FindAllSubmatch(src, -1) {
			if !bytes.Contains(sprite, []byte(`id="`+string(m[1])+`"`)) {
				t.Errorf("%s: no icon %s", name, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every word of a status and a priority has its glyph.
func TestGlyphsOfAllWords(t *testing.T) {
	for _, s := range model.Statuses() {
		wants(t, html(t, "en", ui.StatusChip(s.String())), "#st-"+s.String())
		wants(t, html(t, "ar", ui.CustomerStatusChip(s.Customer())), "#st-")
	}
	for _, p := range model.Priorities() {
		wants(t, html(t, "de", ui.PriorityChip(p.String())), "#pr-"+p.String())
	}
}
