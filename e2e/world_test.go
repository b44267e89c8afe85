package e2e

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"

	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// world is a small desk in which every page has something to show.
type world struct {
	*house
	empty *house // nobody has set it up
	who   map[string]model.Person
	fill  map[string]string // what stands for an :id or a :token, by its name
	mark  string            // ends every name and subject that somebody can choose
}

// sight is a page to look at. Its path may hold {names} of fill.
type sight struct {
	route string // of the routes table, or "" for one more look at a page
	name  string // of its screenshots
	who   string // nobody, customer, agent, admin, light; setup is nobody at an empty desk
	path  string
}

// sights holds every page of the routes table at least once.
var sights = []sight{
	{"", "home", "nobody", ""},
	{"login/", "sign-in", "nobody", "login/"},
	{"login/link/", "link-ask", "nobody", "login/link/"},
	{"login/link/sent/", "link-sent", "nobody", "login/link/sent/"},
	{"login/link/:token/", "link", "nobody", "login/link/{link}/"},
	{"", "link-dead", "nobody", "login/link/never-was/"},
	{"login/reset/", "reset-ask", "nobody", "login/reset/"},
	{"login/reset/sent/", "reset-sent", "nobody", "login/reset/sent/"},
	{"login/reset/:token/", "reset", "nobody", "login/reset/{reset}/"},
	{"invite/:token/", "invite", "nobody", "invite/{invite}/"},
	{"setup/", "setup", "setup", "setup/?token={setup}"},
	{"guest/link/", "guest-link-ask", "nobody", "guest/link/"},
	{"guest/link/sent/", "guest-link-sent", "nobody", "guest/link/sent/"},
	{"guest/create/", "guest-new", "nobody", "guest/create/"},
	{"guest/:token/", "guest-ticket", "nobody", "guest/{guest}/"},
	{"", "guest-gone", "nobody", "guest/never-was/"},
	{"", "not-found", "nobody", "no/such/page/"},
	{"profile/", "profile", "customer", "profile/"},
	{"tickets/", "portal-list", "customer", "tickets/"},
	{"", "portal-search", "customer", "tickets/?q=printer&status=all"},
	{"", "portal-empty", "other", "tickets/"},
	{"tickets/create/", "portal-new", "customer", "tickets/create/"},
	{"tickets/:id/", "portal-ticket", "customer", "tickets/{ticket}/"},
	{"", "portal-solved", "customer", "tickets/{solved}/"},
	{"agent/", "dashboard", "agent", "agent/"},
	{"agent/profile/", "agent-profile", "agent", "agent/profile/"},
	{"agent/tickets/", "queue", "agent", "agent/tickets/"},
	{"", "queue-search", "agent", "agent/tickets/?q=printer&status=any"},
	{"", "queue-filtered", "agent", "agent/tickets/?status=open&priority=high&assignee=none"},
	{"", "queue-nothing", "agent", "agent/tickets/?q=zzzz&status=any"},
	{"agent/tickets/create/", "ticket-new", "agent", "agent/tickets/create/"},
	{"agent/tickets/:id/", "ticket", "agent", "agent/tickets/{ticket}/"},
	{"agent/notifications/", "notifications", "agent", "agent/notifications/"},
	{"agent/profile/notifications/", "notification-settings", "agent", "agent/profile/notifications/"},
	{"", "ticket-light", "light", "agent/tickets/{ticket}/"},
	{"", "ticket-bin", "admin", "agent/tickets/{binned}/"},
	{"agent/messages/:id/original/", "original", "agent", "agent/messages/{mailed}/original/"},
	{"admin/", "admin", "admin", "admin/"},
	{"", "admin-no", "agent", "admin/"},
	{"admin/departments/", "departments", "admin", "admin/departments/"},
	{"admin/departments/create/", "department-new", "admin", "admin/departments/create/"},
	{"admin/departments/:id/", "department", "admin", "admin/departments/{department}/"},
	{"admin/tags/", "tags", "admin", "admin/tags/"},
	{"admin/tags/create/", "tag-new", "admin", "admin/tags/create/"},
	{"admin/tags/:id/", "tag", "admin", "admin/tags/{tag}/"},
	{"admin/people/", "people", "admin", "admin/people/"},
	{"admin/people/create/", "person-new", "admin", "admin/people/create/"},
	{"admin/people/:id/", "person", "admin", "admin/people/{person}/"},
	{"admin/mail/", "mail", "admin", "admin/mail/"},
	{"admin/mail/:id/", "mail-one", "admin", "admin/mail/{mail}/"},
	{"admin/inbound/", "inbound", "admin", "admin/inbound/"},
	{"admin/inbound/:id/", "inbound-held", "admin", "admin/inbound/{held}/"},
	{"", "inbound-quarantined", "admin", "admin/inbound/{quarantined}/"},
	{"admin/settings/", "settings", "admin", "admin/settings/"},
}

// furnish adds what the sights of a feature need.
var furnish []func(w *world)

// at is where the sight is.
func (w *world) at(s sight) string {
	to := s.path
	for name, value := range w.fill {
		to = strings.ReplaceAll(to, "{"+name+"}", value)
	}
	if s.who == "setup" {
		return w.empty.base + to
	}
	return w.base + to
}

// viewer opens a tab for the person who sees a sight.
func (w *world) viewer(who string, opt browser.Options) *browser.Page {
	return w.openAs(w.who[who].ID, opt)
}

func newWorld(t *testing.T, mark string) *world {
	t.Helper()
	desk := helpdesktest.Settings("mail_from", "Desk <help@desk.test>", "reply_domain", "desk.test", "desk_name", "Escalated"+mark,
		"ticket_actions", `{"refund":{"label":"Refund the order","variant":"danger","confirmation":"Refund it now?"}}`, "ticket_subject_types", "order")
	w := &world{house: newHouse(t, desk), empty: newHouse(t), who: map[string]model.Person{}, fill: map[string]string{}, mark: mark}
	w.people()
	w.tickets()
	w.mails()
	w.links()
	for _, f := range furnish {
		f(w)
	}
	w.Settle()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) keep(name string, id int64) { w.fill[name] = strconv.FormatInt(id, 10) }

// meet learns who is who by their addresses.
func (w *world) meet(pairs ...string) {
	w.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		p, err := w.DB().Read().PersonByEmail(context.Background(), pairs[i+1])
		w.must(err)
		w.who[pairs[i]] = p
	}
}

func (w *world) actor(who string) model.Actor {
	w.t.Helper()
	ctx := context.Background()
	token, err := w.Verbs().OpenSession(ctx, model.System("test"), w.who[who].ID, false)
	w.must(err)
	a, _, err := w.Verbs().Recognise(ctx, model.Nobody(), token, true)
	w.must(err)
	return a
}

// says makes a ticket of the customer.
func (w *world) says(text string) model.Ticket {
	w.t.Helper()
	t, err := w.Verbs().OpenTicket(context.Background(), w.actor("customer"), model.NewTicket{Subject: text + w.mark, Body: text + w.mark, Channel: model.Web})
	w.must(err)
	return t
}

func (w *world) people() {
	billing, returns := w.Department("Billing"+w.mark), w.Department("Returns & repairs")
	w.keep("department", int64(billing))
	for name, kind := range map[string]model.Kind{"ada": model.KindAdmin, "alan": model.KindAgent, "lena": model.KindLight, "carol": model.KindCustomer, "oscar": model.KindCustomer} {
		w.Person(kind, name, func(n *model.NewPerson) {
			n.Name += w.mark
			if kind == model.KindAgent {
				n.Departments = []model.DepartmentID{billing, returns}
			}
		})
	}
	w.meet("admin", "ada@help.test", "agent", "alan@help.test", "light", "lena@help.test", "customer", "carol@help.test", "other", "oscar@help.test")
	w.keep("person", int64(w.who["agent"].ID))
	ctx, admin := context.Background(), w.actor("admin")
	for _, g := range []model.Tag{{Name: "invoice", Hue: "teal"}, {Name: "مهم", Hue: "violet"}, {Name: "vip" + w.mark, Hue: "red"}} {
		id, err := w.Verbs().SaveTag(ctx, admin, g)
		w.must(err)
		w.keep("tag", int64(id))
	}
}

func (w *world) tickets() {
	ctx, v := context.Background(), w.Verbs()
	agent := w.actor("agent")
	first := w.says("The printer in room 7 is on fire")
	w.keep("ticket", int64(first.ID))
	w.Later(2 * time.Hour)
	w.must(v.Assign(ctx, agent, first.ID, w.who["agent"].ID, seen))
	w.must(v.ChangeTags(ctx, agent, first.ID, []string{"vip" + w.mark, "مهم"}, nil))
	w.must(v.SetPriority(ctx, agent, first.ID, model.High, seen))
	file, err := v.Stage(ctx, agent, "", "seed", "manual"+w.mark+".pdf", strings.NewReader("%PDF-1.4 no manual at all"))
	w.must(err)
	_, err = v.Reply(ctx, agent, first.ID, model.NewReply{Body: "Please use the extinguisher." + w.mark + "\n\nThen read https://example.com/manual" + w.mark, Slot: "seed", Files: []model.AttachmentID{file.ID}})
	w.must(err)
	_, err = v.Note(ctx, w.actor("light"), first.ID, model.NewReply{Body: "This is the third one this week." + w.mark})
	w.must(err)
	w.Later(time.Hour)
	_, err = v.Reply(ctx, w.actor("customer"), first.ID, model.NewReply{Body: "It is out now, thank you. شكرا"})
	w.must(err)
	solved := w.says("An invoice with a wrong address")
	w.keep("solved", int64(solved.ID))
	_, err = v.Reply(ctx, agent, solved.ID, model.NewReply{Body: "Corrected.", Status: model.Resolved})
	w.must(err)
	binned := w.says("By mistake")
	w.keep("binned", int64(binned.ID))
	w.must(v.DeleteTicket(ctx, w.actor("admin"), binned.ID))
	w.says(strings.Repeat("A very long subject that does not fit anywhere ", 5))
	for i := range 60 {
		w.Later(time.Minute)
		w.says(fmt.Sprintf("Question %d about the printer", i+1))
	}
}

// mails are received ones with every outcome that has a page.
func (w *world) mails() {
	ctx, v, carol := context.Background(), w.Verbs(), w.who["customer"]
	r := w.receive(rawMail("The lamp flickers.\n\nRegards", "From: "+mime.QEncoding.Encode("utf-8", "Carol"+w.mark)+" <"+carol.Email+">", "To: help@desk.test", "Subject: "+mime.QEncoding.Encode("utf-8", "Lamp 💡"+w.mark), "Message-ID: <one@help.test>"))
	view, err := v.ViewTicket(ctx, w.actor("agent"), r.Ticket, glance)
	w.must(err)
	w.keep("mailed", int64(view.Items[0].ID))
	_, err = v.Reply(ctx, w.actor("agent"), r.Ticket, model.NewReply{Body: "Which lamp?"})
	w.must(err)
	ours := w.MailTo(carol.Email)
	w.keep("mail", int64(ours.ID))
	plain, err := mail.ReadMessage(bytes.NewReader(ours.Raw))
	w.must(err)
	w.receive(rawMail("I am not Carol.", "From: "+mime.QEncoding.Encode("utf-8", "Eve"+w.mark)+" <eve@evil.test>", "To: "+plain.Header.Get("Reply-To"), "Subject: "+mime.QEncoding.Encode("utf-8", "Re: Lamp"+w.mark), "In-Reply-To: "+plain.Header.Get("Message-Id"), "Message-ID: <two@evil.test>"))
	w.receive(rawMail("I am away.", "From: "+carol.Email, "To: help@desk.test", "Subject: Away", "Auto-Submitted: auto-replied", "Message-ID: <three@help.test>"))
	w.receive("From: \r\nSubject: nobody" + w.mark + "\r\n\r\nnothing\r\n")
	page, err := v.Inbound(ctx, w.actor("admin"), model.InboundFilter{Page: 1})
	w.must(err)
	for _, m := range page.Mails {
		w.keep(string(m.Outcome), int64(m.ID))
	}
	for _, o := range []string{"held", "quarantined"} {
		if w.fill[o] == "" {
			w.t.Errorf("no mail was %s", o)
		}
	}
}

// links are the secrets that open pages.
func (w *world) links() {
	ctx, v := context.Background(), w.Verbs()
	token := func(l, before string) string {
		w.t.Helper()
		_, rest, ok := strings.Cut(l, before)
		if !ok {
			w.t.Fatalf("no %s in %q", before, l)
		}
		return strings.Trim(rest, "/")
	}
	w.must(v.RequestLink(ctx, model.Nobody(), "new@help.test", "", "en"))
	w.fill["link"] = token(w.MailTo("new@help.test").Link("login/link/"), "login/link/")
	w.must(v.RequestReset(ctx, model.Nobody(), w.who["agent"].Email, "en"))
	w.fill["reset"] = token(w.MailTo(w.who["agent"].Email).Link("login/reset/"), "login/reset/")
	_, err := v.Invite(ctx, w.actor("admin"), model.NewPerson{Kind: model.KindAgent, Name: "Ines" + w.mark, Email: "ines@help.test"})
	w.must(err)
	w.fill["invite"] = token(w.MailTo("ines@help.test").Link("invite/"), "invite/")
	guest, secret, err := v.OpenGuestTicket(ctx, model.Nobody(), model.NewTicket{Subject: "Where is my parcel?" + w.mark, Body: "Ordered last week.", RequesterName: "Gus" + w.mark, RequesterEmail: "gus@guests.test"}, false)
	w.must(err)
	w.fill["guest"] = secret
	_, err = v.Reply(ctx, w.actor("agent"), guest.ID, model.NewReply{Body: "It comes tomorrow."})
	w.must(err)
	w.fill["setup"], err = w.empty.Verbs().SetupToken(ctx, model.System("test"))
	w.must(err)
}
