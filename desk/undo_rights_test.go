package desk

import (
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// undoable does a thing as somebody and gives its change set.
func (r *rig) undoable(do func(d *rig) error) model.ChangeSetID {
	r.t.Helper()
	ctx, set := Undoing(r.ctx)
	old := r.ctx
	r.ctx = ctx
	err := do(r)
	r.ctx = old
	if err != nil {
		r.t.Fatal(err)
	}
	if *set == 0 {
		r.t.Fatal("no change set")
	}
	return *set
}

func TestUndoAsksForTheRightsOfTheAction(t *testing.T) {
	r := newRig(t)
	support, sales := r.newDepartment("Support"), r.newDepartment("Sales")
	sarah, ada, boss, light := r.person(model.KindCustomer, "sarah"), r.person(model.KindAgent, "ada"), r.person(model.KindAdmin, "boss"), r.person(model.KindLight, "lena")
	nora := r.person(model.KindAgent, "nora", support)
	nora.Narrow = true
	tk := r.opens(sarah, "Printer")
	must(t, r.SetDepartment(r.ctx, ada, tk.ID, support, Change{}))

	// A light agent follows and takes that back, and nothing else.
	set := r.undoable(func(r *rig) error { return r.Follow(r.ctx, light, tk.ID, true) })
	if _, err := r.Undo(r.ctx, light, set); err != nil {
		t.Errorf("own following: %v", err)
	}
	set = r.undoable(func(r *rig) error { return r.SetPriority(r.ctx, ada, tk.ID, model.High, Change{}) })
	_, err := r.Undo(r.ctx, light, set)
	is(t, err, model.ErrDenied)
	demoted := ada
	demoted.Kind, demoted.Permissions = model.KindLight, model.PermissionsOf(model.KindLight)
	_, err = r.Undo(r.ctx, demoted, set)
	is(t, err, model.ErrDenied)
	if _, err = r.Undo(r.ctx, nora, set); err != nil {
		t.Errorf("a colleague who sees the ticket: %v", err)
	}

	// Deleting asks for the right to delete.
	set = r.undoable(func(r *rig) error { return r.DeleteTicket(r.ctx, boss, tk.ID) })
	_, err = r.Undo(r.ctx, ada, set)
	is(t, err, model.ErrNotFound)
	if _, err = r.Undo(r.ctx, boss, set); err != nil {
		t.Fatal(err)
	}

	// What one moves out of one's own sight can be moved back.
	set = r.undoable(func(r *rig) error { return r.SetDepartment(r.ctx, nora, tk.ID, sales, Change{}) })
	if done, err := r.Undo(r.ctx, nora, set); err != nil || len(done.Conflicts) != 0 || r.now(tk.ID).DepartmentID != support {
		t.Errorf("moved away by oneself: %+v, %v", done, err)
	}
	// What a colleague moved out of it stays, and is not named.
	set = r.undoable(func(r *rig) error { return r.SetPriority(r.ctx, nora, tk.ID, model.Urgent, Change{}) })
	must(t, r.SetDepartment(r.ctx, ada, tk.ID, sales, Change{}))
	done, err := r.Undo(r.ctx, nora, set)
	if err != nil || done.Rows != 0 || len(done.Conflicts) != 1 || done.Conflicts[0].Field != "not_allowed" || done.Conflicts[0].Reference != "" {
		t.Errorf("moved away by a colleague: %+v, %v", done, err)
	}
	if v, err := r.ViewChange(r.ctx, nora, set); err != nil || len(v.Lines) != 0 || len(v.Left) != 1 || v.Left[0].Reference != "" {
		t.Errorf("its page shows the ticket: %+v, %v", v, err)
	}
	if done, err = r.Undo(r.ctx, ada, set); err != nil || done.Rows != 1 {
		t.Errorf("nothing was put back, so others can: %+v, %v", done, err)
	}
	_, err = r.Undo(r.ctx, ada, set)
	refused(t, err, "undo", "undo_over")
	r.counted()
}

func TestUndoWhatIsGone(t *testing.T) {
	r := newRig(t)
	sarah, boss := r.person(model.KindCustomer, "sarah"), r.person(model.KindAdmin, "boss")
	gone, left := r.opens(sarah, "Gone"), r.opens(sarah, "Left")
	must(t, r.ChangeTags(r.ctx, boss, gone.ID, []string{"red"}, nil))
	must(t, r.ChangeTags(r.ctx, boss, left.ID, []string{"red"}, nil))
	job, err := r.Bulk(r.ctx, boss, model.BulkRequest{Tickets: []model.TicketID{gone.ID, left.ID}, Actions: []model.Action{{Type: model.ActRemoveTags, Value: "1"}, {Type: model.ActPriority, Value: "low"}}})
	if err != nil || job.Changed != 2 {
		t.Fatalf("%+v, %v", job, err)
	}
	must(t, r.DeleteTicket(r.ctx, boss, gone.ID))
	r.write(func(tx *store.Tx) error { return tx.EraseTicket(tx.Ctx, gone.ID) })
	done, err := r.Undo(r.ctx, boss, job.Set)
	if err != nil || len(done.Tickets) != 1 || len(done.Conflicts) != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	if now := r.now(left.ID); now.Priority != left.Priority {
		t.Errorf("the other ticket was not put back: %v", now.Priority)
	}
	r.counted()
	// After thirty days nothing is taken back any more, and then forgotten.
	set := r.undoable(func(r *rig) error { return r.SetPriority(r.ctx, boss, left.ID, model.Urgent, Change{}) })
	r.later(model.UndoDays * 24 * time.Hour)
	_, err = r.Undo(r.ctx, boss, set)
	refused(t, err, "undo", "undo_over")
	r.later(time.Hour)
	must(t, only(r.ForgetChanges(r.ctx, model.System("clock"))))
	_, err = r.Undo(r.ctx, boss, set)
	is(t, err, model.ErrNotFound)
	is(t, only(r.ForgetChanges(r.ctx, boss)), model.ErrDenied)
}

func TestWhatWasSaidStaysSaid(t *testing.T) {
	r := newRig(t)
	sarah, ada := r.person(model.KindCustomer, "sarah"), r.person(model.KindAgent, "ada")
	tk := r.opens(sarah, "Printer")
	job, err := r.Bulk(r.ctx, ada, model.BulkRequest{Tickets: []model.TicketID{tk.ID}, Actions: []model.Action{{Type: model.ActPriority, Value: "low"}, {Type: model.ActReply, Value: "We are on it."}}})
	if err != nil || job.Changed != 1 {
		t.Fatalf("%+v, %v", job, err)
	}
	done, err := r.Undo(r.ctx, ada, job.Set)
	if err != nil || len(done.Conflicts) != 1 || done.Conflicts[0].Field != "messages" {
		t.Fatalf("%+v, %v", done, err)
	}
	now := r.now(tk.ID)
	if now.Priority != tk.Priority || now.MessageCount != 2 || now.FirstResponseAt == 0 || now.LastPublicID == tk.LastPublicID {
		t.Errorf("priority %v, %d messages, first response %v", now.Priority, now.MessageCount, now.FirstResponseAt)
	}
}
