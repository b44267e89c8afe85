package desk

import (
	"strings"
	"testing"

	"escalated/model"
)

func TestLinks(t *testing.T) {
	r := newRig(t)
	ada, light, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindLight, "lena"), r.person(model.KindCustomer, "sarah")
	a, b, c := r.opens(sarah, "A"), r.opens(sarah, "B"), r.opens(sarah, "C")
	word := func(on, other model.TicketID) string {
		t.Helper()
		v, err := r.ViewTicket(r.ctx, ada, on, Look{})
		must(t, err)
		var out []string
		for _, l := range v.Links {
			if l.ID == other {
				out = append(out, string(l.Word()))
			}
		}
		return strings.Join(out, ",")
	}
	for _, w := range model.LinkWords() {
		ctx, set := Undoing(r.ctx)
		must(t, r.LinkTicket(ctx, ada, a.ID, b.ID, w))
		if got := word(a.ID, b.ID); got != string(w) {
			t.Errorf("%s: this side says %q", w, got)
		}
		if got := word(b.ID, a.ID); got != string(w.OtherWord()) {
			t.Errorf("%s: the other side says %q, want %q", w, got, w.OtherWord())
		}
		refused(t, r.LinkTicket(r.ctx, ada, a.ID, b.ID, w), "target", "link_double")
		refused(t, r.LinkTicket(r.ctx, ada, b.ID, a.ID, w), "target", "link_double")
		if e := lastFact[model.TicketLinked](r, b.ID); e.Reason != string(w.OtherWord()) || e.Reference != a.Reference {
			t.Errorf("%s: the fact is %+v", w, e)
		}
		_, err := r.Undo(r.ctx, ada, *set)
		must(t, err)
		if got := word(a.ID, b.ID); got != "" {
			t.Errorf("%s: still linked after undo", w)
		}
	}
	refused(t, r.LinkTicket(r.ctx, ada, a.ID, a.ID, model.WordRelated), "target", "link_self")
	refused(t, r.LinkTicket(r.ctx, ada, a.ID, b.ID, model.WordMerged), "kind", "choice_invalid")
	is(t, r.LinkTicket(r.ctx, light, a.ID, b.ID, model.WordRelated), model.ErrDenied)
	is(t, r.LinkTicket(r.ctx, sarah, a.ID, b.ID, model.WordRelated), model.ErrDenied)
	is(t, r.LinkTicket(r.ctx, ada, a.ID, 999, model.WordRelated), model.ErrNotFound)

	// Both have to be in sight.
	hidden, err := r.SaveDepartment(r.ctx, r.person(model.KindAdmin, "root"), model.Department{Name: "Board"}, nil)
	must(t, err)
	must(t, r.SetDepartment(r.ctx, ada, c.ID, hidden, Change{}))
	narrow := r.person(model.KindAgent, "nora")
	narrow.Narrow, narrow.Loose = true, true
	is(t, r.LinkTicket(r.ctx, narrow, a.ID, c.ID, model.WordRelated), model.ErrNotFound)
	is(t, r.LinkTicket(r.ctx, narrow, c.ID, a.ID, model.WordRelated), model.ErrNotFound)
	must(t, r.LinkTicket(r.ctx, ada, a.ID, c.ID, model.WordRelated))
	is(t, r.UnlinkTicket(r.ctx, narrow, a.ID, c.ID, model.WordRelated), model.ErrNotFound)
	v, err := r.ViewTicket(r.ctx, narrow, a.ID, Look{})
	must(t, err)
	if len(v.Links) != 0 {
		t.Errorf("a link shows a ticket out of sight: %+v", v.Links)
	}

	// No circles of parents, also by way of others.
	must(t, r.LinkTicket(r.ctx, ada, a.ID, b.ID, model.WordChild))
	must(t, r.LinkTicket(r.ctx, ada, b.ID, c.ID, model.WordChild))
	refused(t, r.LinkTicket(r.ctx, ada, c.ID, a.ID, model.WordChild), "target", "link_circle")
	must(t, r.LinkTicket(r.ctx, ada, c.ID, a.ID, model.WordDuplicate)) // of another kind

	ctx, set := Undoing(r.ctx)
	must(t, r.UnlinkTicket(ctx, ada, b.ID, a.ID, model.WordParent))
	if got := word(a.ID, b.ID); got != "" {
		t.Errorf("still %q", got)
	}
	must(t, r.UnlinkTicket(r.ctx, ada, b.ID, a.ID, model.WordParent)) // again: nothing
	_, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	if got := word(a.ID, b.ID); got != "child" {
		t.Errorf("after undo %q", got)
	}
}

func TestAnswerIncidents(t *testing.T) {
	r := newRig(t)
	ada, light, sarah, james := r.person(model.KindAgent, "ada"), r.person(model.KindLight, "lena"), r.person(model.KindCustomer, "sarah"), r.person(model.KindCustomer, "james")
	problem, one, two, solved := r.opens(sarah, "Root"), r.opens(sarah, "One"), r.opens(james, "Two"), r.opens(james, "Done")
	none := model.NewAnswerAll{Body: "Hello"}
	_, err := r.AnswerIncidents(r.ctx, ada, problem.ID, none)
	refused(t, err, "", "incidents_none")
	for _, x := range []model.Ticket{one, two, solved} {
		must(t, r.LinkTicket(r.ctx, ada, problem.ID, x.ID, model.WordIncident))
	}
	must(t, r.SetStatus(r.ctx, ada, solved.ID, model.Resolved, Change{}))
	_, err = r.AnswerIncidents(r.ctx, ada, problem.ID, model.NewAnswerAll{Body: " "})
	refused(t, err, "body", "required")
	_, err = r.AnswerIncidents(r.ctx, ada, problem.ID, model.NewAnswerAll{Body: "x", StatusKey: "nonsense"})
	refused(t, err, "status", "choice_invalid")
	_, err = r.AnswerIncidents(r.ctx, light, problem.ID, none)
	is(t, err, model.ErrDenied)
	_, err = r.AnswerIncidents(r.ctx, sarah, problem.ID, none)
	is(t, err, model.ErrDenied)

	ctx, set := Undoing(r.ctx)
	in := model.NewAnswerAll{Body: "Hello {{requester.first_name}}, it works again.", StatusKey: "resolved", Op: "op-1"}
	done, err := r.AnswerIncidents(ctx, ada, problem.ID, in)
	must(t, err)
	if len(done) != 2 || done[0].Problem != "" || done[1].Problem != "" {
		t.Fatalf("done: %+v", done)
	}
	sameTexts(t, r.texts(sarah, one.ID), "It says 42.", "Hello sarah, it works again.")
	sameTexts(t, r.texts(james, two.ID), "It says 42.", "Hello james, it works again.")
	sameTexts(t, r.texts(james, solved.ID), "It says 42.")
	if r.now(one.ID).Status != model.Resolved || r.now(two.ID).Status != model.Resolved {
		t.Error("not resolved")
	}
	// The statuses come back, the answers stay.
	undone, err := r.Undo(r.ctx, ada, *set)
	must(t, err)
	if len(undone.Tickets) != 2 || !r.now(one.ID).Status.IsOpen() || !r.now(two.ID).Status.IsOpen() {
		t.Errorf("undone: %+v", undone)
	}
	sameTexts(t, r.texts(sarah, one.ID), "It says 42.", "Hello sarah, it works again.")
	// The same form twice answers once.
	if _, err = r.AnswerIncidents(r.ctx, ada, problem.ID, in); err != nil {
		t.Fatal(err)
	}
	sameTexts(t, r.texts(sarah, one.ID), "It says 42.", "Hello sarah, it works again.")
}
