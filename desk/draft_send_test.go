package desk

import (
	"errors"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

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
