package e2e

import (
	"context"
	"fmt"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
)

func init() {
	furnish = append(furnish, func(w *world) {
		ctx, admin := context.Background(), w.actor("admin")
		agent, boss := w.actor("agent").ID, admin.ID
		dep, err := w.Verbs().SaveDepartment(ctx, admin, model.Department{Name: "In turn" + w.mark, Routing: model.RouteRoundRobin, PresentOnly: true}, []model.PersonID{agent, boss, w.actor("light").ID})
		w.must(err)
		skill, err := w.Verbs().SaveSkill(ctx, admin, model.SkillPage{
			Skill: model.Skill{Name: "Taxes" + w.mark, Description: "All of them" + w.mark}, Departments: []model.DepartmentID{dep},
			Holders: []model.Holder{{Person: agent, Proficiency: 4}},
		})
		w.must(err)
		w.keep("routed", int64(dep))
		w.keep("skill", int64(skill))
	})
	sights = append(
		sights,
		sight{"admin/skills/", "skills", "admin", "admin/skills/"},
		sight{"admin/skills/create/", "skill-new", "admin", "admin/skills/create/"},
		sight{"admin/skills/:id/", "skill", "admin", "admin/skills/{skill}/"},
		sight{"admin/capacity/", "capacity", "admin", "admin/capacity/"},
		sight{"", "department-routed", "admin", "admin/departments/{routed}/"},
		sight{"agent/profile/away/", "away", "agent", "agent/profile/away/"},
	)
}

// TestRouting goes the way of a ticket that finds its agent: an admin lets a
// department give its tickets in turn, sees who is next and limits one, an
// agent goes away, and new tickets go to the others.
func TestRouting(t *testing.T) {
	h := newHouse(t)
	ada, ann, bob, carol := h.Admin("ada"), h.Agent("ann"), h.Agent("bob"), h.Customer("carol")
	dep := h.Department("Orders")
	a, b := h.open(ann, browser.Options{}), h.open(bob, browser.Options{})
	a.Goto("agent/")
	b.Goto("agent/")

	admin := h.open(ada, browser.Options{})
	admin.Goto("admin/departments/1/")
	admin.Check("input[name=routing][value=round_robin]", true)
	admin.Check("field=Ann", true)
	admin.Check("field=Bob", true)
	admin.ClickLoad("button=Save")
	admin.WaitText("In turn")
	admin.Goto("admin/departments/1/")
	admin.WaitText("Ann would get the next ticket.")
	admin.CheckAxe()

	asks := func(subject string) model.Ticket {
		return carol.Opens(subject, func(n *model.NewTicket) { n.Department = dep })
	}
	tk := asks("Where is it?")
	a.Goto("agent/tickets/?assignee=me")
	a.WaitText("Where is it?")
	b.Goto(fmt.Sprintf("agent/tickets/%d/", tk.ID))
	b.WaitText("Routing")

	admin.Goto("admin/skills/create/")
	admin.Fill("#f-name", "French")
	admin.Check("field=Orders", true)
	admin.Fill("field=Bob", "5")
	admin.ClickLoad("button=Save")
	admin.WaitText("French")
	admin.Goto("admin/departments/1/")
	admin.WaitText("Lacks French")
	admin.WaitText("Bob would get the next ticket.")

	admin.Goto("admin/capacity/")
	admin.Fill("field=Limit of Bob", "1")
	admin.Load(func() { admin.Press("Enter") })
	admin.WaitText("0 of 1")
	asks("Where is the other?")
	admin.Goto("admin/departments/1/")
	admin.WaitText("Full: 1 of 1")
	admin.WaitText("everybody who could has as many tickets as they take")

	b.Goto("agent/profile/")
	b.ClickLoad("link=Away")
	b.Fill("field=Stand-in", "Ann")
	b.ClickLoad("button=I am away")
	b.WaitText("You are away.")
	b.Fill("field=To", "Ann")
	b.ClickLoad("button=Hand over my tickets")
	b.WaitText("Tickets handed over: 1")
	a.Goto("agent/tickets/?assignee=me")
	a.WaitText("Where is the other?")
	a.Goto(fmt.Sprintf("agent/tickets/%d/", tk.ID))
	a.WaitText("Bob (away)")
	b.Goto("agent/profile/away/")
	b.ClickLoad("button=I am back")
	b.WaitText("Welcome back.")
}
