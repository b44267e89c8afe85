package desk

import (
	"testing"

	"escalated/model"
)

func TestDepartmentsAndTags(t *testing.T) {
	r := newRig(t)
	admin, agent, ada := r.person(model.KindAdmin, "Root"), r.person(model.KindAgent, "Bob"), r.person(model.KindCustomer, "Ada")
	_, err := r.SaveDepartment(r.ctx, agent, model.Department{Name: "Billing"}, nil)
	is(t, err, model.ErrDenied)
	_, err = r.SaveDepartment(r.ctx, admin, model.Department{Name: " "}, nil)
	refused(t, err, "name", "required")
	id, err := r.SaveDepartment(r.ctx, admin, model.Department{Name: "Billing & Refunds"}, []model.PersonID{agent.ID, ada.ID, 99})
	must(t, err)
	_, err = r.SaveDepartment(r.ctx, admin, model.Department{Name: "Other", Slug: "Billing refunds"}, nil)
	refused(t, err, "slug", "taken")
	p, err := r.Department(r.ctx, admin, id)
	must(t, err)
	if p.Slug != "billing-refunds" || len(p.Members) != 1 || p.Members[0].ID != agent.ID {
		t.Fatalf("department is %+v", p)
	}
	_, err = r.SaveDepartment(r.ctx, admin, model.Department{ID: id, Name: "B", Version: p.Version}, nil)
	must(t, err)
	_, err = r.SaveDepartment(r.ctx, admin, model.Department{ID: id, Name: "C", Version: p.Version}, nil)
	is(t, err, model.ErrConflict)
	c, err := r.Choices(r.ctx)
	must(t, err)
	if len(c.Departments) != 1 || len(c.Agents) != 2 {
		t.Fatalf("choices are %+v", c)
	}
	must(t, r.ArchiveDepartment(r.ctx, admin, id, true))
	if c, err = r.Choices(r.ctx); err != nil || len(c.Departments) != 0 {
		t.Fatal("an archived department is still offered")
	}
	_, err = r.OpenTicket(r.ctx, ada, model.NewTicket{Subject: "s", Body: "b", Department: id})
	refused(t, err, "department_id", "choice_invalid")

	tag, err := r.SaveTag(r.ctx, admin, model.Tag{Name: "Refund", Hue: "red"})
	must(t, err)
	_, err = r.SaveTag(r.ctx, admin, model.Tag{Name: "refund", Hue: "red"})
	refused(t, err, "name", "taken")
	_, err = r.SaveTag(r.ctx, admin, model.Tag{Name: "x", Hue: "#ff0000"})
	refused(t, err, "hue", "choice_invalid")
	must(t, r.ArchiveTag(r.ctx, admin, tag, true))
	tk := r.opens(ada, "s")
	refused(t, r.ChangeTags(r.ctx, agent, tk.ID, []string{"Refund"}, nil), "add_tags", "choice_invalid")
}
