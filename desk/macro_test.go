package desk

import (
	"slices"
	"strings"
	"testing"

	"escalated/model"
)

func macro(actions ...model.Action) model.Macro {
	return model.Macro{Shared: model.Shared{Scope: model.ShareMine}, Name: "Refund", Actions: actions}
}

func TestMacroDoesAllOrNothing(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	id, err := r.SaveMacro(r.ctx, ada, macro(
		model.Action{Type: model.ActPriority, Value: "urgent"}, model.Action{Type: model.ActAssign, Value: "me"}, model.Action{Type: model.ActAddTags, Value: "refund, vip"},
		model.Action{Type: model.ActNote, Value: "Hi {{requester.name}}"}, model.Action{Type: model.ActFollow, Value: "me"}, model.Action{Type: model.ActStatus, Value: "in_progress"},
	))
	must(t, err)
	before := r.now(tk.ID)
	ctx, set := Undoing(r.ctx)
	_, err = r.RunMacro(ctx, ada, tk.ID, MacroUse{Macro: id, Op: "1"})
	must(t, err)
	_, err = r.RunMacro(r.ctx, ada, tk.ID, MacroUse{Macro: id, Op: "1"}) // a repeat
	must(t, err)
	v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	must(t, err)
	if v.Priority != model.Urgent || v.AssigneeID != ada.ID || len(v.Tags) != 2 || !v.Following || v.Status != model.InProgress || v.Items[len(v.Items)-1].Body != "Hi sarah" || len(v.Items) != 2 {
		t.Fatalf("after the macro: %+v", v)
	}
	facts := r.facts(tk.ID)
	if !slices.Contains(facts, "macro.applied") || slices.Index(facts, "macro.applied") > slices.Index(facts, "ticket.priority_changed") {
		t.Errorf("facts: %v", facts)
	}
	m, err := r.Macro(r.ctx, ada, id)
	must(t, err)
	if m.Uses != 1 {
		t.Errorf("uses: %d", m.Uses)
	}
	// All of it is taken back as one.
	done, err := r.Undo(r.ctx, ada, *set)
	must(t, err)
	after := r.now(tk.ID)
	after.Version, after.UpdatedAt = before.Version, before.UpdatedAt
	if len(done.Conflicts) != 0 || after != before {
		t.Errorf("undone: %+v\n%+v\n%+v", done, before, after)
	}
	if v, _ = r.ViewTicket(r.ctx, ada, tk.ID, Look{}); len(v.Tags) != 0 || v.Following || len(v.Items) != 1 {
		t.Errorf("undone: %+v", v)
	}
}

func TestMacroRefusalNamesTheStep(t *testing.T) {
	r := newRig(t)
	ada, sarah, lena := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah"), r.person(model.KindLight, "lena")
	tk := r.opens(sarah, "Printer")
	id, err := r.SaveMacro(r.ctx, ada, macro(model.Action{Type: model.ActPriority, Value: "urgent"}, model.Action{Type: model.ActStatus, Value: "reopened"}))
	must(t, err)
	_, err = r.RunMacro(r.ctx, ada, tk.ID, MacroUse{Macro: id})
	refused(t, err, "macro", "macro_step")
	p := model.Problems(err)[0]
	if p.Args[1] != 2 || !strings.Contains(p.Args[5].(string), "Reopened") {
		t.Errorf("the refusal says %v", p.Args)
	}
	if now := r.now(tk.ID); now.Priority != tk.Priority || now.Version != tk.Version {
		t.Errorf("something was changed: %+v", now)
	}
	// Permissions are those of the user, not of who made it.
	own, err := r.SaveMacro(r.ctx, lena, macro(model.Action{Type: model.ActNote, Value: "seen"}, model.Action{Type: model.ActPriority, Value: "low"}))
	must(t, err)
	_, err = r.RunMacro(r.ctx, lena, tk.ID, MacroUse{Macro: own})
	refused(t, err, "macro", "macro_step")
	_, err = r.RunMacro(r.ctx, ada, tk.ID, MacroUse{Macro: own})
	is(t, err, model.ErrNotFound)
	_, err = r.RunMacro(r.ctx, sarah, tk.ID, MacroUse{Macro: own})
	is(t, err, model.ErrDenied)
}

func TestMacroIsCheckedWhenSavedAndWhenUsed(t *testing.T) {
	r := newRig(t)
	admin, ada, sarah := r.person(model.KindAdmin, "ann"), r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	for _, c := range []struct {
		a   model.Action
		key string
	}{
		{model.Action{Type: model.ActStatus, Value: "gone"}, "macro_gone"},
		{model.Action{Type: model.ActStatus}, "required"},
		{model.Action{Type: model.ActPriority, Value: "9"}, "choice_invalid"},
		{model.Action{Type: model.ActType, Value: "x"}, "choice_invalid"},
		{model.Action{Type: model.ActDepartment, Value: "99"}, "macro_gone"},
		{model.Action{Type: model.ActDepartment, Value: "x"}, "choice_invalid"},
		{model.Action{Type: model.ActAssign, Value: "9999"}, "macro_gone"},
		{model.Action{Type: model.ActRemoveTags, Value: "nothing"}, "macro_gone"},
		{model.Action{Type: model.ActAddTags, Value: "!!!"}, "choice_invalid"},
		{model.Action{Type: model.ActNote}, "required"},
		{model.Action{Type: model.ActCanned, Value: "7"}, "macro_gone"},
		{model.Action{Type: model.ActSnooze, Value: "whenever"}, "choice_invalid"},
		{model.Action{Type: model.ActMergeInto, Value: "1"}, "choice_invalid"},
		{model.Action{Type: model.ActRestore}, "choice_invalid"},
		{model.Action{Type: "nonsense", Value: "1"}, "choice_invalid"},
	} {
		_, err := r.SaveMacro(r.ctx, ada, macro(c.a))
		refused(t, err, MacroField(0), c.key)
	}
	_, err := r.SaveMacro(r.ctx, ada, macro())
	refused(t, err, "actions", "macro_empty")
	_, err = r.SaveMacro(r.ctx, ada, macro(model.Action{Type: model.ActDelete}, model.Action{Type: model.ActFollow}))
	refused(t, err, MacroField(0), "macro_delete_last")

	// Its target goes later: it shows, and does nothing.
	dep, err := r.SaveDepartment(r.ctx, admin, model.Department{Name: "Sales"}, nil)
	must(t, err)
	id, err := r.SaveMacro(r.ctx, ada, macro(model.Action{Type: model.ActPriority, Value: "low"}, model.Action{Type: model.ActDepartment, Value: "1"}))
	must(t, err)
	must(t, r.ArchiveDepartment(r.ctx, admin, dep, true))
	m, err := r.Macro(r.ctx, ada, id)
	must(t, err)
	if !m.Broken() {
		t.Error("it does not say that it is broken")
	}
	_, err = r.RunMacro(r.ctx, ada, tk.ID, MacroUse{Macro: id})
	refused(t, err, "macro", "macro_step")
	_, err = r.MacroActions(r.ctx, ada, id)
	refused(t, err, "macro", "macro_step")

	// A text that others cannot use is no part of their macro.
	own, err := r.SaveCanned(r.ctx, admin, mine("x"), CannedFilesChange{})
	must(t, err)
	all := macro(model.Action{Type: model.ActCanned, Value: idText(own)})
	all.Scope = model.ShareAll
	_, err = r.SaveMacro(r.ctx, admin, all)
	refused(t, err, MacroField(0), "macro_canned_scope")
}

func TestMacroComposes(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	file := r.stages(ada, "form", "how.txt", "pour")
	canned, err := r.SaveCanned(r.ctx, ada, mine("Bye {{agent.name}}"), CannedFilesChange{Slot: "form", Add: []model.AttachmentID{file}})
	must(t, err)
	m := macro(model.Action{Type: model.ActReply, Value: "Hi {{requester.name}}, {{?order number}}"}, model.Action{Type: model.ActCanned, Value: idText(canned)}, model.Action{Type: model.ActStatus, Value: "waiting_on_customer"})
	id, err := r.SaveMacro(r.ctx, ada, m)
	must(t, err)
	run, err := r.RunMacro(r.ctx, ada, tk.ID, MacroUse{Macro: id, Slot: "ticket:1"})
	must(t, err)
	if run.Text != "Hi sarah, ⟦order number⟧\n\nBye ada" || run.Status != "waiting_on_customer" || len(run.Files) != 1 {
		t.Errorf("for the composer: %+v", run)
	}
	if now := r.now(tk.ID); now.Status != model.WaitingOnCustomer || now.MessageCount != 1 {
		t.Errorf("after it: %+v", now)
	}
	if text, err := r.MacroText(r.ctx, ada, tk.ID, id); err != nil || text != run.Text {
		t.Errorf("its text: %q, %v", text, err)
	}
	_, err = r.MacroActions(r.ctx, ada, id)
	refused(t, err, "macro", "macro_composes")

	// One that sends: a blank stops it, a newer message too, and what went out
	// stays when it is taken back.
	m.Sends, m.Actions = true, m.Actions[:1]
	id, err = r.SaveMacro(r.ctx, ada, m)
	must(t, err)
	_, err = r.RunMacro(r.ctx, ada, tk.ID, MacroUse{Macro: id})
	refused(t, err, "macro", "macro_step")
	m.Actions = model.Actions{{Type: model.ActReply, Value: "Hi {{requester.name}}"}, {Type: model.ActPriority, Value: "low"}}
	id, err = r.SaveMacro(r.ctx, ada, m)
	must(t, err)
	_, err = r.Reply(r.ctx, sarah, tk.ID, model.NewReply{Body: "And another thing"})
	must(t, err)
	_, err = r.RunMacro(r.ctx, ada, tk.ID, MacroUse{Macro: id, Seen: tk.LastPublicID})
	is(t, err, model.ErrConflict)
	before := r.now(tk.ID)
	ctx, set := Undoing(r.ctx)
	_, err = r.RunMacro(ctx, ada, tk.ID, MacroUse{Macro: id, Seen: before.LastPublicID})
	must(t, err)
	sent := r.now(tk.ID)
	if sent.PublicCount != before.PublicCount+1 || sent.Priority != model.Low {
		t.Fatalf("sent: %+v", sent)
	}
	_, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	now := r.now(tk.ID)
	if now.Priority != before.Priority || now.PublicCount != sent.PublicCount || now.LastPublicID != sent.LastPublicID || now.FirstResponseAt == 0 {
		t.Errorf("undone: %+v", now)
	}
}

func TestMacroIsDeletedAndBroughtBack(t *testing.T) {
	r := newRig(t)
	ada := r.person(model.KindAgent, "ada")
	id, err := r.SaveMacro(r.ctx, ada, macro(model.Action{Type: model.ActFollow}))
	must(t, err)
	m, err := r.Macro(r.ctx, ada, id)
	must(t, err)
	m.Name = "Other"
	_, err = r.SaveMacro(r.ctx, ada, m.Macro)
	must(t, err)
	_, err = r.SaveMacro(r.ctx, ada, m.Macro)
	is(t, err, model.ErrConflict)
	ctx, set := Undoing(r.ctx)
	must(t, r.DeleteMacro(ctx, ada, id))
	if list, err := r.PickMacros(r.ctx, ada, ""); err != nil || len(list) != 0 {
		t.Fatalf("deleted: %v, %v", list, err)
	}
	_, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	if list, err := r.PickMacros(r.ctx, ada, "oth"); err != nil || len(list) != 1 {
		t.Fatalf("brought back: %v, %v", list, err)
	}
}

func TestMacroOnManyTickets(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	a, b := r.opens(sarah, "One"), r.opens(sarah, "Two")
	id, err := r.SaveMacro(r.ctx, ada, macro(model.Action{Type: model.ActPriority, Value: "urgent"}, model.Action{Type: model.ActNote, Value: "{{ticket.reference}}"}))
	must(t, err)
	text, err := r.SaveMacro(r.ctx, ada, macro(model.Action{Type: model.ActReply, Value: "Hi"}))
	must(t, err)
	if list, err := r.BulkMacros(r.ctx, ada); err != nil || len(list) != 1 || list[0].ID != id {
		t.Fatalf("for many tickets: %+v, %v", list, err)
	}
	bulk := func(macro model.MacroID) error {
		_, err := r.Bulk(r.ctx, ada, model.BulkRequest{Tickets: []model.TicketID{a.ID, b.ID}, Actions: []model.Action{{Type: model.ActMacro, Value: idText(macro)}}})
		return err
	}
	refused(t, bulk(text), "macro", "macro_composes")
	is(t, bulk(99), model.ErrNotFound)
	must(t, bulk(id))
	for _, tk := range []model.Ticket{a, b} {
		v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
		must(t, err)
		if v.Priority != model.Urgent || v.Items[1].Body != tk.Reference || !slices.Contains(r.facts(tk.ID), "macro.applied") {
			t.Errorf("%s: %+v", tk.Reference, v.Items)
		}
	}
	if m, err := r.Macro(r.ctx, ada, id); err != nil || m.Uses != 2 {
		t.Errorf("uses: %d, %v", m.Uses, err)
	}
}
