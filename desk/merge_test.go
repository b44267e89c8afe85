package desk

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// said is what stands in a ticket for an actor: the texts in order.
func (r *rig) texts(by model.Actor, id model.TicketID) []string {
	r.t.Helper()
	v, err := r.ViewTicket(r.ctx, by, id, Look{All: true})
	must(r.t, err)
	var out []string
	for _, it := range v.Items {
		out = append(out, it.Body)
	}
	return out
}

func (r *rig) says(by model.Actor, id model.TicketID, body string) model.Message {
	r.t.Helper()
	m, err := r.Reply(r.ctx, by, id, model.NewReply{Body: body})
	must(r.t, err)
	return m
}

func (r *rig) notes(by model.Actor, id model.TicketID, body string) model.Message {
	r.t.Helper()
	m, err := r.Note(r.ctx, by, id, model.NewReply{Body: body})
	must(r.t, err)
	return m
}

func sameTexts(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Fatalf("texts are\n%q, want\n%q", got, want)
	}
}

func TestMerge(t *testing.T) {
	r := newRig(t)
	ada, mira := r.person(model.KindAgent, "ada"), r.person(model.KindAgent, "mira")
	sarah, james, cc := r.person(model.KindCustomer, "sarah"), r.person(model.KindCustomer, "james"), r.person(model.KindCustomer, "cc")
	into, err := r.OpenTicket(r.ctx, james, model.NewTicket{Subject: "Export broken", Body: "James: no export"})
	must(t, err)
	r.later(time.Minute)
	from, err := r.OpenTicket(r.ctx, sarah, model.NewTicket{Subject: "No CSV", Body: "Sarah: no CSV"})
	must(t, err)
	r.later(time.Minute)
	r.says(ada, into.ID, "Ada to James")
	r.says(ada, from.ID, "Ada to Sarah")
	r.notes(mira, from.ID, "Mira notes")
	r.says(sarah, from.ID, "Sarah again")
	must(t, r.ChangeTags(r.ctx, ada, from.ID, []string{"csv"}, nil))
	must(t, r.Follow(r.ctx, mira, from.ID, true))
	r.write(func(tx *store.Tx) error {
		_, err := tx.AddPerson(tx.Ctx, from.ID, cc.ID, store.RoleParticipant)
		return err
	})
	_, err = r.SaveDraft(r.ctx, ada, model.Draft{TicketID: from.ID, Tab: model.ReplyTab, Body: "half a"})
	must(t, err)
	beforeFrom, beforeInto := r.now(from.ID), r.now(into.ID)

	p, err := r.PreviewMerge(r.ctx, ada, from.ID, into.ID)
	must(t, err)
	if p.From.MessageCount != 4 || p.FromAsks.Name != "sarah" || p.IntoAsks.Name != "james" || p.Drafts != 1 || p.Reopens {
		t.Errorf("preview: %+v", p)
	}
	r.later(time.Minute)
	ctx, set := Undoing(r.ctx)
	end, err := r.Merge(ctx, ada, from.ID, model.NewMerge{Into: into.ID, Tags: true})
	must(t, err)
	if end.ID != into.ID {
		t.Errorf("merged into %v", end.Reference)
	}
	sameTexts(t, r.texts(ada, into.ID), "James: no export", "Sarah: no CSV", "Ada to James", "Ada to Sarah", "Mira notes", "Sarah again")
	sameTexts(t, r.texts(james, into.ID), "James: no export", "Sarah: no CSV", "Ada to James", "Ada to Sarah", "Sarah again")
	sameTexts(t, r.texts(sarah, into.ID), "James: no export", "Sarah: no CSV", "Ada to James", "Ada to Sarah", "Sarah again")
	sameTexts(t, r.texts(cc, into.ID), "James: no export", "Sarah: no CSV", "Ada to James", "Ada to Sarah", "Sarah again")
	sameTexts(t, r.texts(ada, from.ID), "Sarah: no CSV") // the copy, for the staff
	sameTexts(t, r.texts(sarah, from.ID))
	gone, now := r.now(from.ID), r.now(into.ID)
	if gone.MergedInto != into.ID || gone.Pile != model.PileMerged || gone.Status != model.Closed || gone.PublicCount != 0 {
		t.Errorf("the merged ticket: %+v", gone)
	}
	if now.MessageCount != 6 || now.PublicCount != 5 || now.FirstMessageID != beforeInto.FirstMessageID || now.LastPublicID != beforeFrom.LastPublicID ||
		now.WaitingSince != beforeFrom.WaitingSince || now.CustomerAt != beforeFrom.CustomerAt || now.Preview != "Sarah again" {
		t.Errorf("the other: %+v", now)
	}
	v, err := r.ViewTicket(r.ctx, mira, into.ID, Look{})
	must(t, err)
	if len(v.Tags) != 1 || !v.Following || len(v.Drafts) != 1 || v.Drafts[0].Person != ada.ID {
		t.Errorf("tags %v, follows %v, drafts %+v", v.Tags, v.Following, v.Drafts)
	}
	if v, err = r.ViewTicket(r.ctx, sarah, from.ID, Look{}); err != nil || v.Into.ID != into.ID || v.Can.Reply || v.Can.Reopen {
		t.Errorf("the customer's page: %+v, %v", v.Into, err)
	}

	// Nothing can be done to it but what leads on.
	refused(t, r.SetPriority(r.ctx, ada, from.ID, model.Urgent, Change{}), "", "ticket_merged")
	_, err = r.Merge(r.ctx, ada, from.ID, model.NewMerge{Into: into.ID})
	refused(t, err, "", "ticket_merged")
	_, err = r.Merge(r.ctx, ada, into.ID, model.NewMerge{Into: from.ID})
	refused(t, err, "target", "merge_self")
	_, err = r.Merge(r.ctx, ada, into.ID, model.NewMerge{Into: into.ID})
	refused(t, err, "target", "merge_self")
	refused(t, r.ReopenTicket(r.ctx, sarah, from.ID), "status", "ticket_merged")

	// What is written to it lands in the other, by whoever belongs there.
	if m := r.says(sarah, from.ID, "Sarah on the old page"); m.TicketID != into.ID || m.HeldAt != 0 {
		t.Errorf("a reply landed in %v", m.TicketID)
	}
	if m := r.says(ada, from.ID, "Ada on the old page"); m.TicketID != into.ID {
		t.Errorf("an answer landed in %v", m.TicketID)
	}
	if m := r.notes(ada, from.ID, "a note on the old page"); m.TicketID != into.ID {
		t.Errorf("a note landed in %v", m.TicketID)
	}
	_, err = r.Reply(r.ctx, ada, from.ID, model.NewReply{Body: "stale", Seen: beforeFrom.LastPublicID})
	var stale *model.Stale
	if !errors.As(err, &stale) {
		t.Errorf("an answer without knowing the newest: %v", err)
	}
	d, err := r.SaveDraft(r.ctx, mira, model.Draft{TicketID: from.ID, Tab: model.ReplyTab, Body: "typed on the old page"})
	if err != nil || d.TicketID != into.ID {
		t.Errorf("a draft landed in %v: %v", d.TicketID, err)
	}

	// Undone: everything is back; what came later stays.
	done, err := r.Undo(r.ctx, ada, *set)
	must(t, err)
	if len(done.Conflicts) != 0 {
		t.Errorf("conflicts: %+v", done.Conflicts)
	}
	sameTexts(t, r.texts(ada, from.ID), "Sarah: no CSV", "Ada to Sarah", "Mira notes", "Sarah again")
	sameTexts(t, r.texts(ada, into.ID), "James: no export", "Ada to James", "Sarah on the old page", "Ada on the old page", "a note on the old page")
	back := r.now(from.ID)
	back.Version = beforeFrom.Version
	if back != beforeFrom {
		t.Errorf("not as it was:\n%+v\n%+v", back, beforeFrom)
	}
	if _, err := r.Ticket(r.ctx, sarah, into.ID); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("sarah still sees the other: %v", err)
	}
	if d, err := r.OpenDraft(r.ctx, ada, from.ID, model.ReplyTab); err != nil || d.Body != "half a" {
		t.Errorf("the draft is not back: %+v, %v", d, err)
	}
}

func TestMergeTargets(t *testing.T) {
	r := newRig(t)
	root := r.person(model.KindAdmin, "root")
	ada, light, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindLight, "lena"), r.person(model.KindCustomer, "sarah")
	a, b, c, binned := r.opens(sarah, "A"), r.opens(sarah, "B"), r.opens(sarah, "C"), r.opens(sarah, "D")
	must(t, r.DeleteTicket(r.ctx, root, binned.ID))
	narrow := r.person(model.KindAgent, "nora")
	narrow.Narrow, narrow.Loose = true, false
	for name, c := range map[string]struct {
		by         model.Actor
		from, into model.TicketID
		want       error
	}{
		"a light agent":       {light, a.ID, b.ID, model.ErrDenied},
		"a customer":          {sarah, a.ID, b.ID, model.ErrDenied},
		"nothing there":       {ada, a.ID, 999, model.ErrNotFound},
		"out of sight":        {narrow, a.ID, b.ID, model.ErrNotFound},
		"in the bin":          {ada, a.ID, binned.ID, model.ErrNotFound},
		"itself in the bin":   {root, binned.ID, a.ID, model.ErrNotFound},
		"a target out of bin": {ada, binned.ID, a.ID, model.ErrNotFound},
	} {
		if _, err := r.Merge(r.ctx, c.by, c.from, model.NewMerge{Into: c.into}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	_, err := r.Merge(r.ctx, root, a.ID, model.NewMerge{Into: binned.ID})
	refused(t, err, "target", "merge_deleted")

	// A merge into a merged ticket ends where that ended; no circle closes.
	ctx, first := Undoing(r.ctx)
	_, err = r.Merge(ctx, ada, b.ID, model.NewMerge{Into: c.ID})
	must(t, err)
	end, err := r.Merge(r.ctx, ada, a.ID, model.NewMerge{Into: b.ID})
	if err != nil || end.ID != c.ID || r.now(a.ID).MergedInto != c.ID {
		t.Fatalf("ended in %v: %v", end.Reference, err)
	}
	_, err = r.Merge(r.ctx, ada, c.ID, model.NewMerge{Into: a.ID})
	refused(t, err, "target", "merge_self")

	// Merged on: what went there follows, and is taken back in turn.
	d := r.opens(sarah, "E")
	ctx, second := Undoing(r.ctx)
	_, err = r.Merge(ctx, ada, c.ID, model.NewMerge{Into: d.ID})
	must(t, err)
	if m := r.says(sarah, b.ID, "to the first of three"); m.TicketID != d.ID {
		t.Errorf("landed in %v", m.TicketID)
	}
	_, err = r.Undo(r.ctx, ada, *first)
	refused(t, err, "undo", "undo_merged_on")
	_, err = r.Undo(r.ctx, ada, *second)
	must(t, err)
	_, err = r.Undo(r.ctx, ada, *first)
	must(t, err)
	sameTexts(t, r.texts(ada, b.ID), "It says 42.")

	// The target is opened again by an open question.
	must(t, r.SetStatus(r.ctx, ada, d.ID, model.Closed, Change{}))
	_, err = r.Merge(r.ctx, ada, b.ID, model.NewMerge{Into: d.ID})
	must(t, err)
	if s := r.now(d.ID).Status; s != model.Reopened {
		t.Errorf("a closed target with an open question is %v", s)
	}
	// In the bin it takes nothing in: the customer's words open a new ticket.
	must(t, r.DeleteTicket(r.ctx, root, d.ID))
	m := r.says(sarah, b.ID, "anybody there?")
	if m.TicketID == b.ID || m.TicketID == d.ID {
		t.Errorf("written into %v", m.TicketID)
	}
	_, err = r.Reply(r.ctx, ada, b.ID, model.NewReply{Body: "here"})
	is(t, err, model.ErrNotFound)
}

func TestMergeTellsAndHolds(t *testing.T) {
	r := newRig(t)
	ada, sarah, james := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah"), r.person(model.KindCustomer, "james")
	into, from := r.opens(james, "One"), r.opens(sarah, "Two")
	ctx, set := Undoing(r.ctx)
	_, err := r.Merge(ctx, ada, from.ID, model.NewMerge{Into: into.ID, Notify: true})
	must(t, err)
	texts := r.texts(james, into.ID)
	if len(texts) != 3 || !strings.Contains(texts[2], from.Reference) || !strings.Contains(texts[2], into.Reference) {
		t.Fatalf("told: %q", texts)
	}
	// What was sent stays said.
	_, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	if texts = r.texts(sarah, from.ID); len(texts) != 2 {
		t.Fatalf("after undo: %q", texts)
	}

	// Who is no longer on the other ticket is heard by the staff first.
	_, err = r.Merge(r.ctx, ada, from.ID, model.NewMerge{Into: into.ID})
	must(t, err)
	r.write(func(tx *store.Tx) error {
		_, err := tx.RemovePerson(tx.Ctx, into.ID, sarah.ID, store.RoleParticipant)
		return err
	})
	m := r.says(sarah, from.ID, "still here")
	if m.TicketID != into.ID || m.HeldAt == 0 {
		t.Errorf("ticket %v, held %v", m.TicketID, m.HeldAt)
	}
	if got := r.texts(james, into.ID); strings.Contains(strings.Join(got, "|"), "still here") {
		t.Error("james reads what waits")
	}
	v, err := r.ViewTicket(r.ctx, sarah, from.ID, Look{})
	if err != nil || v.Into.ID != 0 {
		t.Errorf("sarah is led to a ticket she does not see: %+v, %v", v.Into, err)
	}
}

func TestMergeAsAction(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	a, b, c := r.opens(sarah, "A"), r.opens(sarah, "B"), r.opens(sarah, "C")
	ctx, set := Undoing(r.ctx)
	must(t, r.db.Write(ctx, func(tx *store.Tx) error {
		tx.Undoable(ada, "bulk", "3")
		for _, id := range []model.TicketID{a.ID, b.ID, c.ID} {
			if err := r.act(tx.Ctx, tx, ada, id, model.Action{Type: model.ActMergeInto, Value: fmt.Sprint(int64(a.ID))}); err != nil {
				return err
			}
		}
		return nil
	}))
	if got := r.texts(ada, a.ID); len(got) != 3 || r.now(b.ID).MergedInto != a.ID || r.now(c.ID).MergedInto != a.ID || r.now(a.ID).MergedInto != 0 {
		t.Fatalf("merged: %q", got)
	}
	_, err := r.Undo(r.ctx, ada, *set)
	must(t, err)
	for _, id := range []model.TicketID{a.ID, b.ID, c.ID} {
		sameTexts(t, r.texts(ada, id), "It says 42.")
	}
	err = r.db.Write(r.ctx, func(tx *store.Tx) error {
		return r.act(tx.Ctx, tx, ada, a.ID, model.Action{Type: model.ActMergeInto, Value: "nonsense"})
	})
	refused(t, err, "target", "ticket_unknown")
}

// Replies arrive while tickets are merged and the merge is taken back: every
// one stands in one of the two tickets, once.
func TestMergeLosesNoReply(t *testing.T) {
	r := newRig(t)
	ada, sarah, james := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah"), r.person(model.KindCustomer, "james")
	into, from := r.opens(james, "One"), r.opens(sarah, "Two")
	const writers, each = 4, 8
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := r.Reply(r.ctx, sarah, from.ID, model.NewReply{Body: fmt.Sprintf("message %d-%d", w, i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 5 {
			ctx, set := Undoing(r.ctx)
			if _, err := r.Merge(ctx, ada, from.ID, model.NewMerge{Into: into.ID}); err != nil {
				t.Error(err)
			}
			if _, err := r.Undo(r.ctx, ada, *set); err != nil {
				t.Error(err)
			}
		}
		if _, err := r.Merge(r.ctx, ada, from.ID, model.NewMerge{Into: into.ID}); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	count := map[string]int{}
	for _, id := range []model.TicketID{from.ID, into.ID} {
		for _, s := range r.texts(ada, id) {
			count[s]++
		}
	}
	for w := range writers {
		for i := range each {
			if s := fmt.Sprintf("message %d-%d", w, i); count[s] != 1 {
				t.Errorf("%q stands %d times", s, count[s])
			}
		}
	}
	if now := r.now(into.ID); now.PublicCount != 2+writers*each {
		t.Errorf("%d public messages", now.PublicCount)
	}
}

func TestMergeCandidates(t *testing.T) {
	r := newRig(t)
	ada, sarah, james := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah"), r.person(model.KindCustomer, "james")
	tk := r.opens(sarah, "The CSV export of invoices fails")
	same := r.opens(sarah, "Something else")
	alike := r.opens(james, "CSV export fails with invoices")
	far := r.opens(james, "The printer burns")
	solved := r.opens(sarah, "Old and solved")
	must(t, r.SetStatus(r.ctx, ada, solved.ID, model.Resolved, Change{}))
	r.write(func(tx *store.Tx) error {
		recs, err := tx.RecordsAfter(tx.Ctx, 0, 1000)
		if err != nil {
			return err
		}
		return store.FeedSearch(tx, recs)
	})
	found := func(by model.Actor, q string) (out []model.TicketID) {
		t.Helper()
		list, err := r.MergeCandidates(r.ctx, by, tk.ID, q)
		must(t, err)
		for _, c := range list {
			out = append(out, c.ID)
		}
		return out
	}
	if got := fmt.Sprint(found(ada, "")); got != fmt.Sprint([]model.TicketID{same.ID, alike.ID}) {
		t.Errorf("suggested: %v", got)
	}
	if got := fmt.Sprint(found(ada, strings.ToLower(far.Reference))); got != fmt.Sprint([]model.TicketID{far.ID}) {
		t.Errorf("by reference: %v", got)
	}
	if got := fmt.Sprint(found(ada, "printer burns")); got != fmt.Sprint([]model.TicketID{far.ID}) {
		t.Errorf("by words: %v", got)
	}
	if got := found(ada, tk.Reference); len(got) != 0 {
		t.Errorf("itself: %v", got)
	}
	_, err := r.Merge(r.ctx, ada, alike.ID, model.NewMerge{Into: far.ID})
	must(t, err)
	if got := fmt.Sprint(found(ada, "")); got != fmt.Sprint([]model.TicketID{same.ID}) {
		t.Errorf("a merged ticket is suggested: %v", got)
	}
}
