package desk

import (
	"errors"
	"strings"
	"testing"
	"time"

	"escalated/model"
)

// draftRig is a ticket of cathy's that anna and ben work on, at a desk where
// sending can be undone for ten seconds.
type draftRig struct {
	*rig
	anna, ben, cathy model.Actor
	ticket           model.Ticket
}

func newDraftRig(t *testing.T, set ...string) *draftRig {
	t.Helper()
	r := newRig(t, set...)
	d := &draftRig{rig: r, anna: r.person(model.KindAgent, "Anna"), ben: r.person(model.KindAgent, "Ben"), cathy: r.person(model.KindCustomer, "Cathy")}
	d.ticket = r.opens(d.cathy, "Printer")
	return d
}

func (r *draftRig) save(by model.Actor, tab, body string, version int64) model.Draft {
	r.t.Helper()
	d, err := r.SaveDraft(r.ctx, by, model.Draft{TicketID: r.ticket.ID, Tab: tab, Body: body, Version: version, Seen: r.ticket.LastPublicID})
	must(r.t, err)
	return d
}

func (r *draftRig) send(by model.Actor, body string, fields model.DraftFields, at model.Time) model.Sent {
	r.t.Helper()
	sent, err := r.Send(r.ctx, by, r.ticket.ID, model.NewReply{Body: body, Markdown: true, Op: body, Seen: r.now(r.ticket.ID).LastPublicID, Draft: model.ReplyTab}, fields, at)
	must(r.t, err)
	return sent
}

// due does what is due and tells how much that was.
func (r *draftRig) due() int {
	r.t.Helper()
	n, err := r.SendDrafts(r.ctx, model.System("test"))
	must(r.t, err)
	return n
}

// said are the bodies of the ticket's messages, in order.
func (r *draftRig) said() []string {
	r.t.Helper()
	v, err := r.ViewTicket(r.ctx, r.anna, r.ticket.ID, Look{All: true})
	must(r.t, err)
	var out []string
	for _, it := range v.Items[1:] {
		out = append(out, it.Kind.String()+": "+it.Body)
	}
	return out
}

func (r *draftRig) saidIs(want ...string) {
	r.t.Helper()
	if got := r.said(); strings.Join(got, "|") != strings.Join(want, "|") {
		r.t.Errorf("said was %q, not %q", got, want)
	}
}

// drafts are those of the ticket as somebody sees them.
func (r *draftRig) drafts(by model.Actor) []model.TicketDraft {
	r.t.Helper()
	v, err := r.ViewTicket(r.ctx, by, r.ticket.ID, Look{})
	must(r.t, err)
	return v.Drafts
}

func TestDraftsAreKept(t *testing.T) {
	r := newDraftRig(t)
	a := r.save(r.anna, model.ReplyTab, "Dear", 0)
	r.save(r.anna, model.NoteTab, "She is angry", 0)
	b := r.save(r.anna, model.ReplyTab, "Dear Cathy", a.Version)
	if b.ID != a.ID || b.Version <= a.Version {
		t.Errorf("saving again made %+v of %+v", b, a)
	}
	if again := r.save(r.anna, model.ReplyTab, "Dear Cathy", a.Version); again.Version != b.Version {
		t.Error("the same words were written again")
	}

	// Another tab wrote meanwhile: nothing is overwritten.
	_, err := r.SaveDraft(r.ctx, r.anna, model.Draft{TicketID: r.ticket.ID, Tab: model.ReplyTab, Body: "Dear Madam", Version: a.Version})
	is(t, err, model.ErrConflict)
	var conflict *DraftConflict
	if !errors.As(err, &conflict) || conflict.Now.Body != "Dear Cathy" || conflict.Now.Version != b.Version {
		t.Fatalf("the conflict is %v", err)
	}
	r.save(r.anna, model.ReplyTab, "Dear Madam", conflict.Now.Version)

	// The writer sees the words, others that there are some, customers nothing.
	if own := r.drafts(r.anna); len(own) != 2 || own[0].Body != "Dear Madam" || own[1].Body != "She is angry" {
		t.Errorf("Anna sees %+v", own)
	}
	for _, d := range r.drafts(r.ben) {
		if d.Body != "" || d.Slot != "" || len(d.Fields) != 0 || d.Name != "Anna" || d.Person != r.anna.ID {
			t.Errorf("Ben sees %+v", d)
		}
	}
	if got := r.drafts(r.cathy); len(got) != 0 {
		t.Errorf("Cathy sees %+v", got)
	}
	_, err = r.SaveDraft(r.ctx, r.cathy, model.Draft{TicketID: r.ticket.ID, Tab: model.ReplyTab, Body: "x"})
	is(t, err, model.ErrDenied)
	_, err = r.SaveDraft(r.ctx, r.person(model.KindLight, "Lena"), model.Draft{TicketID: r.ticket.ID, Tab: model.ReplyTab, Body: "x"})
	is(t, err, model.ErrDenied)
	_, err = r.SaveDraft(r.ctx, r.anna, model.Draft{TicketID: 999, Tab: model.ReplyTab, Body: "x"})
	is(t, err, model.ErrNotFound)
	_, err = r.SaveDraft(r.ctx, r.anna, model.Draft{Tab: model.ReplyTab, Body: "x"})
	refused(t, err, "tab", "choice_invalid")
	_, err = r.Draft(r.ctx, r.ben, a.ID)
	is(t, err, model.ErrNotFound)
	_, err = r.DropDraft(r.ctx, r.ben, a.ID)
	is(t, err, model.ErrNotFound)

	// Saying it ends it, and so does taking all words away; the other tab stays.
	_, err = r.Reply(r.ctx, r.anna, r.ticket.ID, model.NewReply{Body: "Dear Madam", Draft: model.ReplyTab})
	must(t, err)
	own := r.drafts(r.anna)
	if len(own) != 1 || own[0].Tab != model.NoteTab {
		t.Fatalf("after the reply there is %+v", own)
	}
	r.save(r.anna, model.NoteTab, "  ", own[0].Version)
	if own = r.drafts(r.anna); len(own) != 0 {
		t.Errorf("without words there is %+v", own)
	}
}

func TestDraftOfNewTicket(t *testing.T) {
	r := newDraftRig(t)
	in := model.Draft{Tab: model.NewTab, Fields: model.DraftFields{"subject": "He rang", "priority": ""}}
	d, err := r.SaveDraft(r.ctx, r.anna, in)
	must(t, err)
	if d.ID == 0 || d.Fields["subject"] != "He rang" {
		t.Fatalf("kept %+v", d)
	}
	got, err := r.OpenDraft(r.ctx, r.anna, 0, model.NewTab)
	must(t, err)
	if _, there := got.Fields["priority"]; there || got.Fields["subject"] != "He rang" {
		t.Errorf("kept %+v", got.Fields)
	}
	_, err = r.OpenDraft(r.ctx, r.ben, 0, model.NewTab)
	is(t, err, model.ErrNotFound)
	must(t, r.DropOpenDraft(r.ctx, r.anna, 0, model.NewTab))
	_, err = r.OpenDraft(r.ctx, r.anna, 0, model.NewTab)
	is(t, err, model.ErrNotFound)
}

func TestOldDraftsGo(t *testing.T) {
	r := newDraftRig(t)
	r.save(r.anna, model.ReplyTab, "Forgotten", 0)
	r.send(r.ben, "In half a year", nil, r.Now().Add(180*24*time.Hour))
	r.later(89 * 24 * time.Hour)
	must(t, only(r.ForgetDrafts(r.ctx, model.System("test"))))
	if n := len(r.drafts(r.anna)); n != 2 {
		t.Fatalf("%d drafts after 89 days", n)
	}
	r.later(2 * 24 * time.Hour)
	must(t, only(r.ForgetDrafts(r.ctx, model.System("test"))))
	if left := r.drafts(r.ben); len(left) != 1 || left[0].Body != "In half a year" {
		t.Errorf("after 91 days there is %+v", left)
	}
	is(t, only(r.ForgetDrafts(r.ctx, r.anna)), model.ErrDenied)
}

func TestSendingWaits(t *testing.T) {
	r := newDraftRig(t)
	r.save(r.anna, model.ReplyTab, "Try water", 0)
	file, err := r.Stage(r.ctx, r.anna, "", "ticket:1", "how.txt", strings.NewReader("pour"))
	must(t, err)
	in := model.NewReply{Body: "Try water", Markdown: true, Op: "one", Seen: r.ticket.LastPublicID, Draft: model.ReplyTab, Slot: "ticket:1", Files: []model.AttachmentID{file.ID}}
	sent, err := r.Send(r.ctx, r.anna, r.ticket.ID, in, model.DraftFields{"status": "resolved"}, 0)
	must(t, err)
	if !sent.Draft.Pending() || sent.Message.ID != 0 || sent.Draft.SendAt != r.Now().Add(10*time.Second) {
		t.Fatalf("sent %+v", sent)
	}
	again, err := r.Send(r.ctx, r.anna, r.ticket.ID, in, nil, 0)
	must(t, err)
	if again.Draft.ID != sent.Draft.ID {
		t.Error("sending twice made two")
	}
	if own := r.drafts(r.anna); len(own) != 1 || own[0].Files != 1 || !own[0].Pending() {
		t.Errorf("there is %+v", own)
	}
	if staged, _ := r.Staged(r.ctx, r.anna, "", "ticket:1"); len(staged) != 0 {
		t.Error("the composer still has the file")
	}
	r.later(25 * time.Hour) // the file is spared while its draft waits
	must(t, only(r.ForgetLeftovers(r.ctx, model.System("test"))))
	r.later(-25 * time.Hour)

	r.later(9 * time.Second)
	if n := r.due(); n != 0 {
		t.Errorf("%d were due too early", n)
	}
	r.saidIs()
	r.later(time.Second)
	if n := r.due(); n != 1 {
		t.Errorf("%d were due", n)
	}
	r.saidIs("reply: Try water")
	tk := r.now(r.ticket.ID)
	if tk.Status != model.Resolved || tk.FileCount != 1 || tk.LastPublicBy != r.anna.ID {
		t.Errorf("the ticket became %+v", tk)
	}
	if r.due() != 0 || len(r.drafts(r.anna)) != 0 {
		t.Error("the draft is still there")
	}
	again, err = r.Send(r.ctx, r.anna, r.ticket.ID, in, nil, 0)
	must(t, err)
	if again.Message.Body != "Try water" || again.Draft.ID != 0 {
		t.Errorf("sent again it became %+v", again)
	}
	r.saidIs("reply: Try water")
}

func TestMarkdownInLists(t *testing.T) {
	r := newDraftRig(t)
	_, err := r.Reply(r.ctx, r.anna, r.ticket.ID, model.NewReply{Body: "**Hello** [Cathy](https://help.test)\n\n- try _water_\n- `reboot` it", Markdown: true})
	must(t, err)
	if got := r.now(r.ticket.ID).Preview; got != "Hello Cathy try water reboot it" {
		t.Errorf("the list says %q", got)
	}
	for in, want := range map[string]string{
		"# Title\n> quoted\n1. one": "Title\nquoted\n1. one", "2 * 3 * 4 = 24": "2 * 3 * 4 = 24", "snake_case_name": "snake_case_name", "~~gone~~ __done__.": "gone done.", "a_b **x**": "a_b x",
	} {
		if got := model.PlainMarkdown(in); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}
