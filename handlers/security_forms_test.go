package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// TestFormsTakeTheirFieldsOnly sends every column name with every form that
// succeeds, and compares what must not move.
func TestFormsTakeTheirFieldsOnly(t *testing.T) {
	w := newWorld(t)
	db := lookInto(t, w.DB())
	names := db.columns()
	with := func(pairs ...string) helpdesktest.Form {
		f := helpdesktest.Form{}
		for _, n := range names {
			f.Set(n, "7")
		}
		for _, n := range []string{"kind", "role", "is_admin", "is_internal", "note", "permissions[]", "permissions"} {
			f.Set(n, "admin")
		}
		for _, n := range []string{"status", "status_id", "priority", "type", "ticket_type", "department_id", "agent_id", "assignee_id", "add_tags[]", "narrow", "locale", "zone", "theme", "version", "slot", "content_id"} {
			f.Del(n) // fields of forms: each form's own tests hold them
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return f
	}
	const ticket = `SELECT id, reference, requester_id, contact_id, department_id, assignee_id, priority, type, channel, first_message_id, created_at, resolved_at, closed_at, deleted_at, deleted_by, held_at, reopened_count, locale FROM tickets WHERE id = ?`
	const person = `SELECT p.id, p.kind, p.narrow, p.loose, p.external_id, p.machine_key, p.created_at, p.invited_at, p.deactivated_at, e.address, e.verified_at FROM people p LEFT JOIN person_emails e ON e.person_id = p.id WHERE p.id <> 0 ORDER BY 1`
	was, people := db.rows(ticket, w.ticket.ID), db.rows(person)
	id := w.path("tickets/:id/", "customer")
	carol, agent, admin := w.browsers["customer"], w.browsers["agent"], w.browsers["admin"]
	carol.Post(id+"reply/", with("body", "More")).Is(303)
	carol.Post("profile/", with("name", "Carol")).Is(303)
	carol.Post("preferences/", with("language", "de")).Is(303)
	carol.Post("tickets/1/seen/", with("message", "1"))
	agent.Post("agent/"+id+"reply/", with("body", "Answer", "seen", "0")).Is(303)
	agent.Post("agent/"+id+"note/", with("body", "Note")).Is(303)
	agent.Post("agent/"+id+"update/", with("subject", "Renamed")).Is(303)
	agent.Post("agent/"+id+"tags/", with("add_tags[]", "x"))
	agent.Post("agent/"+id+"follow/", with("on", "1")).Is(303)
	agent.Post("profile/", with("name", "Alan")).Is(303)
	admin.Post("profile/", with("name", "Anna")).Is(303)
	if now := db.rows(ticket, w.ticket.ID); !slices.Equal(was, now) {
		t.Errorf("the ticket was\n%s\nand is\n%s", was, now)
	}
	if now := db.rows(person); !slices.Equal(people, now) {
		t.Errorf("people were\n%s\nand are\n%s", strings.Join(people, "\n"), strings.Join(now, "\n"))
	}
	messages := db.rows("SELECT author_id, kind, ticket_id, held_at, deleted_at, html, mail_id FROM messages WHERE ticket_id = ? ORDER BY id DESC LIMIT 3", w.ticket.ID)
	for _, row := range messages {
		if strings.Contains(row, "7 7") {
			t.Errorf("a message took columns of the form: %s", row)
		}
	}
	// New tickets belong to whoever sends them, now, and stand at their beginning.
	carol.Post("tickets/store/", with("subject", "New", "description", "Words", "status", "closed", "priority", "urgent", "agent_id", "1", "ticket_type", "problem")).Is(303)
	w.browsers["nobody"].Post("guest/store/", with("subject", "New", "description", "Words", "name", "Gina", "email", "gina@guests.test", "op", "", "status", "closed", "requester_id", "1", "agent_id", "1")).Is(303)
	for _, row := range db.rows(`SELECT status_id = 1, assignee_id IS NULL, requester_id IN (SELECT person_id FROM person_emails WHERE address IN ('carol@help.test', 'gina@guests.test')), contact_id IS NULL, created_at = ?,
		type = 1, priority = (SELECT priority FROM tickets WHERE id = ?), deleted_at IS NULL, held_at IS NULL FROM tickets WHERE subject = 'New'`, int64(w.Now()), int64(w.ticket.ID)) {
		if row != `"1 1 1 1 1 1 1 1 1"` {
			t.Errorf("a new ticket took more than its form has: %s", row)
		}
	}
	if n := db.words("SELECT count(*) FROM tickets WHERE subject = 'New'"); n[0] != "2" {
		t.Errorf("%s new tickets", n[0])
	}
}

// TestGuestTokens takes tokens for what they are not.
func TestGuestTokens(t *testing.T) {
	d := helpdesktest.New(t)
	ctx := context.Background()
	d.Admin("ada")
	carol := d.Customer("carol")
	opens := func(name string) (model.Ticket, string) {
		ticket, token, err := d.Verbs().OpenGuestTicket(ctx, model.Nobody(), model.NewTicket{Subject: "Of " + name, Body: "Help", RequesterName: name, RequesterEmail: name + "@guests.test"}, false)
		if err != nil {
			t.Fatal(err)
		}
		return ticket, token
	}
	first, token := opens("gus")
	second, other := opens("gina")
	d.Nobody().Post("login/link/", helpdesktest.F("email", carol.Email)).Is(303)
	d.Nobody().Post("login/reset/", helpdesktest.F("email", carol.Email)).Is(303)
	secretOf := func(words string) string {
		for _, m := range d.Mail() {
			if l := m.Link(words); l != "" {
				parts := strings.Split(strings.Trim(l, "/"), "/")
				return parts[len(parts)-1]
			}
		}
		t.Fatalf("no mail with %s", words)
		return ""
	}
	signIn, reset := secretOf("login/link/"), secretOf("login/reset/")
	db := lookInto(t, d.DB())
	before, guest := db.tables(), d.Nobody()
	bodies := map[string]bool{}
	for what, wrong := range map[string]string{
		"zero": "0", "other": strings.Repeat("a", 32), "null": "null", "array": "[]", "percent": "%00", "sign-in": signIn, "reset": reset, "short": token[:31], "long": token + "a", "spaces": token + "%20",
		"changed": token[1:] + string(rune('a'+(token[0]-'a'+1)%26)), "hash": fmt.Sprintf("%064d", 1), "id": fmt.Sprint(first.ID), "reference": first.Reference, "quote": token + "'", "wild": "%25", "slashes": token + "%2f..%2f" + other,
	} {
		got := guest.Get("guest/" + wrong + "/")
		if got.Status != 404 {
			t.Errorf("%s: status %d", what, got.Status)
		}
		bodies[regexp.MustCompile(`guest(/|%2F)[^"]*`).ReplaceAllString(got.Body, "")] = true
		guest.Post("guest/"+wrong+"/reply/", helpdesktest.F("body", "x")).Is(404)
		guest.Get(fmt.Sprintf("changes?since=0&t=guest:%d:%s", first.ID, wrong)).Is(404)
	}
	if len(bodies) != 1 {
		t.Errorf("wrong links look %d ways", len(bodies))
	}
	for _, at := range []string{"guest//", "login/link/" + token + "/", "login/reset/" + token + "/", "invite/" + token + "/", fmt.Sprintf("changes?since=0&t=guest:%d:%s", second.ID, token), fmt.Sprintf("tickets/%d/", first.ID), "tickets/", "profile/", "agent/"} {
		if got := guest.Get(at); got.Status == 200 || strings.Contains(got.Body, "Of gus") {
			t.Errorf("%s opens with a guest's token: %d", at, got.Status)
		}
	}
	page := guest.Get("guest/" + token + "/").Is(200)
	if guest.Cookie("escalated_session") != "" || page.Header.Get("Cache-Control") != "no-store" || page.Header.Get("Referrer-Policy") != "same-origin" || strings.Contains(page.Body, "gina") {
		t.Errorf("a guest's page gives more than the ticket: %v", page.Header)
	}
	guest.Get("tickets/").Is(303)
	if diff := changed(before, db.tables()); len(diff) > 0 {
		t.Errorf("looking wrote into %v", diff)
	}

	fresh, err := d.Verbs().GuestActor(ctx, model.Nobody(), token)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Verbs().MailGuestLink(ctx, fresh); err != nil {
		t.Fatal(err)
	}
	newer := secretOf("/guest/")
	d.Later(89 * 24 * time.Hour)
	guest.Get("guest/" + token + "/").Is(200) // old links work beside new ones
	guest.Get("guest/" + newer + "/").Is(200)
	guest.Post("guest/"+token+"/reply/", helpdesktest.F("body", "Still here")).Is(303)
	d.Later(2 * 24 * time.Hour)
	guest.Get("guest/" + token + "/").Is(200) // the last message counts
	guest.Get("guest/" + other + "/").Is(404)
	d.Later(88*24*time.Hour + time.Second)
	guest.Get("guest/" + token + "/").Is(404)
	if found := secrets.FindString(d.Log.String()); found != "" {
		t.Errorf("a secret is in the log: %s", found)
	}
}

// TestGuessingGuestLinksIsSlow tries links from one network until it has to
// wait; others are not concerned.
func TestGuessingGuestLinksIsSlow(t *testing.T) {
	d := helpdesktest.New(t)
	_, token, err := d.Verbs().OpenGuestTicket(context.Background(), model.Nobody(), model.NewTicket{Subject: "S", Body: "B", RequesterName: "Gus", RequesterEmail: "gus@guests.test"}, false)
	if err != nil {
		t.Fatal(err)
	}
	from := func(address, secret string) *helpdesktest.Answer {
		r := request(http.MethodGet, "guest/"+secret+"/", "", "")
		r.RemoteAddr = address + ":1234"
		return d.Nobody().Send(r)
	}
	for range 300 { // an open page that asks again and again guesses nothing
		from("192.0.2.7", strings.Repeat("a", 32)).Is(404)
	}
	tries := 0
	for from("192.0.2.7", fmt.Sprintf("%s%04d", strings.Repeat("b", 28), tries)).Status == 404 {
		if tries++; tries > 1000 {
			t.Fatal("nobody stops who guesses")
		}
	}
	got := from("192.0.2.7", token)
	if got.Status != 429 || got.Header.Get("Retry-After") == "" {
		t.Errorf("after %d tries: status %d, Retry-After %q", tries, got.Status, got.Header.Get("Retry-After"))
	}
	from("192.0.2.8", token).Is(200)
	d.Later(11 * time.Minute)
	from("192.0.2.7", token).Is(200)
}
