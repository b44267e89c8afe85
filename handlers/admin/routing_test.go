package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func hasAll(t *testing.T, body string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(body, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

func TestDepartmentPageAnswersWhoIsNext(t *testing.T) {
	d := helpdesktest.New(t)
	ann, bob := d.Agent("ann"), d.Agent("bob")
	admin := d.As(d.Admin("root"))
	d.As(ann).Get("agent/").Is(http.StatusOK)
	form := helpdesktest.Form{"name": {"Billing"}, "routing": {"round_robin"}, "present_only": {"1"}, "agent_ids[]": {num(ann.ID), num(bob.ID)}}
	admin.Post("admin/departments/store/", form).Is(http.StatusSeeOther)
	hasAll(t, admin.Get("admin/departments/").Is(http.StatusOK).Body, "In turn")
	page := admin.Get("admin/departments/1/").Is(http.StatusOK).AtMost(12)
	hasAll(t, page.Body, `value="round_robin" checked`, "Ann would get the next ticket.", "0 of 10", "Not at the desk", "Gets it")
	if err := d.Verbs().SetAway(t.Context(), ann.Actor(), model.Absence{}); err != nil {
		t.Fatal(err)
	}
	hasAll(t, admin.Get("admin/departments/1/").Body, "Nobody: nobody who could is at the desk.")

	form["routing"] = []string{"by dice"}
	hasAll(t, admin.Post("admin/departments/store/", form).Is(http.StatusUnprocessableEntity).Body, `value="Billing"`)
	form["routing"], form["version"] = []string{"least_busy"}, []string{"7"}
	hasAll(t, admin.Post("admin/departments/1/update/", form).Is(http.StatusConflict).Body, `value="least_busy" checked`)
	delete(form, "present_only")
	form["version"] = []string{"1"}
	admin.Post("admin/departments/1/update/", form).Is(http.StatusSeeOther)
	hasAll(t, admin.Get("admin/departments/1/").Body, "Bob would get the next ticket.")
}

func TestSkillsAreMadeChangedAndArchived(t *testing.T) {
	d := helpdesktest.New(t)
	ann := d.Agent("ann")
	root := d.Admin("root")
	admin := d.As(root)
	dep := d.Department("Billing")
	tag, err := d.Verbs().SaveTag(t.Context(), root.Actor(), model.Tag{Name: "vat", Hue: "red"})
	if err != nil {
		t.Fatal(err)
	}
	hasAll(t, admin.Get("admin/skills/").Is(http.StatusOK).AtMost(12).Body, "No skills yet")
	form := helpdesktest.Form{"name": {"Taxes"}, "description": {"All of them"}, "tag_ids[]": {num(tag)}, "department_ids[]": {num(dep)}, "holder_" + num(ann.ID): {"4"}, "holder_" + num(root.ID): {"0"}}
	admin.Post("admin/skills/store/", form).Is(http.StatusSeeOther)
	p, err := d.Verbs().Skill(t.Context(), root.Actor(), 1)
	if err != nil || len(p.Tags) != 1 || len(p.Departments) != 1 || len(p.Holders) != 1 || p.Holders[0] != (model.Holder{Person: ann.ID, Proficiency: 4}) {
		t.Fatalf("%+v, %v", p, err)
	}
	hasAll(t, admin.Get("admin/skills/1/").Is(http.StatusOK).AtMost(12).Body, `value="Taxes"`, `value="4" selected`)
	hasAll(t, admin.Get("admin/skills/").Body, "Taxes", "Billing, vat")

	for field, value := range map[string]string{"name": "", "tag_ids[]": "999", "department_ids[]": "999", "holder_999": "3", "holder_" + num(ann.ID): "6"} {
		bad := helpdesktest.Form{"name": {"Other"}, field: {value}}
		hasAll(t, admin.Post("admin/skills/store/", bad).Is(http.StatusUnprocessableEntity).Body, `role="alert"`)
	}
	hasAll(t, admin.Post("admin/skills/store/", helpdesktest.Form{"name": {"taxes"}}).Is(http.StatusUnprocessableEntity).Body, "already in use")
	admin.Post("admin/skills/store/", helpdesktest.Form{"name": {strings.Repeat("x", 101)}}).Is(http.StatusUnprocessableEntity)

	form["version"] = []string{"9"}
	admin.Post("admin/skills/1/update/", form).Is(http.StatusConflict)
	form["version"], form["name"] = []string{"1"}, []string{"VAT"}
	delete(form, "holder_"+num(ann.ID))
	admin.Post("admin/skills/1/update/", form).Is(http.StatusSeeOther)
	if p, _ = d.Verbs().Skill(t.Context(), root.Actor(), 1); p.Name != "VAT" || len(p.Holders) != 0 {
		t.Errorf("after the change %+v", p)
	}
	admin.Post("admin/skills/1/archive/", helpdesktest.Form{"on": {"1"}}).Is(http.StatusSeeOther)
	hasAll(t, admin.Get("admin/skills/").Body, "Archived")
	admin.Post("admin/skills/1/archive/", helpdesktest.Form{"on": {"0"}}).Is(http.StatusSeeOther)
	admin.Get("admin/skills/77/").Is(http.StatusNotFound)
}

func TestWorkloadsAreShownAndLimited(t *testing.T) {
	d := helpdesktest.New(t)
	ann, root := d.Agent("ann"), d.Admin("root")
	admin := d.As(root)
	d.Customer("carl").Opens("Mine", func(n *model.NewTicket) {})
	hasAll(t, admin.Get("admin/capacity/").Is(http.StatusOK).AtMost(12).Body, "ann", "0 of 10", "<meter")
	admin.Post("admin/capacity/update/", helpdesktest.Form{"person": {num(ann.ID)}, "capacity": {"7"}}).Is(http.StatusSeeOther)
	hasAll(t, admin.Get("admin/capacity/").Body, "0 of 7")
	for _, bad := range []string{"many", "-1", "1001"} {
		hasAll(t, admin.Post("admin/capacity/update/", helpdesktest.Form{"person": {num(ann.ID)}, "capacity": {bad}}).Is(http.StatusUnprocessableEntity).Body, `value="`+bad+`"`, `aria-invalid="true"`)
	}
	admin.Post("admin/capacity/update/", helpdesktest.Form{"person": {num(ann.ID)}, "capacity": {"0"}}).Is(http.StatusSeeOther)
	hasAll(t, admin.Get("admin/capacity/").Body, "0, no limit")
	admin.Post("admin/capacity/update/", helpdesktest.Form{"person": {num(ann.ID)}, "capacity": {""}}).Is(http.StatusSeeOther)
	hasAll(t, admin.Get("admin/capacity/").Body, "0 of 10")
}

func TestPersonPageHasLimitSkillsAndAbsence(t *testing.T) {
	d := helpdesktest.New(t)
	ann, bob, root := d.Agent("ann"), d.Agent("bob"), d.Admin("root")
	admin := d.As(root)
	skill, err := d.Verbs().SaveSkill(t.Context(), root.Actor(), model.SkillPage{Skill: model.Skill{Name: "French"}})
	if err != nil {
		t.Fatal(err)
	}
	path := "admin/people/" + num(ann.ID) + "/"
	hasAll(t, admin.Get(path).Is(http.StatusOK).AtMost(12).Body, "French", "the desk&#39;s limit, 10")
	admin.Post(path+"work/", helpdesktest.Form{"capacity": {"3"}, "skill_" + num(skill): {"5"}}).Is(http.StatusSeeOther)
	hasAll(t, admin.Get(path).Body, `value="3"`, `value="5" selected`)
	hasAll(t, admin.Post(path+"work/", helpdesktest.Form{"capacity": {"many"}, "skill_" + num(skill): {"2"}}).Is(http.StatusUnprocessableEntity).Body, `value="many"`, `value="2" selected`)
	admin.Post(path+"work/", helpdesktest.Form{"capacity": {"3"}, "skill_999": {"2"}}).Is(http.StatusUnprocessableEntity)

	hasAll(t, admin.Post(path+"away/", helpdesktest.Form{"away_until": {"2001-01-01T09:00"}, "away_to": {num(bob.ID)}}).Is(http.StatusUnprocessableEntity).Body, `value="2001-01-01T09:00"`)
	admin.Post(path+"away/", helpdesktest.Form{"away_until": {"soon"}}).Is(http.StatusUnprocessableEntity)
	admin.Post(path+"away/", helpdesktest.Form{"away_to": {num(ann.ID)}}).Is(http.StatusUnprocessableEntity)
	admin.Post(path+"away/", helpdesktest.Form{"away_until": {"2999-01-01T09:00"}, "away_to": {num(bob.ID)}}).Is(http.StatusSeeOther)
	hasAll(t, admin.Get(path).Body, "Away until", "Bob stands in")
	hasAll(t, admin.Get("admin/capacity/").Body, "Away until")
	admin.Post(path+"away/end/", nil).Is(http.StatusSeeOther)
	if strings.Contains(admin.Get(path).Body, "Away until") {
		t.Error("still away")
	}
	if strings.Contains(admin.Get("admin/people/"+num(d.Customer("carl").ID)+"/").Is(http.StatusOK).Body, "work-form") {
		t.Error("customers have a limit")
	}
}
