package desk

import (
	"errors"
	"testing"

	"escalated/model"
)

func TestUndo(t *testing.T) {
	r := newRig(t)
	ada, mira, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindAgent, "mira"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	ctx, set := Undoing(r.ctx)
	if err := r.SetPriority(ctx, ada, tk.ID, model.Urgent, Change{}); err != nil {
		t.Fatal(err)
	}
	if *set == 0 {
		t.Fatal("a change tells no change set")
	}
	first := *set
	done, err := r.Undo(r.ctx, ada, first)
	if err != nil || len(done.Conflicts) != 0 || len(done.Tickets) != 1 {
		t.Fatalf("undo: %+v, %v", done, err)
	}
	now, err := r.Ticket(r.ctx, ada, tk.ID)
	if err != nil || now.Priority != tk.Priority || now.UpdatedAt != tk.UpdatedAt || now.Version == tk.Version {
		t.Fatalf("priority %v, updated %v, version %d; want as it was and a new version: %v", now.Priority, now.UpdatedAt, now.Version, err)
	}
	if _, err := r.Undo(r.ctx, ada, first); len(model.Problems(err)) == 0 {
		t.Fatalf("a second undoing: %v", err)
	}

	// A later change of the same field is named and left alone; another field is put back.
	ctx, set = Undoing(r.ctx)
	if err := r.SetPriority(ctx, ada, tk.ID, model.High, Change{}); err != nil {
		t.Fatal(err)
	}
	if err := r.SetPriority(r.ctx, mira, tk.ID, model.Critical, Change{}); err != nil {
		t.Fatal(err)
	}
	done, err = r.Undo(r.ctx, ada, *set)
	if err != nil || len(done.Conflicts) != 1 || done.Conflicts[0].Field != "priority" || done.Conflicts[0].Reference != tk.Reference {
		t.Fatalf("conflict: %+v, %v", done, err)
	}
	if now, _ = r.Ticket(r.ctx, ada, tk.ID); now.Priority != model.Critical {
		t.Fatalf("the later change was overwritten: %v", now.Priority)
	}

	// Customers and those who do not see the ticket find nothing.
	ctx, set = Undoing(r.ctx)
	if err := r.ChangeTags(ctx, ada, tk.ID, []string{"Refund"}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Undo(r.ctx, sarah, *set); !errors.Is(err, model.ErrNotFound) {
		t.Fatalf("a customer's undoing: %v", err)
	}
	if last, err := r.LastUndoable(r.ctx, ada); err != nil || last.ID != *set || last.What != "tags" {
		t.Fatalf("last: %+v, %v", last, err)
	}
	if _, err := r.Undo(r.ctx, mira, *set); err != nil {
		t.Fatal(err)
	}
	v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	if err != nil || len(v.Tags) != 0 {
		t.Fatalf("tags after undo: %v, %v", v.Tags, err)
	}
}
