package handlers_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
	"escalated/store"
)

var (
	links   = regexp.MustCompile(`(?:href|src|action|hx-get|sse-connect|data-poll)="([^"]+)"`)
	secrets = regexp.MustCompile(`/(?:guest|link|reset|invite)/[a-z2-7]{32}`)
)

// crawl asks for all that somebody can reach by links from the given pages,
// as pages and as fragments, and gives what they saw by address.
func crawl(b *helpdesktest.Browser, most int, from ...string) map[string]string {
	seen, queue := map[string]string{}, from
	for len(queue) > 0 && len(seen) < most {
		at := strings.ReplaceAll(queue[0], "&amp;", "&")
		queue = queue[1:]
		at, _, _ = strings.Cut(at, "#")
		if _, done := seen[at]; done || strings.Contains(at, "/static/") || !strings.HasPrefix(at, "/support/") && strings.HasPrefix(at, "/") || strings.Contains(at, "://") || strings.HasPrefix(at, "mailto:") {
			continue
		}
		if strings.Contains(at, "/stream?") {
			at = strings.Replace(at, "/stream?", "/changes?", 1)
			at = regexp.MustCompile(`since=\d+`).ReplaceAllString(at, "since=0")
		}
		page := b.Get(at)
		seen[at] = fmt.Sprint(page.Header) + "\x00" + page.Body
		for _, target := range []string{"list", "thread", "panel", "composer"} {
			seen[at+" for "+target] = "\x00" + b.HTMX(target).Get(at).Body
		}
		for _, m := range links.FindAllStringSubmatch(page.Body, -1) {
			queue = append(queue, m[1])
		}
		if to := page.Location(); to != "" {
			queue = append(queue, to)
		}
	}
	return seen
}

// office is a desk with a customer who has a ticket in each of two
// departments, all words of one of them marked.
type office struct {
	*helpdesktest.Desk
	t              *testing.T
	support, sales model.DepartmentID
	carol, sam     *helpdesktest.Person
	hidden, open   model.Ticket
	hiddenFile     model.AttachmentID
	hiddenMessage  model.MessageID
	narrow, whole  *helpdesktest.Browser
	narrowID       model.PersonID
	tag            model.TagID
}

const marked = "quagga"

func newOffice(t *testing.T) *office {
	t.Helper()
	d := helpdesktest.New(t)
	o := &office{Desk: d, t: t, support: d.Department("Support"), sales: d.Department("Sales")}
	d.Admin("ada")
	o.carol, o.sam = d.Customer("carol"), d.Agent("sam", o.support)
	ctx, sam := context.Background(), o.sam.Actor()
	in := func(dep model.DepartmentID) func(*model.NewTicket) {
		return func(n *model.NewTicket) { n.Department = dep }
	}
	o.hidden = o.carol.Opens(marked+" subject", in(o.support))
	o.open = o.carol.Opens("Offer please", in(o.sales))
	a, err := d.Verbs().Stage(ctx, sam, "", "s", marked+".txt", strings.NewReader(marked))
	o.must(err)
	o.hiddenFile = a.ID
	m, err := d.Verbs().Reply(ctx, sam, o.hidden.ID, model.NewReply{Body: marked + " reply", Slot: "s", Files: []model.AttachmentID{a.ID}})
	o.must(err)
	o.hiddenMessage = m.ID
	_, err = d.Verbs().Note(ctx, sam, o.hidden.ID, model.NewReply{Body: marked + " note"})
	o.must(err)
	o.must(d.Verbs().ChangeTags(ctx, d.Admin("tina").Actor(), o.hidden.ID, []string{"shared"}, nil))
	o.must(d.Verbs().Assign(ctx, sam, o.hidden.ID, o.sam.ID, desk.Change{}))
	o.must(d.DB().Write(ctx, func(tx *store.Tx) error {
		tag, err := tx.TagBySlug(tx.Ctx, "shared")
		o.tag = tag.ID
		if err != nil {
			return err
		}
		return tx.LinkTickets(tx.Ctx, o.hidden.ID, o.open.ID, "continued")
	}))
	nora := d.Person(model.KindAgent, "nora", func(n *model.NewPerson) { n.Departments, n.Narrow = []model.DepartmentID{o.sales}, true })
	o.narrow, o.narrowID, o.whole = d.As(nora), nora.ID, d.As(o.sam)
	d.Settle()
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// lists are all the ways of the staff to come upon a ticket.
func (o *office) lists() []string {
	return []string{
		"agent/", "agent/tickets/", "agent/tickets/?status=all", "agent/tickets/?status=any", "agent/tickets/?q=" + marked, "agent/tickets/?q=subject", "agent/tickets/?q=quag",
		fmt.Sprintf("agent/tickets/?department=%d&status=any", o.support), fmt.Sprintf("agent/tickets/?tag=%d&status=any", o.tag), "agent/tickets/?tag=shared&status=any",
		fmt.Sprintf("agent/tickets/?assignee=%d&status=any", o.sam.ID), fmt.Sprintf("agent/tickets/?requester=%d&status=any", o.carol.ID), "agent/tickets/?status=in_progress,waiting_on_customer",
		fmt.Sprintf("agent/tickets/?q=%s&department=%d", marked, o.support), fmt.Sprintf("agent/tickets/?q=%s&assignee=%d", marked, o.sam.ID), "agent/tickets/?q=" + o.hidden.Reference,
		"agent/tickets/?following=me", "agent/tickets/?bin=1", fmt.Sprintf("agent/tickets/%d/", o.open.ID), fmt.Sprintf("agent/tickets/%d/?show=all", o.open.ID),
		fmt.Sprintf("changes?since=0&t=ticket:%d", o.open.ID), "changes?since=0&t=queue",
	}
}

// TestNarrowAgentsComeUponNothing looks for a ticket of another department in
// every list, count, card and stream.
func TestNarrowAgentsComeUponNothing(t *testing.T) {
	o := newOffice(t)
	found := 0
	for _, at := range o.lists() {
		for who, b := range map[string]*helpdesktest.Browser{"narrow": o.narrow, "whole": o.whole} {
			for _, target := range []string{"", "list", "thread", "panel"} {
				from := b
				if target != "" {
					from = b.HTMX(target)
				}
				page := from.Get(at)
				body := page.Body // the words that were looked for stand in the title and the field
				hits := strings.Contains(body, marked+" subject") || strings.Contains(body, marked+" reply") || strings.Contains(body, marked+" note") || strings.Contains(strings.ToLower(body), "<mark>quag") || strings.Contains(body, marked+".txt") || strings.Contains(body, fmt.Sprintf(`data-ticket="%d"`, o.hidden.ID)) ||
					strings.Contains(body, fmt.Sprintf("agent/tickets/%d/", o.hidden.ID)) || strings.HasSuffix(page.Location(), fmt.Sprintf("agent/tickets/%d/", o.hidden.ID))
				if hits && who == "narrow" {
					t.Errorf("%s (%s): a ticket of another department: %d %s\n%s", at, target, page.Status, page.Location(), page.Text())
				}
				if hits && who == "whole" {
					found++
				}
			}
		}
	}
	if found < 20 {
		t.Fatalf("whoever may see the ticket came upon it %d times only: the test looks in the wrong places", found)
	}
	for at, body := range crawl(o.narrow, 600, "agent/") {
		if strings.Contains(body, marked) {
			t.Errorf("%s: a ticket of another department", at)
		}
	}
	for at, want := range map[string]int{
		fmt.Sprintf("agent/tickets/%d/", o.hidden.ID): 404, fmt.Sprintf("attachments/%d/", o.hiddenFile): 404, "agent/tickets/" + o.hidden.Reference + "/": 302,
		fmt.Sprintf("changes?since=0&t=ticket:%d", o.hidden.ID): 404, fmt.Sprintf("stream?t=ticket:%d", o.hidden.ID): 404, fmt.Sprintf("changes?since=0&t=portal:%d", o.hidden.ID): 404,
	} {
		if got := o.narrow.Get(at); got.Status != want {
			t.Errorf("%s: status %d, want %d", at, got.Status, want)
		}
	}
	side, err := o.Verbs().Side(context.Background(), o.actor(o.narrowID))
	o.must(err)
	for id, want := range map[model.ViewID]int{model.ViewOpen: 1, model.ViewMine: 0, model.ViewFollowing: 0, model.ViewMentions: 0} {
		if v, ok := side.Find(id); !ok || v.Count != want {
			t.Errorf("a narrow agent counts %d in %s, want %d", v.Count, v.Key, want)
		}
	}
	if hits, err := o.Verbs().VisibleTickets(context.Background(), o.actor(o.narrowID), []model.TicketID{o.hidden.ID, o.open.ID}); err != nil || !slices.Equal(hits, []model.TicketID{o.open.ID}) {
		t.Errorf("visible: %v %v", hits, err)
	}
}

func (o *office) actor(id model.PersonID) model.Actor {
	o.t.Helper()
	ctx := context.Background()
	token, err := o.Verbs().OpenSession(ctx, model.System("test"), id, false)
	o.must(err)
	a, _, err := o.Verbs().Recognise(ctx, model.Nobody(), token, true)
	o.must(err)
	return a
}

// TestNarrownessIsASwitch proves that the rule above is what hides: without
// it, and for whoever follows or is given the ticket, it is there.
func TestNarrownessIsASwitch(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	at := fmt.Sprintf("agent/tickets/%d/", o.hidden.ID)
	o.narrow.Get(at).Is(404)
	o.must(o.Verbs().Assign(ctx, o.sam.Actor(), o.hidden.ID, o.narrowID, desk.Change{}))
	o.narrow.Get(at).Is(200)
	o.must(o.Verbs().Assign(ctx, o.sam.Actor(), o.hidden.ID, o.sam.ID, desk.Change{}))
	o.narrow.Get(at).Is(404)
	no, yes := false, true
	o.must(o.Verbs().UpdatePerson(ctx, model.System("test"), o.narrowID, desk.PersonChange{Narrow: &no}))
	o.narrow.Get(at).Is(200)
	o.must(o.Verbs().UpdatePerson(ctx, model.System("test"), o.narrowID, desk.PersonChange{Narrow: &yes}))
	o.narrow.Get(at).Is(404)
	o.must(o.Verbs().SetDepartment(ctx, o.sam.Actor(), o.hidden.ID, 0, desk.Change{}))
	o.narrow.Get(at).Is(404)
	o.must(o.Verbs().UpdatePerson(ctx, model.System("test"), o.narrowID, desk.PersonChange{Loose: &yes}))
	o.narrow.Get(at).Is(200) // tickets of nobody's department, by the second switch
	o.must(o.Verbs().UpdatePerson(ctx, model.System("test"), o.narrowID, desk.PersonChange{Loose: &no}))
	o.narrow.Get(at).Is(404)
}

// TestReleasingThroughAnotherTicketDoesNothing holds that the ticket of the
// path counts before anything is done.
func TestReleasingThroughAnotherTicketDoesNothing(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	var held model.Message
	o.must(o.DB().Write(ctx, func(tx *store.Tx) (err error) {
		held, err = tx.InsertMessage(tx.Ctx, model.Message{TicketID: o.hidden.ID, AuthorID: o.carol.ID, Kind: model.ReplyKind, Body: "waits", HeldAt: tx.Now})
		if err != nil {
			return err
		}
		return tx.MessageAdded(tx.Ctx, held, 0, true, false)
	}))
	db := lookInto(t, o.DB())
	before := db.tables()
	o.whole.Post(fmt.Sprintf("agent/tickets/%d/release/%d/", o.open.ID, held.ID), helpdesktest.F()).Is(404)
	o.narrow.Post(fmt.Sprintf("agent/tickets/%d/release/%d/", o.open.ID, held.ID), helpdesktest.F()).Is(404)
	if diff := changed(before, db.tables()); len(diff) > 0 {
		t.Errorf("refused, and wrote into %v", diff)
	}
	o.whole.Post(fmt.Sprintf("agent/tickets/%d/release/%d/", o.hidden.ID, held.ID), helpdesktest.F()).Is(303)
}

// TestNothingInternalIsReachable follows every link that a customer, another
// customer and a guest can, live answers and mails included.
func TestNothingInternalIsReachable(t *testing.T) {
	const canary = "xylophone"
	d := helpdesktest.New(t)
	ctx := context.Background()
	boss, carol, oscar := d.Admin("ada"), d.Customer("carol"), d.Customer("oscar")
	staff := boss.Actor()
	guest, token, err := d.Verbs().OpenGuestTicket(ctx, model.Nobody(), model.NewTicket{Subject: "Guest", Body: "Help", RequesterName: "Gus", RequesterEmail: "gus@guests.test"}, false)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	mine, theirs := carol.Opens("Mine"), oscar.Opens("Theirs")
	secret := d.Department(canary + " department")
	var files []model.AttachmentID
	for _, id := range []model.TicketID{guest.ID, mine.ID, theirs.ID} {
		slot := fmt.Sprintf("ticket:%d", id)
		a, err := d.Verbs().Stage(ctx, staff, "", slot, canary+".txt", strings.NewReader(canary))
		must(err)
		files = append(files, a.ID)
		_, err = d.Verbs().Note(ctx, staff, id, model.NewReply{Body: canary + " note", Slot: slot, Files: []model.AttachmentID{a.ID}})
		must(err)
		must(d.Verbs().SetDepartment(ctx, staff, id, secret, desk.Change{}))
		must(d.Verbs().ChangeTags(ctx, staff, id, []string{canary + " tag"}, nil))
		must(d.Verbs().Assign(ctx, staff, id, d.Agent(fmt.Sprintf("%s%d", canary, id)).ID, desk.Change{}))
		_, err = d.Verbs().Reply(ctx, staff, id, model.NewReply{Body: "An answer"})
		must(err)
	}
	must(d.Verbs().ArchiveDepartment(ctx, staff, secret, true)) // pickers offer the others
	d.Settle()
	start := map[string][]string{
		"carol":  {"tickets/", "tickets/?status=all", "tickets/?q=note", fmt.Sprintf("tickets/%d/?show=all", mine.ID), "profile/", fmt.Sprintf("changes?since=0&t=portal:%d", mine.ID)},
		"oscar":  {"tickets/", "tickets/?status=all", fmt.Sprintf("tickets/%d/", theirs.ID), "profile/"},
		"nobody": {"guest/" + token + "/", "guest/" + token + "/?show=all", fmt.Sprintf("changes?since=0&t=guest:%d:%s", guest.ID, token), "login/", "guest/create/"},
	}
	browsers := map[string]*helpdesktest.Browser{"carol": d.As(carol), "oscar": d.As(oscar), "nobody": d.Nobody()}
	for who, pages := range start {
		for i := range 40 {
			pages = append(pages, fmt.Sprintf("attachments/%d/", i), fmt.Sprintf("guest/%s/attachments/%d/", token, i), fmt.Sprintf("tickets/%d/", i))
		}
		seen := crawl(browsers[who], 2000, pages...)
		if len(seen) < 30 {
			t.Errorf("%s reached %d pages only: %v", who, len(seen), slices.Sorted(maps.Keys(seen)))
		}
		for at, body := range seen {
			if strings.Contains(strings.ToLower(body), canary) {
				t.Errorf("%s: %s holds what only the staff may see", who, at)
			}
		}
		if who != "nobody" {
			for _, id := range append(files, 0) {
				browsers[who].Get(fmt.Sprintf("attachments/%d/", id)).Is(404)
			}
		}
	}
	for _, m := range d.Mail() {
		if (m.Address == "gus@guests.test" || m.Address == carol.Email || m.Address == oscar.Email) && strings.Contains(strings.ToLower(string(m.Raw)+m.Text+m.HTML), canary) {
			t.Errorf("a mail to %s holds what only the staff may see:\n%s", m.Address, m.Text)
		}
	}
	if found := secrets.FindString(d.Log.String()); found != "" || strings.Contains(d.Log.String(), token) {
		t.Errorf("a secret is in the log: %s", found)
	}
}
