package desk

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"escalated/model"
	"escalated/text"
)

// stages puts a file into a draft slot of the actor.
func (r *rig) stages(by model.Actor, slot, name, content string) model.AttachmentID {
	r.t.Helper()
	a, err := r.Stage(r.ctx, by, "", slot, name, strings.NewReader(content))
	must(r.t, err)
	return a.ID
}

func idText[T ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }

func mine(body string) model.Canned {
	return model.Canned{Shared: model.Shared{Scope: model.ShareMine}, Title: "Hello", Bodies: model.Localized{"": body}}
}

func TestCannedSharing(t *testing.T) {
	r := newRig(t)
	admin := r.person(model.KindAdmin, "ann")
	sales, err := r.SaveDepartment(r.ctx, admin, model.Department{Name: "Sales"}, nil)
	must(t, err)
	other, err := r.SaveDepartment(r.ctx, admin, model.Department{Name: "Other"}, nil)
	must(t, err)
	ada, bob, eve := r.person(model.KindAgent, "ada", sales), r.person(model.KindAgent, "bob", sales), r.person(model.KindAgent, "eve")
	carol := r.person(model.KindCustomer, "carol")
	tk := r.opens(carol, "Printer")

	own, err := r.SaveCanned(r.ctx, ada, mine("mine"), CannedFilesChange{})
	must(t, err)
	team := mine("team")
	team.Scope, team.DepartmentID = model.ShareDepartment, sales
	shared, err := r.SaveCanned(r.ctx, ada, team, CannedFilesChange{})
	must(t, err)
	all := mine("all")
	all.Scope = model.ShareAll
	everybody, err := r.SaveCanned(r.ctx, admin, all, CannedFilesChange{})
	must(t, err)

	// What is refused.
	_, err = r.SaveCanned(r.ctx, ada, all, CannedFilesChange{})
	refused(t, err, "scope", "choice_invalid")
	team.DepartmentID = other
	_, err = r.SaveCanned(r.ctx, ada, team, CannedFilesChange{})
	refused(t, err, "department_id", "choice_invalid")
	_, err = r.SaveCanned(r.ctx, ada, model.Canned{Shared: model.Shared{Scope: "world"}, Bodies: model.Localized{"de": " "}, Category: strings.Repeat("x", 101)}, CannedFilesChange{})
	refused(t, err, "title", "required")
	refused(t, err, "category", "too_long")
	refused(t, err, "body", "required")
	refused(t, err, "scope", "choice_invalid")
	_, err = r.SaveCanned(r.ctx, carol, mine("x"), CannedFilesChange{})
	is(t, err, model.ErrDenied)

	// Who may use and who may change what.
	for _, c := range []struct {
		by        model.Actor
		id        model.CannedID
		use, keep error
	}{
		{ada, own, nil, nil},
		{bob, own, model.ErrNotFound, model.ErrNotFound},
		{admin, own, model.ErrNotFound, model.ErrNotFound},
		{bob, shared, nil, nil},
		{eve, shared, model.ErrNotFound, model.ErrNotFound},
		{admin, shared, model.ErrNotFound, nil},
		{eve, everybody, nil, model.ErrDenied},
		{admin, everybody, nil, nil},
	} {
		_, _, err := r.UseCanned(r.ctx, c.by, tk.ID, c.id, "s")
		if c.use == nil {
			must(t, err)
		} else {
			is(t, err, c.use)
		}
		_, _, err = r.Canned(r.ctx, c.by, c.id)
		if c.keep == nil {
			must(t, err)
		} else {
			is(t, err, c.keep)
		}
	}
	if list, err := r.PickCanned(r.ctx, bob, tk.ID, ""); err != nil || len(list) != 2 {
		t.Fatalf("bob may pick %d: %v", len(list), err)
	}
	_, err = r.PickCanned(r.ctx, carol, tk.ID, "")
	is(t, err, model.ErrDenied)
	if list, _, err := r.CannedList(r.ctx, eve, TextFilter{}); err != nil || len(list) != 0 {
		t.Fatalf("eve keeps %d: %v", len(list), err)
	}
}

func TestCannedIsFilledInTheBestLanguage(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	c := mine("Hi {{requester.first_name|there}}, {{agent.name}} here about {{ticket.reference}}: {{ticket.status}}, {{?order number}} {{ticket.field.none}} {{department.name}}")
	c.Bodies["de"] = "Hallo {{requester.name}}: {{ticket.status}}, {{ticket.priority}}"
	id, err := r.SaveCanned(r.ctx, ada, c, CannedFilesChange{})
	must(t, err)
	got, _, err := r.UseCanned(r.ctx, ada, tk.ID, id, "s")
	must(t, err)
	want := "Hi sarah, " + ada.Name + " here about " + tk.Reference + ": Received, ⟦order number⟧ {{ticket.field.none}} ⟦department name⟧"
	if got.Text != want {
		t.Errorf("filled: %q, want %q", got.Text, want)
	}
	// The agent's language, when the customer's is not known.
	got, err = r.FillCanned(text.With(r.ctx, "de"), ada, tk.ID, id)
	must(t, err)
	if got.Text != "Hallo sarah: Eingegangen, Mittel" {
		t.Errorf("in German: %q", got.Text)
	}
	// Uses are counted by using alone, and put the most used first.
	second, err := r.SaveCanned(r.ctx, ada, mine("second"), CannedFilesChange{})
	must(t, err)
	for range 3 {
		_, _, err = r.UseCanned(r.ctx, ada, tk.ID, second, "s")
		must(t, err)
	}
	list, err := r.PickCanned(r.ctx, ada, tk.ID, "")
	must(t, err)
	if list[0].ID != second || list[0].Uses != 3 || list[1].Uses != 1 || list[0].UsedAt == 0 {
		t.Errorf("uses: %+v", list)
	}
}

func TestCannedFilesGoAlong(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	file := r.stages(ada, "form", "how.txt", "pour")
	id, err := r.SaveCanned(r.ctx, ada, mine("See the file."), CannedFilesChange{Slot: "form", Add: []model.AttachmentID{file}})
	must(t, err)
	_, err = r.SaveCanned(r.ctx, ada, mine("Again."), CannedFilesChange{Slot: "form", Add: []model.AttachmentID{file}})
	refused(t, err, "attachments", "not_found") // it is used

	_, files, err := r.UseCanned(r.ctx, ada, tk.ID, id, "ticket")
	must(t, err)
	if len(files) != 1 || files[0].Filename != "how.txt" || files[0].ID == file {
		t.Fatalf("files: %+v", files)
	}
	if _, again, err := r.UseCanned(r.ctx, ada, tk.ID, id, "ticket"); err != nil || len(again) != 0 {
		t.Fatalf("the file came twice: %+v, %v", again, err)
	}
	m, err := r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "Here", Slot: "ticket", Files: []model.AttachmentID{files[0].ID}})
	must(t, err)
	if it, err := r.ViewMessage(r.ctx, sarah, m.ID); err != nil || len(it.Files) != 1 {
		t.Fatalf("the customer sees %+v, %v", it.Files, err)
	}
	// Housekeeping leaves them alone; removing them does not.
	r.later(72 * 3600e9)
	must(t, only(r.ForgetLeftovers(r.ctx, model.System("clock"))))
	c, kept, err := r.Canned(r.ctx, ada, id)
	must(t, err)
	if len(kept) != 1 || c.Files != 1 {
		t.Fatalf("kept: %+v", kept)
	}
	_, err = r.SaveCanned(r.ctx, ada, c, CannedFilesChange{Drop: []model.AttachmentID{kept[0].ID}})
	must(t, err)
	if _, kept, _ = r.Canned(r.ctx, ada, id); len(kept) != 0 {
		t.Fatalf("removed and still there: %+v", kept)
	}
	_, err = r.SaveCanned(r.ctx, ada, c, CannedFilesChange{})
	is(t, err, model.ErrConflict)
}

func TestCannedDeletionIsUndone(t *testing.T) {
	r := newRig(t)
	ada := r.person(model.KindAgent, "ada")
	id, err := r.SaveCanned(r.ctx, ada, mine("x"), CannedFilesChange{})
	must(t, err)
	ctx, set := Undoing(r.ctx)
	must(t, r.DeleteCanned(ctx, ada, id))
	_, _, err = r.Canned(r.ctx, ada, id)
	is(t, err, model.ErrNotFound)
	_, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	if list, _, err := r.CannedList(r.ctx, ada, TextFilter{}); err != nil || len(list) != 1 {
		t.Fatalf("after undoing: %d, %v", len(list), err)
	}
}

func TestOpenBlanksStopReplies(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	_, err := r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "Order ⟦order number⟧"})
	refused(t, err, "body", "blank_left")
	for _, in := range []model.NewReply{{Body: "Order ⟦order number⟧", Blanks: true}, {Body: "Order ⟧ 12 ⟦"}} {
		_, err = r.Reply(r.ctx, ada, tk.ID, in)
		must(t, err)
	}
	_, err = r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "⟦to do⟧"})
	must(t, err)
	_, err = r.Reply(r.ctx, sarah, tk.ID, model.NewReply{Body: "What is ⟦order number⟧?"})
	must(t, err)
}

func TestSampleTextNamesWhatMeansNothing(t *testing.T) {
	r := newRig(t)
	ada := r.person(model.KindAgent, "ada")
	sample, unknown, err := r.SampleText(context.Background(), ada, "", "Hi {{requester.first_name}} {{colour}} {{?x}}")
	must(t, err)
	if sample != "Hi Sarah {{colour}} ⟦x⟧" || len(unknown) != 1 || unknown[0] != "{{colour}}" {
		t.Errorf("%q, %q", sample, unknown)
	}
}
