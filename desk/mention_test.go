package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"escalated/model"
	"escalated/store"
)

// department makes a department.
func (r *rig) department(name string) (id model.DepartmentID) {
	r.t.Helper()
	r.write(func(tx *store.Tx) (err error) {
		id, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: name, Slug: strings.ToLower(name)})
		return err
	})
	r.ForgetChoices()
	return id
}

// narrow makes an agent who sees only the departments.
func (r *rig) narrow(name string, departments ...model.DepartmentID) model.Actor {
	r.t.Helper()
	a := model.Actor{Kind: model.KindAgent, Name: name, Permissions: model.PermissionsOf(model.KindAgent), Departments: departments, Narrow: true, Via: model.Web}
	r.write(func(tx *store.Tx) (err error) {
		a.ID, err = tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: model.KindAgent, Name: name, Email: strings.ToLower(name) + "@help.test", Departments: departments, Narrow: true, Verified: true})
		return err
	})
	return a
}

// mentions are the names of whom the ticket's notes mention, in order.
func (r *rig) mentions(id model.TicketID) (out []string) {
	r.t.Helper()
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10000)
	must(r.t, err)
	for _, rec := range recs {
		if e, err := rec.Event(); err == nil && rec.TicketID == id {
			if m, ok := e.(model.MentionAdded); ok {
				out = append(out, m.Name+m.Team)
			}
		}
	}
	return out
}

func TestMentionsTellPeopleAndTeamsOnce(t *testing.T) {
	r := newRig(t)
	billing := r.department("Billing")
	ada, bob, cid := r.person(model.KindAgent, "Ada"), r.person(model.KindLight, "Bob", billing), r.person(model.KindAgent, "Cid", billing)
	sarah := r.person(model.KindCustomer, "Sarah")
	r.ForgetChoices()
	tk := r.opens(sarah, "Printer")
	_, err := r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "@bob @billing @BOB @ada @sarah please"})
	must(t, err)
	if got := r.mentions(tk.ID); !slices.Equal(got, []string{"Bob", "CidBilling"}) {
		t.Fatalf("mentioned: %q", got)
	}
	for _, p := range []model.Actor{bob, cid} {
		if ok, err := r.db.Read().HasRole(r.ctx, tk.ID, p.ID, store.RoleMentioned); err != nil || !ok {
			t.Fatalf("%s is not mentioned: %v", p.Name, err)
		}
		if ok, _ := r.db.Read().HasRole(r.ctx, tk.ID, p.ID, store.RoleFollower); ok {
			t.Fatalf("%s saw the ticket and became a follower", p.Name)
		}
	}
	_, err = r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "@cid will look"})
	must(t, err)
	_, err = r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "> @cid said\n\n`@cid`", Imported: false})
	must(t, err)
	if got := r.mentions(tk.ID); len(got) != 2 {
		t.Fatalf("replies, quotes and code mention: %q", got)
	}
	called, err := r.OpenTicket(r.ctx, ada, model.NewTicket{Subject: "Called in", Body: "@cid knows them", Note: true, Requester: sarah.ID})
	if must(t, err); !slices.Equal(r.mentions(called.ID), []string{"Cid"}) {
		t.Fatalf("the note a ticket begins with mentions %q", r.mentions(called.ID))
	}
	if _, err := r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "@cid from the archive", Imported: true}); err != nil || len(r.mentions(tk.ID)) != 2 {
		t.Fatalf("an imported note mentions: %v", err)
	}
}

func TestMentionsGiveSightToWhomTheyName(t *testing.T) {
	r := newRig(t)
	sales := r.department("Sales")
	ada, lena, nora := r.person(model.KindAgent, "Ada"), r.person(model.KindLight, "Lena"), r.narrow("Nora", sales)
	r.ForgetChoices()
	tk := r.opens(r.person(model.KindCustomer, "Sarah"), "Printer")
	must(t, r.SetDepartment(r.ctx, ada, tk.ID, r.department("Support"), Change{}))
	_, err := r.Ticket(r.ctx, nora, tk.ID)
	is(t, err, model.ErrNotFound)

	// A light agent may not change who sees a ticket.
	_, err = r.Note(r.ctx, lena, tk.ID, model.NewReply{Body: "@nora look"})
	must(t, err)
	_, err = r.Ticket(r.ctx, nora, tk.ID)
	is(t, err, model.ErrNotFound)
	if got := r.mentions(tk.ID); len(got) != 0 {
		t.Fatalf("mentioned blindly: %q", got)
	}
	offers := func(by model.Actor, words string) string {
		found, err := r.FindMentions(r.ctx, by, tk.ID, words)
		must(t, err)
		s := ""
		for _, m := range found {
			s += fmt.Sprintf("%s %v %v;", m.Word, m.Joins, m.Off)
		}
		return s
	}
	if got := offers(lena, "n"); got != "nora false true;" {
		t.Fatalf("offered to a light agent: %s", got)
	}
	if got := offers(ada, "@NO"); got != "nora true false;" {
		t.Fatalf("offered: %s", got)
	}

	_, err = r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "@nora look"})
	must(t, err)
	_, err = r.Ticket(r.ctx, nora, tk.ID)
	must(t, err)
	if ok, _ := r.db.Read().HasRole(r.ctx, tk.ID, nora.ID, store.RoleFollower); !ok {
		t.Fatal("who is mentioned does not follow")
	}
	if got := offers(ada, "nora"); got != "nora false false;" {
		t.Fatalf("offered to whom sees: %s", got)
	}
}

func TestMentionsAreOfferedToStaffOnly(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "Ada"), r.person(model.KindCustomer, "Sarah")
	for i := range 30 {
		r.person(model.KindAgent, fmt.Sprintf("Mike%d", i))
	}
	r.department("Mikes")
	tk := r.opens(sarah, "Printer")
	_, err := r.FindMentions(r.ctx, sarah, tk.ID, "a")
	is(t, err, model.ErrDenied)
	_, err = r.FindMentions(r.ctx, ada, tk.ID+99, "a")
	is(t, err, model.ErrNotFound)
	found, err := r.FindMentions(r.ctx, ada, 0, "mike")
	must(t, err)
	if len(found) != 10 {
		t.Fatalf("%d offered", len(found))
	}
	if found, err = r.FindMentions(r.ctx, ada, tk.ID, "sarah"); err != nil || len(found) != 0 {
		t.Fatalf("customers are offered: %v, %v", found, err)
	}
}

// The rule of sight says the same from both sides.
func TestSightIsTheSameFromBothSides(t *testing.T) {
	r := newRig(t)
	a, b := r.department("Alpha"), r.department("Beta")
	ada, carol := r.person(model.KindAgent, "Ada"), r.person(model.KindCustomer, "Carol")
	staff := []model.Actor{ada, r.person(model.KindLight, "Lena"), r.narrow("Nora", a), r.narrow("Nils", b), r.narrow("Nina", a, b), r.narrow("Ned")}
	loose := r.narrow("Lou")
	loose.Loose = true
	r.write(func(tx *store.Tx) error {
		p, err := tx.Person(tx.Ctx, loose.ID)
		if err != nil {
			return err
		}
		p.Loose = true
		_, err = tx.SavePerson(tx.Ctx, p, p.Version)
		return err
	})
	staff = append(staff, loose)
	ids := make([]model.PersonID, len(staff))
	for i, s := range staff {
		ids[i] = s.ID
	}
	for i, dep := range []model.DepartmentID{0, a, b, a} {
		tk := r.opens(carol, fmt.Sprint("Printer ", i))
		if dep != 0 {
			must(t, r.SetDepartment(r.ctx, ada, tk.ID, dep, Change{}))
		}
		if i != 2 {
			must(t, r.Assign(r.ctx, ada, tk.ID, staff[2+i%3].ID, Change{}))
		}
		must(t, r.SetFollower(r.ctx, ada, tk.ID, staff[5].ID, i%2 == 0))
		blind, err := r.db.Read().Blind(r.ctx, tk.ID, ids)
		must(t, err)
		for _, s := range staff {
			_, err := r.Ticket(r.ctx, s, tk.ID)
			if (err == nil) == slices.Contains(blind, s.ID) {
				t.Errorf("ticket %d, %s: seen %v, blind %v", i, s.Name, err == nil, slices.Contains(blind, s.ID))
			}
		}
	}
}
