package handlers_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// canaries are words that stand in what only the staff may see, one for each
// kind of it.
type canaries struct {
	*helpdesktest.Desk
	t           *testing.T
	boss, carol *helpdesktest.Person
	mine, other model.Ticket
	guest       model.Ticket
	token       string
	side        model.SideConversation
	note        model.Message
	file        model.AttachmentID
	words       []string
}

func (c *canaries) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// word is a new canary.
func (c *canaries) word(what string) string {
	w := "zorilla" + what
	c.words = append(c.words, w)
	return w
}

// staged is a file in a draft slot of an agent, marked in name and content.
func (c *canaries) staged(slot, what string) []model.AttachmentID {
	c.t.Helper()
	w := c.word(what)
	a, err := c.Verbs().Stage(context.Background(), c.boss.Actor(), "", slot, w+".txt", strings.NewReader(w))
	c.must(err)
	return []model.AttachmentID{a.ID}
}

func newCanaries(t *testing.T) *canaries {
	t.Helper()
	d := helpdesktest.New(t)
	c := &canaries{Desk: d, t: t, boss: d.Admin("ada"), carol: d.Customer("carol")}
	ctx, v := context.Background(), d.Verbs()
	var err error
	c.mine, c.other = c.carol.Opens("Mine"), d.Customer("oscar").Opens(c.word("linked"))
	c.guest, c.token, err = v.OpenGuestTicket(ctx, model.Nobody(), model.NewTicket{Subject: "Guest", Body: "Help", RequesterName: "Gus", RequesterEmail: "gus@guests.test"}, false)
	c.must(err)
	staff := c.boss.Actor()
	_, err = v.SaveField(ctx, staff, model.FieldDef{Entity: model.FieldOfTicket, Key: "risk", Kind: model.CustomText, Audience: model.AudienceStaff, Label: model.Localized{"": c.word("fieldname")}})
	c.must(err)
	_, err = v.SaveCanned(ctx, staff, model.Canned{Title: c.word("cannedname"), Bodies: model.Localized{"": c.word("canned")}, Shared: model.Shared{Scope: model.ShareAll}}, desk.CannedFilesChange{Slot: "c", Add: c.staged("c", "cannedfile")})
	c.must(err)
	macro, err := v.SaveMacro(ctx, staff, model.Macro{Name: c.word("macro"), Shared: model.Shared{Scope: model.ShareAll}, Actions: model.Actions{{Type: model.ActNote, Value: c.word("macronote")}}})
	c.must(err)
	_, err = v.SaveView(ctx, staff, model.View{Name: c.word("view"), Scope: model.ScopeAll, Query: "status=open"})
	c.must(err)
	d.Agent(c.word("mentioned"))
	for _, t := range []model.TicketID{c.mine.ID, c.guest.ID} {
		c.fill(t, macro)
	}
	d.Settle()
	return c
}

// fill puts canaries into everything a ticket holds for the staff.
func (c *canaries) fill(id model.TicketID, macro model.MacroID) {
	c.t.Helper()
	ctx, v, staff := context.Background(), c.Verbs(), c.boss.Actor()
	n := fmt.Sprint(id)
	var err error
	files := c.staged("n"+n, "notefile")
	c.file = files[0]
	c.note, err = v.Note(ctx, staff, id, model.NewReply{Body: c.word("note") + " @" + "zorillamentioned", Slot: "n" + n, Files: files})
	c.must(err)
	_, err = v.Pin(ctx, staff, id, c.note.ID)
	c.must(err)
	c.side, err = v.StartSide(ctx, staff, id, model.NewSide{Address: "vendor@vendor.test", Subject: c.word("sidesubject"), Body: c.word("side"), Slot: "s" + n, Files: c.staged("s"+n, "sidefile")})
	c.must(err)
	c.must(v.SetFields(ctx, staff, id, map[string][]string{"risk": {c.word("fieldvalue")}}, desk.Change{}))
	_, err = v.SaveDraft(ctx, staff, model.Draft{TicketID: id, Tab: model.ReplyTab, Body: c.word("draft")})
	c.must(err)
	_, err = v.Send(ctx, staff, id, model.NewReply{Body: c.word("later")}, nil, c.Now().Add(24*time.Hour))
	c.must(err)
	_, err = v.RunMacro(ctx, staff, id, desk.MacroUse{Macro: macro})
	c.must(err)
	c.must(v.LinkTicket(ctx, staff, id, c.other.ID, model.WordRelated))
	_, err = v.Snooze(ctx, staff, id, "tomorrow", c.word("snooze"))
	c.must(err)
	_, err = v.Reply(ctx, staff, id, model.NewReply{Body: "An answer", Bcc: []string{"zorillabcc@else.test"}, RecipientsKnown: true, Seen: c.mine.LastPublicID + 1000})
	c.must(err)
	c.words = append(c.words, "zorillabcc")
	tools := c.carol.Opens("For tools")
	second, err := v.Reply(ctx, c.carol.Actor(), tools.ID, model.NewReply{Body: "And more"})
	c.must(err)
	in, err := v.Note(ctx, staff, tools.ID, model.NewReply{Body: c.word("splitnote")})
	c.must(err)
	_, err = v.Split(ctx, staff, tools.ID, model.NewSplit{Subject: "Split off", Messages: []model.MessageID{second.ID, in.ID}})
	c.must(err)
	from := c.carol.Opens("Merged")
	_, err = v.Note(ctx, staff, from.ID, model.NewReply{Body: c.word("mergednote")})
	c.must(err)
	_, err = v.Merge(ctx, staff, from.ID, model.NewMerge{Into: tools.ID, Tags: true, Notify: true})
	c.must(err)
	c.must(v.ChangeTags(ctx, staff, id, []string{c.word("tag")}, nil))
}

// spotted names the canaries in a text, as far as they are not allowed there.
func (c *canaries) spotted(text string, allowed ...string) []string {
	var out []string
	text = strings.ToLower(text)
	for _, w := range c.words {
		if strings.Contains(text, w) && !slices.Contains(allowed, w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// TestTheWorkspaceStaysInside follows every link of customers and guests, asks
// for what no link names, and reads every mail.
func TestTheWorkspaceStaysInside(t *testing.T) {
	c := newCanaries(t)
	inside := c.spotted(fmt.Sprint(crawl(c.As(c.boss), 400, "agent/", fmt.Sprintf("agent/tickets/%d/?show=all", c.mine.ID), fmt.Sprintf("agent/tickets/%d/sides/1/", c.mine.ID), "agent/macros/manage/", "agent/canned/manage/")))
	if len(inside) < 15 {
		t.Errorf("the staff themselves come upon %v only", inside)
	}
	start := map[string][]string{
		"carol":  {"tickets/", "tickets/?status=all", fmt.Sprintf("tickets/%d/?show=all", c.mine.ID), fmt.Sprintf("changes?since=0&t=portal:%d", c.mine.ID)},
		"oscar":  {"tickets/", "tickets/?status=all"},
		"nobody": {"guest/" + c.token + "/?show=all", fmt.Sprintf("changes?since=0&t=guest:%d:%s", c.guest.ID, c.token), "guest/create/", "login/"},
	}
	browsers := map[string]*helpdesktest.Browser{"carol": c.As(c.carol), "oscar": c.As(c.Person(model.KindCustomer, "oscar2")), "nobody": c.Nobody()}
	for who, pages := range start {
		for i := range 40 {
			pages = append(pages, fmt.Sprintf("attachments/%d/", i), fmt.Sprintf("guest/%s/attachments/%d/", c.token, i), fmt.Sprintf("tickets/%d/", i), fmt.Sprintf("tickets/%d/rate/", i))
		}
		for at, body := range crawl(browsers[who], 2000, pages...) {
			if found := c.spotted(body); len(found) > 0 {
				t.Errorf("%s: %s tells %v", who, at, found)
			}
		}
		for _, w := range slices.Compact(slices.Sorted(slices.Values(c.words))) { // in counts and snippets
			if a := browsers[who].Get("tickets/?status=all&q=" + w); strings.Contains(a.Body, "tickets/"+fmt.Sprint(c.mine.ID)+"/") {
				t.Errorf("%s finds a ticket by %s", who, w)
			}
		}
		for _, topic := range []string{"queue", "side", "me", "presence", "job:1", fmt.Sprintf("ticket:%d", c.mine.ID), fmt.Sprintf("presence:%d", c.mine.ID), "presence:" + fmt.Sprint(c.guest.ID)} {
			for _, at := range []string{"changes?since=0&t=", "stream?t="} {
				if a := browsers[who].Get(at + topic); a.Status != 404 && a.Status != 401 {
					t.Errorf("%s follows %s: %d", who, topic, a.Status)
				}
			}
		}
	}
	vendor := 0
	for _, m := range c.Mail() {
		switch {
		case m.Address == "vendor@vendor.test":
			vendor++
			if found := c.spotted(string(m.Raw)+m.Text+m.HTML, "zorillaside", "zorillasidesubject", "zorillasidefile"); len(found) > 0 || strings.Contains(m.Text+m.HTML+m.Subject, c.mine.Reference) || strings.Contains(string(m.Raw), c.carol.Email) {
				t.Errorf("the third party is told %v", found)
			}
		case !strings.HasSuffix(m.Address, "@help.test") || m.Address == c.carol.Email || strings.HasPrefix(m.Address, "oscar"):
			if found := c.spotted(strings.ReplaceAll(string(m.Raw)+m.Text+m.HTML, m.Address, "")); len(found) > 0 && !strings.HasPrefix(m.Address, "oscar") {
				t.Errorf("a mail to %s tells %v", m.Address, found)
			}
		}
	}
	if vendor == 0 {
		t.Error("the third party got no mail")
	}
}

// TestIdsInFormsAreChecked names things of a ticket out of sight in forms of
// one that is seen.
func TestIdsInFormsAreChecked(t *testing.T) {
	o := newOffice(t)
	ctx, sam := context.Background(), o.sam.Actor()
	v := o.Verbs()
	side, err := v.StartSide(ctx, sam, o.hidden.ID, model.NewSide{Address: "vendor@vendor.test", Subject: marked, Body: marked})
	o.must(err)
	note, err := v.Note(ctx, sam, o.hidden.ID, model.NewReply{Body: marked + " second note"})
	o.must(err)
	_, err = v.Send(ctx, sam, o.hidden.ID, model.NewReply{Body: marked + " later"}, nil, o.Now().Add(24*time.Hour))
	o.must(err)
	pending, err := v.LastPending(ctx, sam)
	o.must(err)
	undo, set := desk.Undoing(ctx)
	o.must(v.SetPriority(undo, sam, o.hidden.ID, model.Urgent, desk.Change{}))
	text, err := v.SaveCanned(ctx, sam, model.Canned{Title: "Own", Bodies: model.Localized{"": marked}, Shared: model.Shared{Scope: model.ShareMine}}, desk.CannedFilesChange{})
	o.must(err)
	macro, err := v.SaveMacro(ctx, sam, model.Macro{Name: "Own", Shared: model.Shared{Scope: model.ShareMine}, Actions: model.Actions{{Type: model.ActPriority, Value: "low"}}})
	o.must(err)
	view, err := v.SaveView(ctx, sam, model.View{Name: marked, Scope: model.ScopeMine, Query: "status=open"})
	o.must(err)
	o.Settle()
	db := lookInto(t, o.DB())
	open := func(rest string) string { return fmt.Sprintf("agent/tickets/%d/%s", o.open.ID, rest) }
	hidden, ref := fmt.Sprint(o.hidden.ID), o.hidden.Reference
	is := func(list ...int) []int { return list }
	for _, x := range []struct {
		path string
		form helpdesktest.Form
		want []int
	}{
		{open("links/"), helpdesktest.F("target", ref, "kind", "related"), is(422)},
		{open("links/delete/"), helpdesktest.F("target", hidden, "kind", "related"), is(404)},
		{open("merge/"), helpdesktest.F("target", ref), is(422)},
		{open("merge/"), helpdesktest.F("target", hidden, "direction", "here"), is(422)},
		{open("split/"), helpdesktest.F("subject", "Mine now", "message[]", fmt.Sprint(o.hiddenMessage)), is(404, 422)},
		{open(fmt.Sprintf("pin/%d/", note.ID)), nil, is(404)},
		{open(fmt.Sprintf("sides/%d/reply/", side.ID)), helpdesktest.F("body", "hello"), is(404)},
		{open(fmt.Sprintf("sides/%d/close/", side.ID)), nil, is(404)},
		{open(fmt.Sprintf("canned/%d/", text)), nil, is(404)},
		{open("macro/"), helpdesktest.F("macro_id", fmt.Sprint(macro)), is(404)},
		{open("followers/"), helpdesktest.F("person_id", fmt.Sprint(o.carol.ID)), is(422)},
		{open("participants/"), helpdesktest.F("address", "not an address"), is(422)},
		{open("reply/"), helpdesktest.F("body", "files", "files[]", fmt.Sprint(o.hiddenFile), "op", "x1"), is(303, 404, 422)},
		{fmt.Sprintf("agent/drafts/%d/edit/", pending.ID), nil, is(303, 404)}, // as one that was sent in this moment
		{fmt.Sprintf("agent/drafts/%d/send/", pending.ID), nil, is(303, 404)},
		{fmt.Sprintf("agent/drafts/%d/note/", pending.ID), nil, is(303, 404)},
		{fmt.Sprintf("agent/drafts/%d/delete/", pending.ID), nil, is(303, 404)},
		{fmt.Sprintf("agent/undo/%d/", *set), nil, is(404)},
		{fmt.Sprintf("agent/views/%d/update/", view), helpdesktest.F("name", "Mine now", "scope", "mine", "query", ""), is(404)},
		{fmt.Sprintf("agent/views/%d/duplicate/", view), nil, is(404)},
		{fmt.Sprintf("agent/views/%d/delete/", view), nil, is(404)},
		{fmt.Sprintf("agent/canned/manage/%d/update/", text), helpdesktest.F("title", "Mine now", "body", "x", "scope", "mine"), is(404)},
		{fmt.Sprintf("agent/canned/manage/%d/delete/", text), nil, is(404)},
		{fmt.Sprintf("agent/macros/manage/%d/delete/", macro), nil, is(404)},
		{fmt.Sprintf("agent/macros/manage/%d/duplicate/", macro), nil, is(404)},
		{"agent/tickets/bulk/", helpdesktest.F("ticket_ids[]", hidden, "do", "macro:"+fmt.Sprint(macro)), is(404)},
	} {
		for _, b := range []*helpdesktest.Browser{o.narrow, o.narrow.HTMX("panel-msg")} {
			before := db.tables()
			a := b.Post(x.path, x.form)
			if !slices.Contains(x.want, a.Status) && !(a.Status == 204 && slices.Contains(x.want, 303)) {
				t.Errorf("%s %v: status %d, want %v", x.path, x.form, a.Status, x.want)
			}
			if strings.Contains(strings.ReplaceAll(a.Body, "Mine now", ""), marked) {
				t.Errorf("%s %v tells of it", x.path, x.form)
			}
			after := db.tables()
			for _, own := range []string{"sessions", "people"} {
				delete(before, own)
				delete(after, own)
			}
			if diff := changed(before, after); len(diff) > 0 && !strings.HasSuffix(x.path, "/reply/") {
				t.Errorf("%s %v: refused, and wrote into %v", x.path, x.form, diff)
			}
		}
	}
	for _, it := range must(v.ViewTicket(ctx, sam, o.open.ID, desk.Look{All: true}))(t).Items {
		if len(it.Files) > 0 {
			t.Errorf("a file of another ticket hangs on message %d", it.ID)
		}
	}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestToolsShowNarrowAgentsNothing looks for a ticket out of sight in every
// dialog, picker, table and centre of the workspace.
func TestToolsShowNarrowAgentsNothing(t *testing.T) {
	o := newOffice(t)
	ctx, sam := context.Background(), o.sam.Actor()
	v := o.Verbs()
	o.must(v.SetFollower(ctx, sam, o.hidden.ID, o.narrowID, true))
	_, err := v.Note(ctx, sam, o.hidden.ID, model.NewReply{Body: marked + " to @nora"})
	o.must(err)
	o.Settle() // she was told
	bulk, err := v.Bulk(ctx, sam, model.BulkRequest{Tickets: []model.TicketID{o.hidden.ID, o.open.ID}, Actions: []model.Action{{Type: model.ActPriority, Value: "urgent"}}})
	o.must(err)
	o.must(v.LinkTicket(ctx, sam, o.open.ID, o.hidden.ID, model.WordProblem))
	o.must(v.SetFollower(ctx, sam, o.hidden.ID, o.narrowID, false))
	o.Settle()
	open := func(rest string) string { return fmt.Sprintf("agent/tickets/%d/%s", o.open.ID, rest) }
	found := 0
	for _, at := range []string{
		"agent/", "agent/notifications/", "agent/palette/options/?q=" + marked, "agent/palette/options/?q=" + o.hidden.Reference, "agent/palette/?q=%23" + marked,
		"agent/tickets/export.csv", "agent/tickets/export.csv?q=" + marked, "agent/tickets/export.csv?status=any",
		open("merge/?q=" + marked), open("merge/"), open(fmt.Sprintf("merge/?with=%d", o.hidden.ID)), open("merge/?q=" + o.hidden.Reference), open("links/?target=" + o.hidden.Reference), open("incidents/"), open("why/"), open(""),
		fmt.Sprintf("agent/undo/%d/", bulk.Set), fmt.Sprintf("agent/bulk/%d/", bulk.ID), fmt.Sprintf("agent/mentions/?q=a&ticket=%d", o.hidden.ID),
		"changes?since=0&t=queue&t=side&t=me&t=presence", fmt.Sprintf("changes?since=0&t=job:%d", bulk.ID),
		fmt.Sprintf("agent/tickets/%d/peek/", o.hidden.ID), "agent/people/?q=carol",
	} {
		for who, b := range map[string]*helpdesktest.Browser{"narrow": o.narrow, "whole": o.whole} {
			a := b.HTMX("dialog").Get(at)
			body := strings.ReplaceAll(a.Body, `value="`+marked, "")
			hit := strings.Contains(body, marked+" subject") || strings.Contains(body, marked+" note") || strings.Contains(body, marked+" to") || strings.Contains(body, fmt.Sprintf("agent/tickets/%d/", o.hidden.ID))
			switch {
			case hit && who == "narrow":
				i := max(strings.Index(body, marked), strings.Index(body, fmt.Sprintf("agent/tickets/%d/", o.hidden.ID)))
				t.Errorf("%s: a ticket out of sight: %s", at, body[max(0, i-300):min(len(body), i+200)])
			case hit:
				found++
			}
		}
	}
	if found < 8 {
		t.Errorf("whoever may see it came upon it %d times only", found)
	}
}

// TestTablesRunNoFormulas reads an exported table as a spreadsheet would.
func TestTablesRunNoFormulas(t *testing.T) {
	d := helpdesktest.New(t)
	carol := d.Customer("carol")
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "|calc", "%0A=1", "＝1+1", "＋1", "－1", "＠A1", `"=1`, "a,\"b\""} {
		carol.Opens(s)
	}
	rows, err := csv.NewReader(strings.NewReader(d.As(d.Agent("bob")).Get("agent/tickets/export.csv").Is(200).Body)).ReadAll()
	if err != nil || len(rows) != 13 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		for i, cell := range row {
			if r := []rune(cell); len(r) > 0 && strings.ContainsRune("=+-@|%\t\r＝＋－＠", r[0]) {
				t.Errorf("column %d begins a formula: %q", i, cell)
			}
		}
	}
}

// TestPreviewsAndTextsAreHarmless puts markup into everything that is shown as
// a text of the staff.
func TestPreviewsAndTextsAreHarmless(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)><script>alert(1)</script>[a](javascript:alert(1)) <b hx-get="/x" hx-on:click="x">`
	d := helpdesktest.New(t)
	bob := d.Admin("bob")
	tk := d.Customer("carol").Opens("Printer")
	ctx, v := context.Background(), d.Verbs()
	all := model.Shared{Scope: model.ShareAll}
	text := must(v.SaveCanned(ctx, bob.Actor(), model.Canned{Title: evil[:100], Category: "<i>c</i>", Bodies: model.Localized{"": evil}, Shared: all}, desk.CannedFilesChange{}))(t)
	macro := must(v.SaveMacro(ctx, bob.Actor(), model.Macro{Name: evil[:60], Description: evil, Shared: all, Actions: model.Actions{{Type: model.ActNote, Value: evil}, {Type: model.ActReply, Value: evil}}}))(t)
	must(v.SaveView(ctx, bob.Actor(), model.View{Name: evil[:100], Scope: model.ScopeAll, Query: "status=open"}))(t)
	must(v.StartSide(ctx, bob.Actor(), tk.ID, model.NewSide{Address: "vendor@vendor.test", Subject: evil[:100], Body: evil}))(t)
	must(v.Note(ctx, bob.Actor(), tk.ID, model.NewReply{Body: evil, Markdown: true}))(t)
	must(v.Snooze(ctx, bob.Actor(), tk.ID, "tomorrow", evil))(t)
	at := func(rest string) string { return fmt.Sprintf("agent/tickets/%d/%s", tk.ID, rest) }
	b := d.As(bob)
	answers := map[string]*helpdesktest.Answer{
		"preview":       b.Post("agent/preview/", helpdesktest.F("body", evil)),
		"canned":        b.Post("agent/canned/preview/", helpdesktest.F("body", evil, "body_de", evil)),
		"macro":         b.Post("agent/macros/preview/", helpdesktest.F("name", evil, "a0_type", "add_note", "a0_value", evil)),
		"using a text":  b.HTMX("panel-msg").Post(at(fmt.Sprintf("canned/%d/", text)), nil),
		"using a macro": b.HTMX("panel-msg").Post(at("macro/"), helpdesktest.F("macro_id", fmt.Sprint(macro))),
	}
	for _, p := range []string{at(""), at("?insert=" + fmt.Sprint(text)), at("sides/1/"), at("why/"), "agent/", "agent/tickets/", "agent/macros/manage/", "agent/canned/manage/", "agent/canned/?ticket=" + fmt.Sprint(tk.ID), "agent/macros/?ticket=" + fmt.Sprint(tk.ID)} {
		answers[p] = b.Get(p)
	}
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		a := answers[name]
		if a.Status >= 400 {
			t.Errorf("%s: status %d", name, a.Status)
		}
		for _, bad := range []string{"<img src=x", "<script>alert", `href="javascript:`, `<b hx-`, "<i>c</i>"} {
			if strings.Contains(a.Body, bad) {
				t.Errorf("%s: %s", name, bad)
			}
		}
		for _, h := range []string{"HX-Trigger", "HX-Location", "HX-Redirect"} {
			if strings.ContainsAny(a.Header.Get(h), "\r\n") {
				t.Errorf("%s: lines in %s", name, h)
			}
		}
	}
	for _, from := range []string{"http://evil.test/x", "//evil.test/support/agent/", "http://localhost//evil.test/", "http://localhost/support//evil.test", "javascript:alert(1)", `http://localhost/support/\evil.test`} {
		for _, path := range []string{"agent/tickets/bulk/", at("macro/"), at("follow/")} {
			a := b.HTMX("list").With("HX-Current-URL", from).With("Referer", from).Post(path, helpdesktest.F("ticket_ids[]", fmt.Sprint(tk.ID), "do", "set_priority:low"))
			if to := a.Header.Get("HX-Redirect") + a.Header.Get("HX-Location") + a.Location(); strings.Contains(to, "evil") || strings.Contains(to, "javascript") {
				t.Errorf("%s from %s goes to %s", path, from, to)
			}
		}
	}
}
