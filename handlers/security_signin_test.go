package handlers_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// TestHugePasswordsCostNothing sends what nobody should hash.
func TestHugePasswordsCostNothing(t *testing.T) {
	d := helpdesktest.New(t)
	d.Admin("ada")
	huge := strings.Repeat("x", 1<<20)
	b := d.Nobody()
	short := b.Post("login/", helpdesktest.F("email", "ada@help.test", "password", "wrong words here")).Is(422)
	long := b.Post("login/", helpdesktest.F("email", "ada@help.test", "password", huge)).Is(422)
	if short.Text() != long.Text() {
		t.Errorf("a long password is told apart:\n%s\n%s", short.Text(), long.Text())
	}
	b.Post("login/", helpdesktest.F("email", huge, "password", "x")).Is(422)
	b.Post("login/", helpdesktest.F("email", "ada@help.test", "password", strings.Repeat(huge, 3))).Is(413)
	d.As(d.Customer("carol")).Post("profile/password/", helpdesktest.F("password", huge)).Is(422)
}

// TestIdentifiersOfFormsAreNotBelieved changes a password with other people's
// numbers in the form.
func TestIdentifiersOfFormsAreNotBelieved(t *testing.T) {
	d := helpdesktest.New(t)
	ada, carol := d.Admin("ada"), d.Customer("carol")
	ctx := context.Background()
	const good = "correct horse battery"
	for _, p := range []*helpdesktest.Person{ada, carol} {
		if err := d.Verbs().SetPassword(ctx, model.System("test"), p.Email, good); err != nil {
			t.Fatal(err)
		}
	}
	db := lookInto(t, d.DB())
	const secret = "SELECT secret FROM credentials WHERE person_id = ?"
	was, me := db.words(secret, int64(ada.ID)), db.words(secret, int64(carol.ID))
	other := helpdesktest.F("current", good, "password", "another horse battery", "id", fmt.Sprint(ada.ID), "person_id", fmt.Sprint(ada.ID), "user", fmt.Sprint(ada.ID), "email", ada.Email)
	b := d.As(carol)
	b.Post("profile/password/?id="+fmt.Sprint(ada.ID), helpdesktest.F("password", "another horse battery", "email", carol.Email)).Is(422) // without the old one
	b.Post("profile/password/?id="+fmt.Sprint(ada.ID), other).Is(303)
	if !slices.Equal(was, db.words(secret, int64(ada.ID))) {
		t.Error("somebody else's password has changed")
	}
	if slices.Equal(me, db.words(secret, int64(carol.ID))) {
		t.Error("their own has not")
	}
	d.Nobody().Post("login/reset/", helpdesktest.F("email", carol.Email)).Is(303)
	link := d.MailTo(carol.Email).Link("login/reset/")
	_, below, _ := strings.Cut(link, "/support/")
	d.Nobody().Post(below, helpdesktest.F("password", "third horse battery", "person_id", fmt.Sprint(ada.ID), "email", ada.Email)).Is(303)
	if !slices.Equal(was, db.words(secret, int64(ada.ID))) {
		t.Error("a reset link has changed somebody else's password")
	}
	b.Get("profile/").Is(303) // every session is over
	d.Nobody().Get(below).Is(404)
}

// TestPurposesOfLinks uses each link for what the others are for.
func TestPurposesOfLinks(t *testing.T) {
	d := helpdesktest.New(t)
	d.Admin("ada")
	carol := d.Customer("carol")
	ctx := context.Background()
	invited, err := d.Verbs().Invite(ctx, model.System("test"), model.NewPerson{Kind: model.KindAgent, Name: "Ines", Email: "ines@help.test"})
	if err != nil {
		t.Fatal(err)
	}
	_, guest, err := d.Verbs().OpenGuestTicket(ctx, model.Nobody(), model.NewTicket{Subject: "S", Body: "B", RequesterName: "Gus", RequesterEmail: "gus@guests.test"}, false)
	if err != nil {
		t.Fatal(err)
	}
	d.Nobody().Post("login/link/", helpdesktest.F("email", carol.Email)).Is(303)
	d.Nobody().Post("login/reset/", helpdesktest.F("email", carol.Email)).Is(303)
	secret := map[string]string{"guest/": guest}
	for _, m := range d.Mail() {
		for _, door := range []string{"login/link/", "login/reset/", "invite/"} {
			if _, s, ok := strings.Cut(m.Link(door), door); ok {
				secret[door] = strings.Trim(s, "/")
			}
		}
	}
	if len(secret) != 4 || invited.ID == 0 {
		t.Fatalf("links: %v", secret)
	}
	form := helpdesktest.F("password", "correct horse battery", "name", "Eve", "body", "x")
	for door, s := range secret {
		for _, other := range []string{"login/link/", "login/reset/", "invite/", "guest/"} {
			if other == door {
				continue
			}
			b := d.Nobody()
			b.Get(other + s + "/").Is(404)
			b.Post(other+s+"/"+map[string]string{"guest/": "reply/"}[other], form).Is(404)
			if b.Cookie("escalated_session") != "" {
				t.Errorf("a link for %s signs in at %s", door, other)
			}
		}
	}
	for door, s := range secret { // all still work where they belong
		d.Nobody().Get(door + s + "/").Is(200)
	}
}

// TestOpenStreamsEndWithTheirReader deactivates an agent whose page is open.
func TestOpenStreamsEndWithTheirReader(t *testing.T) {
	d := helpdesktest.New(t)
	d.Admin("ada")
	sam, carol := d.Agent("sam"), d.Customer("carol")
	ticket := carol.Opens("Before")
	base, ctx := d.Serve(), context.Background()
	for what, end := range map[string]func() error{
		"deactivated": func() error { return d.Verbs().Deactivate(ctx, model.System("test"), sam.ID, 0) },
		"signed out":  func() error { return d.Verbs().RevokeAllSessions(ctx, model.System("test"), sam.ID) },
		"no agent":    func() error { return d.Verbs().SetKind(ctx, model.System("test"), sam.ID, model.KindCustomer, 0) },
	} {
		if err := d.Verbs().Activate(ctx, model.System("test"), sam.ID); err != nil {
			t.Fatal(err)
		}
		if err := d.Verbs().SetKind(ctx, model.System("test"), sam.ID, model.KindAgent, 0); err != nil {
			t.Fatal(err)
		}
		limited, cancel := context.WithTimeout(ctx, 20*time.Second)
		r, err := http.NewRequestWithContext(limited, http.MethodGet, fmt.Sprintf("%sstream?t=ticket:%d&t=queue", base, ticket.ID), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "escalated_session", Value: d.As(sam).Cookie("escalated_session")})
		resp, err := http.DefaultClient.Do(r)
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: %v %v", what, resp, err)
		}
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), ": open") { // open, and nothing missed
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Verbs().Reply(ctx, carol.Actor(), ticket.ID, model.NewReply{Body: "secret of " + what}); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			if strings.Contains(lines.Text(), "secret") || strings.HasPrefix(lines.Text(), "data:") && strings.Contains(lines.Text(), "thread") {
				t.Errorf("%s, and still told: %s", what, lines.Text())
			}
		}
		if limited.Err() != nil {
			t.Errorf("%s, and the stream stays open", what)
		}
		resp.Body.Close()
		cancel()
	}
}

// TestMarkupIsWords writes markup into every text that people choose and looks
// at all pages that print it.
func TestMarkupIsWords(t *testing.T) {
	const evil = `"'></title></script><xss-canary onload=alert(1)>` + "\u2028${7*7}{{7*7}}"
	d := helpdesktest.New(t, helpdesktest.Settings("desk_name", "Desk "+evil, "show_priority_to_customers", "true"))
	ctx := context.Background()
	named := func(kind model.Kind, name string) *helpdesktest.Person {
		return d.Person(kind, name, func(n *model.NewPerson) { n.Name = name + evil })
	}
	boss, carol, sam := named(model.KindAdmin, "ada"), named(model.KindCustomer, "carol"), named(model.KindAgent, "sam")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	by := boss.Actor()
	dep, err := d.Verbs().SaveDepartment(ctx, by, model.Department{Name: "Dep " + evil, Slug: "dep", Description: evil}, []model.PersonID{sam.ID})
	must(err)
	ticket, err := d.Verbs().OpenTicket(ctx, carol.Actor(), model.NewTicket{Subject: "Subject " + evil, Body: "Body " + evil, Department: dep, Channel: model.Web})
	must(err)
	must(d.Verbs().ChangeTags(ctx, by, ticket.ID, []string{"tag " + evil}, nil))
	must(d.Verbs().SetSubject(ctx, by, ticket.ID, "Renamed "+evil, desk.Change{}))
	must(d.Verbs().Assign(ctx, by, ticket.ID, sam.ID, desk.Change{}))
	a, err := d.Verbs().Stage(ctx, sam.Actor(), "", "s", evil+".jpg", strings.NewReader("x"))
	must(err)
	_, err = d.Verbs().Reply(ctx, sam.Actor(), ticket.ID, model.NewReply{Body: "Answer " + evil, Slot: "s", Files: []model.AttachmentID{a.ID}})
	must(err)
	_, err = d.Verbs().ReceiveMail(ctx, model.System("mail"), strings.NewReader("From: =?utf-8?q?=22=27=3E=3Cxss-canary_onload=3Dalert=281=29=3E?= <eve@evil.test>\r\nTo: support@help.test\r\nSubject: =?utf-8?q?=3Cxss-canary_onload=3Dalert=281=29=3E?=\r\nMessage-ID: <1@\"><xss-canary>.test>\r\nContent-Type: text/html; charset=utf-7\r\n\r\n+ADw-xss-canary onload=alert(1)+AD4-<b onclick=alert(1)><xss-canary>words\r\n"), desk.Arrival{Door: "pipe", Live: true})
	must(err)
	d.Settle()
	guest, token, err := d.Verbs().OpenGuestTicket(ctx, model.Nobody(), model.NewTicket{Subject: "Guest " + evil, Body: evil, RequesterName: "Gus" + evil, RequesterEmail: "gus@guests.test"}, false)
	must(err)
	d.Settle()
	pages := 0
	for who, b := range map[string]*helpdesktest.Browser{"admin": d.As(boss), "agent": d.As(sam), "customer": d.As(carol), "nobody": d.Nobody()} {
		start := []string{
			"", "agent/", "admin/", "tickets/", "profile/", "guest/" + token + "/", "agent/tickets/?status=any&q=subject", "agent/tickets/?status=any&q=canary", "tickets/?q=canary&status=all", "agent/people/?q=carol", "agent/people/?requester_email=carol",
			fmt.Sprintf("agent/tickets/%d/?show=all", ticket.ID), fmt.Sprintf("changes?since=0&t=ticket:%d", ticket.ID), fmt.Sprintf("changes?since=0&t=portal:%d", ticket.ID), fmt.Sprintf("changes?since=0&t=guest:%d:%s", guest.ID, token), "tickets/?q=" + strings.ReplaceAll(evil, " ", "+"), "login/?next=/support/%22%3E%3Cxss-canary%3E/", "%3Cxss-canary%3E/",
		}
		for at, body := range crawl(b, 400, start...) {
			pages++
			_, body, _ = strings.Cut(body, "\x00")
			if strings.Contains(strings.ToLower(body), "<xss-canary") && !strings.Contains(at, "attachments/") && !strings.Contains(at, ".eml") && !strings.Contains(at, "original") {
				i := strings.Index(strings.ToLower(body), "<xss-canary")
				t.Errorf("%s at %s: markup of people is markup of the page: …%s…", who, at, body[max(0, i-120):min(len(body), i+60)])
			}
		}
		bad := b.HTMX("composer").Post(fmt.Sprintf("tickets/%d/reply/", ticket.ID), helpdesktest.F("body", evil), helpdesktest.File{Name: "<xss-canary>.exe", Content: "x"})
		up := b.With("Accept", "application/json").Post("uploads/", helpdesktest.F("slot", strings.Repeat("s", 32)), helpdesktest.File{Name: "<xss-canary>.txt", Content: "x"})
		for _, got := range []*helpdesktest.Answer{bad, up, b.Post("tickets/store/", helpdesktest.F("subject", evil)), b.Post("login/", helpdesktest.F("email", evil, "password", "x")), b.Post("agent/tickets/store/", helpdesktest.F("subject", evil, "requester_email", evil, "add_tags[]", evil))} {
			if strings.Contains(got.Body, "<xss-canary") {
				t.Errorf("%s: an answer to a form holds its markup:\n%s", who, got.Body)
			}
		}
	}
	if pages < 150 {
		t.Errorf("%d pages only", pages)
	}
	for _, m := range d.Mail() {
		if strings.Contains(m.HTML, "<xss-canary") {
			t.Errorf("a mail to %s: markup of people is markup of the mail", m.Address)
		}
	}
}
