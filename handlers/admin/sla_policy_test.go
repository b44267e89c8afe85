package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func holds(t *testing.T, body string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(body, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

func TestSLAPolicyPages(t *testing.T) {
	d := helpdesktest.New(t)
	d.Department("Support")
	root := d.Admin("root")
	admin := d.As(root)
	admin.Get("admin/sla-policies/").Is(http.StatusOK).AtMost(12)
	page := admin.Get("admin/sla-policies/create/").Is(http.StatusOK).AtMost(12)
	holds(t, page.Body, `name="target_critical_first_response"`, `value="30m"`, `name="pauses[]"`, "Around the clock")

	form := helpdesktest.F("name", "Big customers", "calendar_id", "", "warn", "75%",
		"conditions.0.field", "priority", "conditions.0.op", "is", "conditions.0.was", "priority",
		"target_high_first_response", "4h", "target_high_resolution", "2d", "preview_priority", "high", "preview_at", "2026-11-20T16:30")
	form["conditions.0.words"] = []string{"high", "urgent"}
	form["pauses[]"] = []string{"waiting_on_customer", "snoozed"}

	t.Run("rows come and go without scripts", func(t *testing.T) {
		form.Set("do", "conditions:add")
		page := admin.Post("admin/sla-policies/store/", form).Is(http.StatusOK)
		holds(t, page.Body, `name="conditions.1.field"`, `value="Big customers"`, `value="4h"`, "Reads: priority is High or Urgent and priority is ….", "is due Friday 20 Nov 2026, 20:30 (First response)")
		form.Set("do", "conditions:group")
		page = admin.Post("admin/sla-policies/store/", form).Is(http.StatusOK)
		holds(t, page.Body, `name="conditions.1.any"`, `name="conditions.1.1.field"`)
		form.Set("do", "conditions:remove:0")
		page = admin.Post("admin/sla-policies/store/", form).Is(http.StatusOK)
		if strings.Contains(page.Body, `name="conditions.0.field"`) {
			t.Error("the row is still there")
		}
		form.Del("do")
	})
	t.Run("what is wrong is told, what was typed stays", func(t *testing.T) {
		bad := helpdesktest.F("name", "", "warn", "200%", "target_low_resolution", "soon", "conditions.0.field", "status", "conditions.0.op", "is", "conditions.0.words", "open")
		page := admin.Post("admin/sla-policies/store/", bad).Is(http.StatusUnprocessableEntity)
		holds(t, page.Body, `value="soon"`, `value="200%"`, `href="#f-conditions.0"`, `href="#f-target_low_resolution"`, `href="#f-name"`, `href="#f-warn"`)
	})
	admin.Post("admin/sla-policies/store/", form).Is(http.StatusSeeOther)
	list := admin.Get("admin/sla-policies/").Is(http.StatusOK)
	holds(t, list.Body, "Big customers", "When priority is High or Urgent.", "First response")
	policies, err := d.Verbs().SLAPolicies(t.Context(), root.Actor())
	if err != nil || len(policies) != 1 || policies[0].Targets[model.High][model.Resolution].Days != 2 || len(policies[0].Conditions[0].Words) != 2 {
		t.Fatalf("saved %+v, %v", policies, err)
	}
	at := "admin/sla-policies/" + num(policies[0].ID) + "/"
	admin.Get(at).Is(http.StatusOK).AtMost(12)
	form.Set("version", "1")
	form.Set("name", "Biggest customers")
	admin.Post(at+"update/", form).Is(http.StatusSeeOther)
	admin.Post(at+"update/", form).Is(http.StatusConflict)
	admin.Post(at+"switch/", helpdesktest.F("on", "0")).Is(http.StatusSeeOther)
	admin.Post(at+"switch/", helpdesktest.F("on", "1")).Is(http.StatusSeeOther)
	admin.Post(at+"duplicate/", helpdesktest.F()).Is(http.StatusSeeOther)
	admin.Post(at+"move/", helpdesktest.F("to", "down")).Is(http.StatusSeeOther)
	list = admin.Get("admin/sla-policies/")
	if strings.Index(list.Body, "Copy of Biggest") > strings.Index(list.Body, ">Biggest") {
		t.Error("the policy did not move down")
	}
	admin.Post(at+"delete/", helpdesktest.F("replacement", "999")).Is(http.StatusUnprocessableEntity)
	admin.Post(at+"delete/", helpdesktest.F("replacement", "")).Is(http.StatusSeeOther)
	admin.Get(at).Is(http.StatusNotFound)
}
