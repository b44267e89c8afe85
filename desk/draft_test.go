package desk

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
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
	must(t, r.ForgetDrafts(r.ctx, model.System("test")))
	if n := len(r.drafts(r.anna)); n != 2 {
		t.Fatalf("%d drafts after 89 days", n)
	}
	r.later(2 * 24 * time.Hour)
	must(t, r.ForgetDrafts(r.ctx, model.System("test")))
	if left := r.drafts(r.ben); len(left) != 1 || left[0].Body != "In half a year" {
		t.Errorf("after 91 days there is %+v", left)
	}
	is(t, r.ForgetDrafts(r.ctx, r.anna), model.ErrDenied)
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
	must(t, r.ForgetLeftovers(r.ctx, model.System("test")))
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

// What would be refused in ten seconds is refused now.
func TestSendingIsTried(t *testing.T) {
	r := newDraftRig(t)
	seen := r.ticket.LastPublicID
	try := func(by model.Actor, in model.NewReply, f model.DraftFields, at model.Time) error {
		_, err := r.Send(r.ctx, by, r.ticket.ID, in, f, at)
		return err
	}
	refused(t, try(r.anna, model.NewReply{Body: " "}, nil, 0), "body", "required")
	refused(t, try(r.anna, model.NewReply{Body: "x", Slot: "s", Files: []model.AttachmentID{99}}, nil, 0), "attachments", "not_found")
	if err := try(r.anna, model.NewReply{Body: "x"}, model.DraftFields{"status": "nonsense"}, 0); len(model.Problems(err)) == 0 {
		t.Errorf("a status that is none gives %v", err)
	}
	refused(t, try(r.anna, model.NewReply{Body: "x"}, nil, r.Now()), "when", "time_past")
	refused(t, try(r.anna, model.NewReply{Body: "x"}, nil, r.Now().Add(400*24*time.Hour)), "when", "time_far")
	is(t, try(r.cathy, model.NewReply{Body: "x"}, nil, 0), model.ErrDenied)
	is(t, try(r.person(model.KindLight, "Lena"), model.NewReply{Body: "x"}, nil, 0), model.ErrDenied)
	_, err := r.Reply(r.ctx, r.cathy, r.ticket.ID, model.NewReply{Body: "Hello?"})
	must(t, err)
	var stale *model.Stale
	if err := try(r.anna, model.NewReply{Body: "x", Seen: seen}, nil, 0); !errors.As(err, &stale) || stale.Message.Body != "Hello?" {
		t.Errorf("a stale reply gives %v", err)
	}
	if len(r.drafts(r.anna)) != 0 {
		t.Error("something refused was kept")
	}
	r.saidIs("reply: Hello?")
	if got := r.facts(r.ticket.ID); strings.Count(strings.Join(got, " "), "reply.added") != 1 {
		t.Errorf("trying left facts: %v", got)
	}
}

func TestWindowOfSending(t *testing.T) {
	r := newDraftRig(t)
	must(t, r.ChangePrefs(r.ctx, r.anna, func(p *model.Prefs) { p.UndoSeconds = new(int) }))
	if sent := r.send(r.anna, "At once", nil, 0); sent.Message.Body != "At once" || sent.Draft.ID != 0 {
		t.Errorf("a window of 0 gives %+v", sent)
	}
	must(t, r.ChangePrefs(r.ctx, r.anna, func(p *model.Prefs) { n := 60; p.UndoSeconds = &n }))
	if sent := r.send(r.anna, "In a minute", nil, 0); sent.Draft.SendAt != r.Now().Add(time.Minute) {
		t.Errorf("a window of 60 gives %+v", sent)
	}
	q := newDraftRig(t, "undo_send_seconds", "0")
	if sent := q.send(q.anna, "At once", nil, 0); sent.Message.ID == 0 {
		t.Errorf("the desk's window of 0 gives %+v", sent)
	}
}

func TestUnsend(t *testing.T) {
	r := newDraftRig(t)
	sent := r.send(r.anna, "Too fast", nil, 0)
	r.save(r.anna, model.ReplyTab, "Meanwhile", 0)
	d, err := r.Unsend(r.ctx, r.anna, sent.Draft.ID)
	must(t, err)
	if d.Body != "Too fast\n\nMeanwhile" || !d.Open() {
		t.Errorf("back came %+v", d)
	}
	if own := r.drafts(r.anna); len(own) != 1 || own[0].Body != d.Body {
		t.Errorf("there is %+v", own)
	}
	r.later(time.Minute)
	r.due()
	r.saidIs()
	_, err = r.Unsend(r.ctx, r.ben, d.ID)
	is(t, err, model.ErrNotFound)
	_, err = r.SendDraft(r.ctx, r.anna, d.ID, 0)
	is(t, err, model.ErrConflict)             // it is in the composer
	sent = r.send(r.anna, "Too fast", nil, 0) // the same words, sent again
	if !sent.Draft.Pending() || len(r.drafts(r.anna)) != 1 {
		t.Errorf("sent again it is %+v", sent)
	}
	_, err = r.SendDraft(r.ctx, r.anna, sent.Draft.ID, 0)
	must(t, err)
	r.saidIs("reply: Too fast")
	_, err = r.Unsend(r.ctx, r.anna, sent.Draft.ID)
	is(t, err, model.ErrNotFound)
	if last, err := r.LastPending(r.ctx, r.anna); err == nil {
		t.Errorf("still waiting: %+v", last)
	}
}

func TestWaitingIsHeld(t *testing.T) {
	r := newDraftRig(t)
	tomorrow := r.Now().Add(24 * time.Hour)
	a := r.send(r.anna, "From Anna", nil, tomorrow).Draft
	b := r.send(r.ben, "From Ben", nil, tomorrow).Draft
	_, err := r.Note(r.ctx, r.ben, r.ticket.ID, model.NewReply{Body: "A note holds nothing"})
	must(t, err)
	r.send(r.anna, "Anna again", nil, 0)
	r.later(10 * time.Second)
	r.due()
	// Her own words are no news to Anna, but they are to Ben.
	state := func(by model.Actor, id model.DraftID) string {
		d, err := r.Draft(r.ctx, by, id)
		must(t, err)
		return d.HeldWhy
	}
	if state(r.anna, a.ID) != "" || state(r.ben, b.ID) != model.HeldNewer {
		t.Errorf("held: Anna %q, Ben %q", state(r.anna, a.ID), state(r.ben, b.ID))
	}
	_, err = r.Reply(r.ctx, r.cathy, r.ticket.ID, model.NewReply{Body: "It is out"})
	must(t, err)
	if state(r.anna, a.ID) != model.HeldNewer {
		t.Error("the customer's words hold nothing")
	}
	if n := strings.Count(strings.Join(r.facts(r.ticket.ID), " "), "draft.held"); n != 2 {
		t.Errorf("%d facts of held drafts", n)
	}
	for _, d := range r.drafts(r.anna) {
		if d.Person == r.anna.ID && (d.Newer == nil || d.Newer.Body != "It is out" || d.Newer.By != "Cathy") {
			t.Errorf("Anna is shown %+v", d.Newer)
		}
		if d.Person != r.anna.ID && d.Newer != nil {
			t.Error("Anna is shown what Ben is asked")
		}
	}
	r.later(48 * time.Hour)
	if r.due() != 0 {
		t.Error("what is held is due")
	}
	var stale *model.Stale
	if _, err = r.SendDraft(r.ctx, r.anna, a.ID, 0); !errors.As(err, &stale) {
		t.Errorf("sent without having seen: %v", err)
	}
	_, err = r.SendDraft(r.ctx, r.anna, a.ID, r.now(r.ticket.ID).LastPublicID)
	must(t, err)
	_, err = r.NoteDraft(r.ctx, r.ben, b.ID)
	must(t, err)
	r.saidIs("note: A note holds nothing", "reply: Anna again", "reply: It is out", "reply: From Anna", "note: From Ben")
	if len(r.drafts(r.anna)) != 0 {
		t.Error("drafts are left")
	}
}

// Whoever wrote it, what it is about and what it asks for are looked at again
// when the time has come.
func TestHeldAtRelease(t *testing.T) {
	for why, spoil := range map[string]func(r *draftRig){
		model.HeldWriter: func(r *draftRig) {
			err := r.Deactivate(r.ctx, r.person(model.KindAdmin, "Ada"), r.anna.ID, 0)
			must(r.t, err)
		},
		model.HeldGone: func(r *draftRig) { must(r.t, r.DeleteTicket(r.ctx, r.person(model.KindAdmin, "Ada"), r.ticket.ID)) },
		model.HeldRefused: func(r *draftRig) {
			_, err := r.SetStatusTo(r.ticket.ID, model.Closed)
			must(r.t, err)
		},
	} {
		r := newDraftRig(t)
		d := r.send(r.anna, "Done", model.DraftFields{"status": "waiting_on_customer"}, r.Now().Add(time.Hour)).Draft
		spoil(r)
		r.later(2 * time.Hour)
		if r.due() != 1 {
			t.Errorf("%s: not due", why)
		}
		got, err := r.db.Read().Draft(r.ctx, d.ID)
		must(t, err)
		if got.HeldWhy != why || got.Body != "Done" {
			t.Errorf("%s: held for %q", why, got.HeldWhy)
		}
		if r.due() != 0 {
			t.Errorf("%s: due again", why)
		}
		if n := r.now(r.ticket.ID).PublicCount; n != 1 {
			t.Errorf("%s: %d public messages", why, n)
		}
	}
}

// SetStatusTo moves a ticket by a member of the staff.
func (r *draftRig) SetStatusTo(id model.TicketID, to model.Status) (model.Ticket, error) {
	err := r.SetStatus(r.ctx, r.ben, id, to, Change{})
	return r.now(id), err
}

// A process that ends between loses nothing and says nothing twice.
func TestSendingSurvives(t *testing.T) {
	r := newDraftRig(t)
	d := r.send(r.anna, "Once", nil, 0).Draft
	r.later(time.Minute)
	crash := errors.New("the power went")
	err := r.db.Write(r.ctx, func(tx *store.Tx) error {
		if err := r.sendDue(tx.Ctx, tx, d.ID); err != nil {
			return err
		}
		return crash
	})
	is(t, err, crash)
	r.saidIs()

	// Another process on the same file says it, and this one finds it said.
	other, err := store.Open(r.ctx, r.db.Path(), store.Options{Clock: func() time.Time { return r.Now().Std() }})
	must(t, err)
	defer other.Close()
	second, err := New(Options{DB: other, Key: make([]byte, 32), Settings: model.DefaultSettings(), Files: r.files})
	must(t, err)
	n, err := second.SendDrafts(r.ctx, model.System("test"))
	must(t, err)
	if n != 1 || r.due() != 0 {
		t.Errorf("the next process said %d", n)
	}
	r.saidIs("reply: Once")
	next, err := r.NextDraft(r.ctx, model.System("test"))
	must(t, err)
	if next != 0 {
		t.Errorf("the next is due %v", next)
	}
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

// A member of the staff who answers a mail by mail has seen what it told, and
// nothing newer.
func TestAnswerByMailKnowsItsMail(t *testing.T) {
	p := newPostRig(t, "undo_send_seconds", "0")
	anna, ben, cathy := p.person(model.KindAgent, "anna"), p.person(model.KindAgent, "ben"), p.person(model.KindCustomer, "cathy")
	tk := p.opens(cathy, "Printer")
	told := func(ref string, who model.Actor, about model.MessageID) {
		p.write(func(tx *store.Tx) error {
			return tx.SaveMailRef(tx.Ctx, model.MailRef{Ref: ref, TicketID: tk.ID, MessageID: about, PersonID: who.ID, Ours: true})
		})
	}
	told("a1@help.test", anna, tk.FirstMessageID)
	to := "To: " + p.sign.ReplyAddress(tk.ID, anna.ID) + "@help.test"
	got := p.live("From: anna@help.test", to, "In-Reply-To: <a1@help.test>", "", "Try water.")
	if got.Outcome != model.MailToReply {
		t.Fatalf("the first answer became %+v", got)
	}
	m, err := p.Reply(p.ctx, ben, tk.ID, model.NewReply{Body: "Ben was here"})
	must(t, err)
	got = p.live("From: anna@help.test", to, "In-Reply-To: <a1@help.test>", "", "Try more water.")
	if got.Outcome != model.MailHeld || got.Reason != model.HeldNewer || got.Message != 0 || got.Ticket != tk.ID {
		t.Fatalf("the late answer became %+v", got)
	}
	v, err := p.ViewTicket(p.ctx, anna, tk.ID, Look{})
	must(t, err)
	if len(v.Drafts) != 1 || v.Drafts[0].Body != "Try more water." || v.Drafts[0].HeldWhy != model.HeldNewer || v.Drafts[0].Newer == nil || v.Drafts[0].Newer.ID != m.ID {
		t.Fatalf("Anna finds %+v", v.Drafts)
	}
	said, err := p.SendDraft(p.ctx, anna, v.Drafts[0].ID, m.ID)
	must(t, err)
	row, err := p.db.Read().Ledger(p.ctx, got.Ledger)
	must(t, err)
	if row.Outcome != model.MailToReply || row.MessageID != said.ID || said.LedgerID != row.ID || said.Markdown {
		t.Errorf("the mail is %+v, the message %+v", row, said)
	}

	// Without the mail it answers: by the newest she got.
	told("a2@help.test", anna, m.ID)
	if got = p.live("From: anna@help.test", to, "", "Better now?"); got.Outcome != model.MailToReply {
		t.Errorf("an answer to the newest became %+v", got)
	}
	_, err = p.Reply(p.ctx, cathy, tk.ID, model.NewReply{Body: "It is out"})
	must(t, err)
	held := p.live("From: anna@help.test", to, "", "Still there?")
	if held.Outcome != model.MailHeld {
		t.Fatalf("an answer that knows nothing became %+v", held)
	}

	// Whoever looks after the mail lets it through, or makes nothing of it.
	admin := p.person(model.KindAdmin, "ada")
	_, err = p.ReleaseMail(p.ctx, admin, held.Ledger)
	must(t, err)
	if last := p.now(tk.ID); last.LastPublicBy != anna.ID {
		t.Error("what was let through is not said")
	}
	_, err = p.Reply(p.ctx, cathy, tk.ID, model.NewReply{Body: "Thanks"})
	must(t, err)
	held = p.live("From: anna@help.test", to, "", "Still there, I wonder?")
	must(t, p.DropMail(p.ctx, admin, held.Ledger))
	if v, _ = p.ViewTicket(p.ctx, anna, tk.ID, Look{}); len(v.Drafts) != 0 {
		t.Errorf("a dropped mail leaves %+v", v.Drafts)
	}
}

// Two answer at once: exactly one goes out, the other keeps the text and is
// given the newer message.
func TestOneOfTwoAnswers(t *testing.T) {
	p := newPostRig(t, "undo_send_seconds", "0")
	anna, ben, cathy := p.person(model.KindAgent, "anna"), p.person(model.KindAgent, "ben"), p.person(model.KindCustomer, "cathy")
	doors := []string{"verb", "mail"}
	for i := range 60 {
		tk := p.opens(cathy, fmt.Sprint("Question ", i))
		answer := func(by model.Actor, door, words string) error {
			if door == "verb" {
				_, err := p.Send(p.ctx, by, tk.ID, model.NewReply{Body: words, Seen: tk.LastPublicID, Op: words}, nil, 0)
				return err
			}
			ref := fmt.Sprintf("%d.%d@help.test", tk.ID, by.ID)
			p.write(func(tx *store.Tx) error {
				return tx.SaveMailRef(tx.Ctx, model.MailRef{Ref: ref, TicketID: tk.ID, MessageID: tk.FirstMessageID, PersonID: by.ID, Ours: true})
			})
			r, err := p.ReceiveMail(p.ctx, model.System("mail"), strings.NewReader(p.letter("From: "+by.Name+"@help.test",
				"To: "+p.sign.ReplyAddress(tk.ID, by.ID)+"@help.test", "In-Reply-To: <"+ref+">", "", words)), Arrival{Door: "pipe", Live: true})
			if err == nil && r.Outcome == model.MailHeld {
				err = &model.Stale{Field: "reply"}
			}
			return err
		}
		a, b := doors[i%2], doors[i/2%2]
		results := make(chan error, 2)
		start := make(chan struct{})
		for _, one := range []struct {
			by   model.Actor
			door string
		}{{anna, a}, {ben, b}} {
			go func() {
				<-start
				results <- answer(one.by, one.door, fmt.Sprintf("%s %d", one.by.Name, i))
			}()
		}
		close(start)
		first, second := <-results, <-results
		var stale *model.Stale
		if (first == nil) == (second == nil) || !errors.As(errors.Join(first, second), &stale) {
			t.Fatalf("%d, %s and %s: %v and %v", i, a, b, first, second)
		}
		if n := p.now(tk.ID).PublicCount; n != 2 {
			t.Fatalf("%d, %s and %s: %d messages went out", i, a, b, n-1)
		}
	}
}
