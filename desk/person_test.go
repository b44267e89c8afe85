package desk

import (
	"slices"
	"testing"

	"escalated/model"
	"escalated/store"
)

func TestOnlyThoseWhoManagePeopleDo(t *testing.T) {
	r := newRig(t)
	r.member(model.KindAdmin, "root")
	victim := r.member(model.KindCustomer, "vic")
	name := "X"
	for _, by := range []model.Actor{from(""), {Kind: model.KindGuest, ID: victim.ID, Ticket: 1}, r.member(model.KindCustomer, "cus"), r.member(model.KindLight, "lig"), r.member(model.KindAgent, "age")} {
		want := model.ErrDenied
		if by.Kind == model.KindNobody {
			want = model.ErrSignIn
		}
		_, err := r.CreatePerson(r.ctx, by, model.NewPerson{Kind: model.KindAdmin, Name: "E", Email: "e@help.test"}, "x")
		is(t, err, want)
		_, err = r.Invite(r.ctx, by, model.NewPerson{Kind: model.KindAdmin, Name: "E", Email: "e@help.test"})
		is(t, err, want)
		_, err = r.People(r.ctx, by, PeopleFilter{})
		is(t, err, want)
		_, err = r.Desk.Person(r.ctx, by, victim.ID)
		is(t, err, want)
		is(t, r.InviteAgain(r.ctx, by, victim.ID), want)
		is(t, r.UpdatePerson(r.ctx, by, victim.ID, PersonChange{Name: &name}), want)
		is(t, r.SetKind(r.ctx, by, victim.ID, model.KindAdmin, 0), want)
		is(t, r.Deactivate(r.ctx, by, victim.ID, 0), want)
		is(t, r.Activate(r.ctx, by, victim.ID), want)
		is(t, r.RevokeAllSessions(r.ctx, by, victim.ID+1000), want)
	}
}

func TestNobodyRaisesAboveThemselves(t *testing.T) {
	r := newRig(t)
	root := r.member(model.KindAdmin, "root")
	clerk := r.member(model.KindAgent, "clerk")
	clerk.Permissions = append(slices.Clone(clerk.Permissions), model.PermPeople) // a role to come
	vic := r.member(model.KindCustomer, "vic")
	is(t, r.SetKind(r.ctx, clerk, vic.ID, model.KindAdmin, 0), model.ErrDenied)
	is(t, r.SetKind(r.ctx, clerk, root.ID, model.KindCustomer, 0), model.ErrDenied)
	is(t, r.Deactivate(r.ctx, clerk, root.ID, 0), model.ErrDenied)
	_, err := r.Invite(r.ctx, clerk, model.NewPerson{Kind: model.KindAdmin, Name: "E", Email: "e@help.test"})
	refused(t, err, "kind", "choice_invalid")
	must(t, r.SetKind(r.ctx, clerk, vic.ID, model.KindAgent, 0))
}

func TestLastAdminStays(t *testing.T) {
	r := newRig(t)
	root := r.member(model.KindAdmin, "root")
	second := r.member(model.KindAdmin, "second")
	refused(t, r.Deactivate(r.ctx, root, root.ID, 0), "person", "self")
	must(t, r.Deactivate(r.ctx, root, second.ID, 0))
	refused(t, r.SetKind(r.ctx, root, root.ID, model.KindAgent, 0), "kind", "last_admin")
	refused(t, r.Deactivate(r.ctx, model.System("command"), root.ID, 0), "person", "last_admin")
	must(t, r.Activate(r.ctx, root, second.ID))
	must(t, r.SetKind(r.ctx, root, root.ID, model.KindAgent, 0))
	refused(t, r.SetKind(r.ctx, second, second.ID, model.KindCustomer, 0), "kind", "last_admin")
}

func TestDeactivationHandsTicketsOver(t *testing.T) {
	r := newRig(t)
	root := r.member(model.KindAdmin, "root")
	ada, bob, cus := r.member(model.KindAgent, "ada"), r.member(model.KindAgent, "bob"), r.member(model.KindCustomer, "cus")
	light := r.member(model.KindLight, "lux")
	one, two, done := r.opens(cus, "One"), r.opens(cus, "Two"), r.opens(cus, "Done")
	for _, x := range []model.Ticket{one, two, done} {
		must(t, r.Assign(r.ctx, root, x.ID, ada.ID, Change{}))
	}
	must(t, r.SetStatus(r.ctx, root, done.ID, model.Resolved, Change{}))
	refused(t, r.Deactivate(r.ctx, root, ada.ID, light.ID), "hand_to", "assignee_invalid")
	refused(t, r.Deactivate(r.ctx, root, ada.ID, ada.ID), "hand_to", "assignee_invalid")
	p, err := r.Desk.Person(r.ctx, root, ada.ID)
	must(t, err)
	if p.OpenTickets != 2 {
		t.Fatalf("%d open tickets", p.OpenTickets)
	}
	must(t, r.Deactivate(r.ctx, root, ada.ID, bob.ID))
	if r.now(one.ID).AssigneeID != bob.ID || r.now(two.ID).AssigneeID != bob.ID || r.now(done.ID).AssigneeID != ada.ID {
		t.Fatal("the tickets are not where they belong")
	}
	if f := r.facts(one.ID); f[len(f)-1] != "ticket.assigned" {
		t.Fatalf("recorded %v", f)
	}
	must(t, r.SetKind(r.ctx, root, bob.ID, model.KindLight, 0)) // light agents have no tickets
	if f := r.facts(one.ID); r.now(one.ID).AssigneeID != 0 || f[len(f)-1] != "ticket.unassigned" {
		t.Fatalf("recorded %v", f)
	}
	must(t, r.Deactivate(r.ctx, root, ada.ID, 0)) // twice is once
	n := 0
	for _, k := range r.recorded() {
		if k == "person.deactivated" {
			n++
		}
	}
	if n != 1 {
		t.Fatalf("%d times deactivated", n)
	}
}

func TestUpdatePerson(t *testing.T) {
	r := newRig(t)
	root, ada := r.member(model.KindAdmin, "root"), r.member(model.KindAgent, "ada")
	r.member(model.KindCustomer, "vic")
	var dep model.DepartmentID
	r.write(func(tx *store.Tx) (err error) {
		dep, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Sales", Slug: "sales"})
		return err
	})
	before, err := r.Desk.Person(r.ctx, root, ada.ID)
	must(t, err)
	name, taken, on, off := "Ada L", "vic@help.test", true, false
	deps := []model.DepartmentID{dep, dep}
	must(t, r.UpdatePerson(r.ctx, root, ada.ID, PersonChange{Name: &name, Narrow: &on, Loose: &off, Departments: &deps, Version: before.Version}))
	is(t, r.UpdatePerson(r.ctx, root, ada.ID, PersonChange{Name: &taken, Version: before.Version}), model.ErrConflict)
	refused(t, r.UpdatePerson(r.ctx, root, ada.ID, PersonChange{Email: &taken}), "email", "email_taken")
	none := []model.DepartmentID{999}
	refused(t, r.UpdatePerson(r.ctx, root, ada.ID, PersonChange{Departments: &none}), "department_id", "department_invalid")
	after, err := r.Desk.Person(r.ctx, root, ada.ID)
	must(t, err)
	if after.Name != "Ada L" || !after.Narrow || after.Loose || !slices.Equal(after.Departments, []model.DepartmentID{dep}) {
		t.Fatalf("%+v", after)
	}
	n := len(r.recorded())
	must(t, r.UpdatePerson(r.ctx, root, ada.ID, PersonChange{Name: &name}))
	if len(r.recorded()) != n {
		t.Fatal("nothing changed and it was recorded")
	}
}

func TestPeopleList(t *testing.T) {
	r := newRig(t)
	root := r.member(model.KindAdmin, "root")
	for _, n := range []string{"Anna", "Bert", "Cleo", "100%", "Dora"} {
		r.person(model.KindCustomer, n)
	}
	ctx, q := store.Counting(r.ctx)
	l, err := r.People(ctx, root, PeopleFilter{Page: 2, PerPage: 4})
	must(t, err)
	if l.Total != 6 || l.Pages != 2 || len(l.People) != 2 || q.Load() > 4 {
		t.Fatalf("%+v in %d queries", l, q.Load())
	}
	for query, want := range map[string]int{"nn": 1, "ANNA": 1, "%": 1, "_": 0, "help.test": 6, "'": 0} {
		l, err := r.People(r.ctx, root, PeopleFilter{Query: query})
		must(t, err)
		if l.Total != want {
			t.Errorf("%q: %d people, want %d", query, l.Total, want)
		}
	}
	if l, _ := r.People(r.ctx, root, PeopleFilter{Kinds: []model.Kind{model.KindAdmin}}); l.Total != 1 {
		t.Errorf("%d admins", l.Total)
	}
}

func TestCommandGivesAKnownSenderAnAccount(t *testing.T) {
	r := newRig(t)
	guest := r.person(model.KindCustomer, "Dee")
	p, err := r.CreatePerson(r.ctx, model.System("command"), model.NewPerson{Kind: model.KindAdmin, Name: "Dee D", Email: "dee@help.test", Password: good, Verified: true}, "command")
	must(t, err)
	if p.ID != guest.ID || p.Kind != model.KindAdmin || !p.HasPassword || p.Name != "Dee D" {
		t.Fatalf("%+v", p)
	}
	r.enters("dee@help.test")
	_, err = r.CreatePerson(r.ctx, model.System("command"), model.NewPerson{Kind: model.KindAdmin, Name: "Eve", Email: "dee@help.test", Password: good}, "command")
	refused(t, err, "email", "email_taken")
}
