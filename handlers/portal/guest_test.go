package portal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// guestOpens sends the guest form as a visitor would and returns the page of
// the private link.
func guestOpens(d *helpdesktest.Desk, b *helpdesktest.Browser) *helpdesktest.Answer {
	d.T.Helper()
	form := b.Get("guest/create/").Is(200).AtMost(12)
	sent := b.Submit(form, form.Form("#new-ticket-form").Set("name", "Gus").Set("email", "gus@guests.test").Set("subject", "No account").Set("description", "Please help").
		File("attachments[]", "shot.txt", "text/plain", []byte("what I see"))).Is(303)
	return b.Get(sent.Location()).Is(200).AtMost(12)
}

// link is the path of a guest's page, found in its forms.
func link(page *helpdesktest.Answer) string {
	return strings.TrimSuffix(page.Form("#composer").Action, "reply/")
}

func TestGuestWay(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.Nobody()
	page := guestOpens(d, b)
	for _, want := range []string{"No account", "Please help", "shot.txt", "This private link lets anyone", "We have received your request", "E-mail me this link again"} {
		if !page.Has(want) {
			t.Errorf("the guest's page lacks %q:\n%s", want, page.Text())
		}
	}
	if page.Find(`meta[name=robots][content=noindex]`).Attr("content") == "" || page.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page.Header.Get("X-Robots-Tag"), "noindex") {
		t.Errorf("the page may be kept: %v", page.Header)
	}
	at := link(page)
	token := strings.Split(strings.Trim(at, "/"), "/")[2]
	for _, a := range page.All("a") {
		if href := a.Attr("href"); strings.Contains(href, token) && !strings.HasPrefix(href, at) {
			t.Errorf("a link carries the token: %s", href)
		}
	}
	if got := b.Get(page.Must(".files a").Attr("href")).Is(200); got.Body != "what I see" {
		t.Errorf("the file comes as %q", got.Body)
	}
	sam := d.Agent("sam")
	id := model.TicketID(1)
	says(d, sam.Actor(), id, "We look at it.")
	page = b.Get(at).Is(200)
	if !page.Has("We look at it.") || page.Has(sam.Email) {
		t.Errorf("the answer:\n%s", page.Text())
	}
	page = b.Submit(page, page.Form("#composer").Set("body", "Thanks").File("attachments[]", "more.txt", "text/plain", []byte("more"))).Is(303).Follow().Is(200)
	if page.Count(".msg.mine") != 2 || !page.Has("more.txt") {
		t.Errorf("the guest's reply:\n%s", page.Text())
	}
	page = b.Submit(page, page.Form(`form[action$="/close/"]`)).Is(303).Follow().Is(200)
	if !page.Has("This request is closed.") {
		t.Errorf("closed:\n%s", page.Text())
	}
	page = b.Submit(page, page.Form(`form[action$="/reopen/"]`)).Is(303).Follow().Is(200)
	if !page.Has("Opened again") {
		t.Errorf("reopened:\n%s", page.Text())
	}
	b.Submit(page, page.Form(`form[action$="/link/"]`)).Is(303)
	if strings.Contains(d.Log.String(), token) {
		t.Error("the log holds the token")
	}
}

func TestGuestLinkOpensOneTicketOnly(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.Nobody()
	at := link(guestOpens(d, b))
	ada := d.Customer("ada")
	other := ada.Opens("Somebody else's")
	m, err := d.Verbs().Stage(context.Background(), ada.Actor(), "", "s", "secret.txt", strings.NewReader("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Verbs().Reply(context.Background(), ada.Actor(), other.ID, model.NewReply{Body: "file", Slot: "s", Files: []model.AttachmentID{m.ID}}); err != nil {
		t.Fatal(err)
	}
	b.Get(at + fmt.Sprintf("attachments/%d/", m.ID)).Is(404)
	b.Get(path(other)).Is(303) // to the sign-in page
	token := strings.Split(strings.Trim(at, "/"), "/")[2]
	for _, q := range []string{"changes?since=0&t=guest:%d:" + token, "changes?since=0&t=portal:%d"} {
		if got := b.Get(fmt.Sprintf(q, other.ID)); got.Status != 404 && got.Status != 401 {
			t.Errorf("%s: status %d", q, got.Status)
		}
	}
	if gone := b.Get("guest/" + strings.Repeat("a", 32) + "/").Is(404); !gone.Find(`a[href="/support/guest/link/"]`).Exists() {
		t.Errorf("a wrong link leads nowhere:\n%s", gone.Text())
	}
}

func TestGuestsNeedBeLetIn(t *testing.T) {
	d := helpdesktest.New(t, helpdesktest.Settings("guest_tickets_enabled", "false"))
	b := d.Nobody()
	b.Get("guest/create/").Is(404)
	b.Post("guest/store/", F("name", "Gus", "email", "gus@guests.test", "subject", "S", "description", "D")).Is(404)
	b.Post("uploads/", F("slot", strings.Repeat("s", 20)), helpdesktest.File{Field: "file", Name: "a.txt", Content: "a"}).Is(404)
	c := d.As(d.Customer("ada"))
	if to := c.Get("guest/create/").Is(302).Location(); to != "/support/tickets/create/" {
		t.Errorf("a customer is sent to %s", to)
	}
}

func TestGuestFormAgainstPrograms(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.Nobody()
	filled := func(n int) helpdesktest.Form {
		return F("name", "Gus", "email", fmt.Sprintf("gus%d@guests.test", n), "subject", "S", "description", "D")
	}
	trap := filled(0)
	trap.Set("subject_2", "buy")
	if got := b.Post("guest/store/", trap).Is(422); !got.Has("This looks automatic") || got.Must("[name=description]").Text() != "D" {
		t.Errorf("the trap:\n%s", got.Text())
	}
	last := 0
	for n := 1; n < 40 && last != 429; n++ {
		last = b.Post("guest/store/", filled(n)).Status
	}
	if last != 429 {
		t.Errorf("nobody stops a program that fills in forms: status %d", last)
	}
	d.Later(2 * time.Hour)
	b.Post("guest/store/", filled(99)).Is(303)
}

func TestGuessedMarkOpensNobodysTicket(t *testing.T) {
	d := helpdesktest.New(t)
	form := F("name", "Gus", "email", "gus@guests.test", "subject", "First", "description", "D", "op", "1")
	first := d.Nobody().Post("guest/store/", form).Is(303)
	form.Set("subject", "Second")
	second := d.Nobody().Post("guest/store/", form).Is(303)
	if got := d.Nobody().Get(second.Location()).Is(200); !got.Has("Second") || first.Location() == second.Location() {
		t.Error("a guessed op opened somebody else's ticket")
	}
	long := F("name", "Gus", "email", "gus@guests.test", "subject", "Third", "description", "D", "op", strings.Repeat("x", 20))
	one, two := d.Nobody().Post("guest/store/", long).Is(303).Follow(), d.Nobody().Post("guest/store/", long).Is(303).Follow()
	if a, b := one.Must(".meta .mono").Text(), two.Must(".meta .mono").Text(); a != b {
		t.Errorf("the same form sent twice opened %s and %s", a, b)
	}
}

func TestGuestGoesOnInNewTicket(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.Nobody()
	page := guestOpens(d, b)
	page = b.Submit(page, page.Form(`form[action$="/close/"]`)).Is(303).Follow().Is(200)
	d.Later(40 * 24 * time.Hour)
	page = b.Get(link(page)).Is(200)
	sent := b.Submit(page, page.Form("#composer").Set("body", "It is back")).Is(303)
	on := b.Get(sent.Location()).Is(200)
	if !on.Has("It is back") || link(on) == link(page) || on.Has("Please help") {
		t.Errorf("the new ticket:\n%s", on.Text())
	}
}
