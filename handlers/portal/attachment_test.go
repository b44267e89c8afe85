package portal_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
)

type uploaded struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

func upload(t *testing.T, b *helpdesktest.Browser, to, slot, name, content string) uploaded {
	t.Helper()
	got := b.Post(to, F("slot", slot), helpdesktest.File{Field: "file", Name: name, Content: content}).Is(200)
	var u uploaded
	if err := json.Unmarshal([]byte(got.Body), &u); err != nil {
		t.Fatalf("%v: %s", err, got.Body)
	}
	return u
}

func TestUploadsGoAheadOfTheForm(t *testing.T) {
	d := helpdesktest.New(t)
	ada := d.Customer("ada")
	ticket := ada.Opens("Export")
	b, slot := d.As(ada), "0123456789abcdef0123"
	u := upload(t, b, "uploads/", slot, "log.txt", "the log")
	if u.Name != "log.txt" || u.Size != 7 || u.ID == 0 {
		t.Errorf("uploaded %+v", u)
	}
	gone := upload(t, b, "uploads/", slot, "wrong.txt", "wrong")
	d.As(d.Customer("bob")).Post(fmt.Sprintf("uploads/%d/delete/", gone.ID), F("slot", slot)).Is(404)
	b.HTMX("").Post(fmt.Sprintf("uploads/%d/delete/", gone.ID), F("slot", slot)).Is(204)
	page := b.Post(path(ticket)+"reply/", F("body", "See the log", "slot", slot, "files[]", fmt.Sprint(u.ID))).Is(303).Follow()
	if !page.Has("log.txt") || page.Has("wrong.txt") {
		t.Errorf("the reply:\n%s", page.Text())
	}
	d.As(d.Customer("eve")).Get(fmt.Sprintf("attachments/%d/", u.ID)).Is(404)
}

func TestUploadRefusalIsASentence(t *testing.T) {
	d := helpdesktest.New(t, helpdesktest.Settings("max_attachment_size_kb", "1"))
	b := d.As(d.Customer("ada"))
	got := b.Post("uploads/", F("slot", strings.Repeat("s", 20)), helpdesktest.File{Field: "file", Name: "big.txt", Content: strings.Repeat("x", 2000)}).Is(413)
	if got.Body != "big.txt is 2 kB; a file may be at most 1 kB." || strings.Contains(got.Body, "<") {
		t.Errorf("the refusal reads %q", got.Body)
	}
	asked := b.With("Accept", "application/json").Post("uploads/", F("slot", strings.Repeat("s", 20)), helpdesktest.File{Field: "file", Name: "run.exe", Content: "MZ"}).Is(422)
	if !strings.Contains(asked.Body, `{"error":"`) {
		t.Errorf("the refusal as JSON: %s", asked.Body)
	}
}

func TestVisitorsUploadForTheirForm(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.Nobody()
	form := b.Get("guest/create/").Is(200).Form("#new-ticket-form")
	slot := form.Values.Get("slot")
	if slot == "" || slot != form.Values.Get("op") {
		t.Fatalf("slot %q, op %q", slot, form.Values.Get("op"))
	}
	u := upload(t, b, "uploads/", slot, "log.txt", "the log")
	b.Post("uploads/", F("slot", "short"), helpdesktest.File{Field: "file", Name: "a.txt", Content: "a"}).Is(403)
	d.Nobody().Post(fmt.Sprintf("uploads/%d/delete/", u.ID), F("slot", strings.Repeat("x", 26))).Is(404)
	page := b.Post("guest/store/", F("name", "Gus", "email", "gus@guests.test", "subject", "S", "description", "D", "op", slot, "slot", slot, "files[]", fmt.Sprint(u.ID))).Is(303).Follow().Is(200)
	if !page.Has("log.txt") {
		t.Errorf("the file is lost:\n%s", page.Text())
	}
	more := upload(t, b, link(page)+"uploads/", "0123456789abcdef0123", "more.txt", "more")
	page = b.Post(link(page)+"reply/", F("body", "More", "slot", "0123456789abcdef0123", "files[]", fmt.Sprint(more.ID))).Is(303).Follow().Is(200)
	if !page.Has("more.txt") {
		t.Errorf("the guest's reply:\n%s", page.Text())
	}
}
