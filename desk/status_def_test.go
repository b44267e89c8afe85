package desk

import (
	"testing"

	"escalated/model"
)

// status makes one of the desk's own.
func (r *rig) status(by model.Actor, name string, state model.Status) model.StatusDef {
	r.t.Helper()
	id, err := r.SaveStatus(r.ctx, by, model.StatusDef{State: state, Label: model.Localized{"": name}})
	must(r.t, err)
	s, err := r.StatusDef(r.ctx, by, id)
	must(r.t, err)
	return s.StatusDef
}

func TestOwnStatusMovesLikeItsState(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	vendor := r.status(admin, "Waiting for vendor", model.WaitingOnAgent)
	if vendor.Key != "waiting_for_vendor" {
		t.Fatalf("key %q", vendor.Key)
	}
	tk := r.opens(ann, "Printer")
	must(t, r.SetStatusTo(r.ctx, agent, tk.ID, "waiting_for_vendor", Change{}))
	if now := r.now(tk.ID); now.StatusID != vendor.ID || now.Status != model.WaitingOnAgent {
		t.Fatalf("got %d %s", now.StatusID, now.Status)
	}
	// The core table of its state decides where it may go.
	refused(t, r.SetStatusTo(r.ctx, agent, tk.ID, "reopened", Change{}), "status", "transition")
	// Another of the same state may always follow.
	must(t, r.SetStatusTo(r.ctx, agent, tk.ID, "waiting_on_agent", Change{}))
	must(t, r.SetStatusTo(r.ctx, agent, tk.ID, vendor.Key, Change{}))
	refused(t, r.SetStatusTo(r.ctx, agent, tk.ID, "no_such", Change{}), "status", "choice_invalid")
	is(t, r.SetStatusTo(r.ctx, r.person(model.KindLight, "Lena"), tk.ID, "open", Change{}), model.ErrDenied)
	v, err := r.ViewTicket(r.ctx, agent, tk.ID, Look{})
	must(t, err)
	for _, s := range v.Next {
		if s.State == model.Reopened || s.ID == vendor.ID {
			t.Errorf("%s is offered", s.Key)
		}
	}
	// Reply with a status of the desk's own, and with a note.
	_, err = r.Reply(r.ctx, agent, tk.ID, model.NewReply{Body: "Wait.", StatusKey: "escalated"})
	must(t, err)
	_, err = r.Note(r.ctx, agent, tk.ID, model.NewReply{Body: "x", StatusKey: "in_progress"})
	must(t, err)
	_, err = r.Reply(r.ctx, agent, tk.ID, model.NewReply{Body: "Still.", StatusKey: vendor.Key})
	must(t, err)
	if now := r.now(tk.ID); now.StatusID != vendor.ID {
		t.Errorf("after the reply %d", now.StatusID)
	}
}

func TestNarrowedMoves(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	vendor := r.status(admin, "Vendor", model.InProgress)
	must(t, r.SaveStatusMoves(r.ctx, admin, []model.StatusMove{{From: 1, To: vendor.ID}, {From: vendor.ID, To: 4}}))
	tk := r.opens(ann, "Printer")
	refused(t, r.SetStatusTo(r.ctx, agent, tk.ID, "in_progress", Change{}), "status", "transition")
	must(t, r.SetStatusTo(r.ctx, agent, tk.ID, "vendor", Change{}))
	refused(t, r.SetStatusTo(r.ctx, agent, tk.ID, "resolved", Change{}), "status", "transition")
	must(t, r.SetStatusTo(r.ctx, agent, tk.ID, "waiting_on_agent", Change{}))
	must(t, r.SetStatusTo(r.ctx, agent, tk.ID, "resolved", Change{})) // no row: as its state
	is(t, r.SaveStatusMoves(r.ctx, agent, nil), model.ErrDenied)
	refused(t, r.SaveStatusMoves(r.ctx, admin, []model.StatusMove{{From: 1, To: 999}}), "moves", "choice_invalid")
	must(t, r.SaveStatusMoves(r.ctx, admin, nil))
	tk = r.opens(ann, "Another")
	must(t, r.SetStatusTo(r.ctx, agent, tk.ID, "in_progress", Change{}))
}

func TestStatusRules(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	_, err := r.SaveStatus(r.ctx, agent, model.StatusDef{State: model.Open, Label: model.Localized{"": "x"}})
	is(t, err, model.ErrDenied)
	_, err = r.StatusDefs(r.ctx, agent)
	is(t, err, model.ErrDenied)
	_, err = r.SaveStatus(r.ctx, admin, model.StatusDef{State: 99, Hue: "pink"})
	for _, f := range [][2]string{{"label", "required"}, {"state", "choice_invalid"}, {"hue", "choice_invalid"}} {
		refused(t, err, f[0], f[1])
	}
	_, err = r.SaveStatus(r.ctx, admin, model.StatusDef{State: model.Open, Label: model.Localized{"": "Open"}})
	refused(t, err, "key", "taken")

	// A core status gets other words and another hue, and means what it means.
	core, err := r.StatusDef(r.ctx, admin, 1)
	must(t, err)
	core.Label, core.Hue = model.Localized{"de": "Neu"}, "mint"
	_, err = r.SaveStatus(r.ctx, admin, core.StatusDef)
	must(t, err)
	_, err = r.SaveStatus(r.ctx, admin, core.StatusDef)
	is(t, err, model.ErrConflict) // its version is old
	core, err = r.StatusDef(r.ctx, admin, 1)
	must(t, err)
	if core.Name("de") != "Neu" || core.Name("en") != "" {
		t.Errorf("names %q %q", core.Name("de"), core.Name("en"))
	}
	core.State = model.Closed
	_, err = r.SaveStatus(r.ctx, admin, core.StatusDef)
	refused(t, err, "state", "in_use")
	is(t, r.ArchiveStatus(r.ctx, admin, 1, 2), model.ErrDenied)

	// What a ticket has means what it means; before, it may change.
	own := r.status(admin, "Vendor", model.InProgress)
	own.State = model.WaitingOnAgent
	_, err = r.SaveStatus(r.ctx, admin, own)
	must(t, err)
	tk := r.opens(ann, "Printer")
	must(t, r.SetStatusTo(r.ctx, agent, tk.ID, own.Key, Change{}))
	own.State, own.Version = model.InProgress, own.Version+1
	_, err = r.SaveStatus(r.ctx, admin, own)
	refused(t, err, "state", "in_use")

	// Order.
	must(t, r.MoveStatus(r.ctx, admin, own.ID, true))
	c, err := r.Choices(r.ctx)
	must(t, err)
	if n := len(c.Statuses); c.Statuses[n-2].ID != own.ID {
		t.Errorf("order %v", c.Statuses)
	}
}

func TestArchivingAStatusGivesItsTicketsAnother(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	own, other := r.status(admin, "Vendor", model.InProgress), r.status(admin, "Lab", model.InProgress)
	var ids []model.TicketID
	for range archivePortion + 5 {
		tk := r.opens(ann, "Printer")
		must(t, r.SetStatusTo(r.ctx, agent, tk.ID, own.Key, Change{}))
		ids = append(ids, tk.ID)
	}
	refused(t, r.ArchiveStatus(r.ctx, admin, own.ID, 1), "replacement", "choice_invalid") // means something else
	is(t, r.ArchiveStatus(r.ctx, agent, own.ID, other.ID), model.ErrDenied)
	must(t, r.ArchiveStatus(r.ctx, admin, own.ID, other.ID))
	for _, id := range ids {
		if now := r.now(id); now.StatusID != other.ID {
			t.Fatalf("ticket %d has %d", id, now.StatusID)
		}
	}
	if f := r.facts(ids[0]); f[len(f)-1] != "ticket.status_changed" {
		t.Errorf("facts %v", f)
	}
	refused(t, r.SetStatusTo(r.ctx, agent, ids[0], own.Key, Change{}), "status", "choice_invalid")
	must(t, r.RestoreStatus(r.ctx, admin, own.ID))
	must(t, r.SetStatusTo(r.ctx, agent, ids[0], own.Key, Change{}))
}

func TestUndoingAnOwnStatus(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	own := r.status(admin, "Done", model.Resolved)
	tk := r.opens(ann, "Printer")
	ctx, set := Undoing(r.ctx)
	must(t, r.SetStatusTo(ctx, agent, tk.ID, own.Key, Change{}))
	if now := r.now(tk.ID); now.ResolvedAt == 0 || now.StatusID != own.ID {
		t.Fatalf("got %+v", now)
	}
	_, err := r.Undo(r.ctx, agent, *set)
	must(t, err)
	if now := r.now(tk.ID); now.ResolvedAt != 0 || now.StatusID != 1 || now.Status != model.Open {
		t.Fatalf("got %+v", now)
	}
}
