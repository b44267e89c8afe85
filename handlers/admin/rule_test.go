package admin_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// lacks holds that a page has none of the words.
func lacks(t *testing.T, body string, never ...string) {
	t.Helper()
	for _, w := range never {
		if strings.Contains(body, w) {
			t.Errorf("the page has %q", w)
		}
	}
}

func TestRulePages(t *testing.T) {
	d := helpdesktest.New(t)
	support := d.Department("Support")
	root := d.Admin("root")
	admin := d.As(root)
	ada, carol := d.Agent("ada", support), d.Customer("carol")
	ticket := carol.Opens("Printer on fire")

	t.Run("an empty list says what rules are for", func(t *testing.T) {
		holds(t, admin.Get("admin/escalation-rules/").Is(http.StatusOK).AtMost(12).Body, "No rules yet", "New rule")
	})
	t.Run("templates", func(t *testing.T) {
		page := admin.Get("admin/escalation-rules/templates/").Is(http.StatusOK).AtMost(12)
		for _, x := range model.RuleTemplates() {
			holds(t, page.Body, "create/?template="+x.Key)
			holds(t, admin.Get("admin/escalation-rules/create/?template="+x.Key).Is(http.StatusOK).AtMost(12).Body, `id="rule-form"`, `value="`+string(x.Rule.Trigger)+`" selected`)
		}
		admin.Get("admin/escalation-rules/create/?template=nonsense").Is(http.StatusNotFound)
	})

	form := helpdesktest.F("name", "Urgent goes to Ada", "trigger", "priority_changed", "active", "on",
		"conditions.0.field", "priority", "conditions.0.was", "priority", "conditions.0.op", "is",
		"actions.0.type", "assign", "actions.0.was", "assign", "actions.0.value", strconv.FormatInt(int64(ada.ID), 10),
		"actions.1.type", "add_note", "actions.1.was", "add_note", "actions.1.value", "Look at this first.")
	form["conditions.0.words"] = []string{"urgent", "critical"}

	t.Run("rows come, move and go without scripts, and all stays as it was typed", func(t *testing.T) {
		form.Set("do", "actions:add")
		page := admin.Post("admin/escalation-rules/store/", form).Is(http.StatusOK)
		holds(t, page.Body, `name="actions.2.type"`, "Look at this first.", `value="Urgent goes to Ada"`, `name="conditions.0.field"`)
		form.Set("do", "actions:down:0")
		page = admin.Post("admin/escalation-rules/store/", form).Is(http.StatusOK)
		if i, j := strings.Index(page.Body, `<option value="add_note" selected`), strings.Index(page.Body, `<option value="assign" selected`); i < 0 || j < i {
			t.Errorf("the note stands at %d, the assignment at %d", i, j)
		}
		form.Set("do", "actions:remove:1")
		lacks(t, admin.Post("admin/escalation-rules/store/", form).Is(http.StatusOK).Body, "actions.1.type")
		form.Set("do", "conditions:add")
		holds(t, admin.Post("admin/escalation-rules/store/", form).Is(http.StatusOK).Body, "conditions.1.field", "Look at this first.")
		form.Del("do")
	})
	t.Run("another type asks for something else and keeps what was written", func(t *testing.T) {
		form.Set("do", "actions:refresh")
		form.Set("actions.1.type", "send_reply")
		holds(t, admin.Post("admin/escalation-rules/store/", form).Is(http.StatusOK).Body, "Look at this first.", `value="send_reply" selected`)
		form.Set("actions.1.type", "wait")
		holds(t, admin.Post("admin/escalation-rules/store/", form).Is(http.StatusOK).Body, `name="actions.1.hold"`)
		form.Set("actions.1.type", "add_note")
		form.Del("do")
	})
	t.Run("tested on a ticket, and on all, before it is saved", func(t *testing.T) {
		form.Set("do", "test")
		form.Set("ticket", ticket.Reference)
		page := admin.Post("admin/escalation-rules/store/", form).Is(http.StatusOK)
		holds(t, page.Body, "It would not act", "priority is Urgent or Critical", "Medium", "Look at this first.")
		form.Set("ticket", "ESC-99999")
		holds(t, admin.Post("admin/escalation-rules/store/", form).Is(http.StatusUnprocessableEntity).Body, "Look at this first.")
		form.Set("do", "match")
		form.Set("conditions.0.op", "not")
		holds(t, admin.Post("admin/escalation-rules/store/", form).Is(http.StatusOK).Body, "Would match now: ", ticket.Reference)
		form.Set("conditions.0.op", "is")
		form.Del("do")
	})
	t.Run("what is wrong is told at its row", func(t *testing.T) {
		bad := helpdesktest.F("name", "", "trigger", "time", "again_after", "soon", "conditions.0.field", "created_for", "conditions.0.was", "created_for", "conditions.0.op", "longer_than",
			"conditions.0.words", "a while", "actions.0.type", "call_webhook", "actions.0.was", "call_webhook", "actions.0.value", "nowhere", "actions.0.text", "{")
		page := admin.Post("admin/escalation-rules/store/", bad).Is(http.StatusUnprocessableEntity)
		holds(t, page.Body, `href="#f-name"`, `href="#f-again_after"`, `href="#f-conditions.0"`, `href="#f-actions.0"`, `value="nowhere"`, `value="a while"`, `value="soon"`)
	})

	admin.Post("admin/escalation-rules/store/", form).Is(http.StatusSeeOther)
	rules, err := d.Verbs().Rules(t.Context(), root.Actor())
	if err != nil || len(rules) != 1 || !rules[0].Active() || len(rules[0].Actions) != 2 || len(rules[0].Conditions[0].Words) != 2 {
		t.Fatalf("saved %+v, %v", rules, err)
	}
	base := "admin/escalation-rules/" + strconv.FormatInt(int64(rules[0].ID), 10) + "/"
	holds(t, admin.Get("admin/escalation-rules/").Is(http.StatusOK).AtMost(12).Body, "When the priority changes, if ", "assign it to ", "add the note ", "Nothing in the last 24 hours", `aria-checked="true"`)
	lacks(t, admin.Get("admin/escalation-rules/?kind=time").Is(http.StatusOK).Body, base)
	lacks(t, admin.Get("admin/escalation-rules/?q=nothing+like+it").Is(http.StatusOK).Body, base)
	holds(t, admin.Get("admin/escalation-rules/?q=urgent+note").Is(http.StatusOK).Body, base)

	t.Run("a stale form comes back with what was typed", func(t *testing.T) {
		old := admin.Get(base).Is(http.StatusOK).AtMost(12)
		admin.Submit(old, old.Form("#rule-form").Set("name", "Renamed")).Is(http.StatusSeeOther)
		holds(t, admin.Submit(old, old.Form("#rule-form").Set("name", "Mine")).Is(http.StatusConflict).Body, `value="Mine"`, "Somebody else saved this")
	})
	t.Run("it acts, and the log says so", func(t *testing.T) {
		d.As(ada).Post("agent/tickets/"+strconv.FormatInt(int64(ticket.ID), 10)+"/priority/", helpdesktest.F("priority", "urgent")).Is(http.StatusSeeOther)
		d.Settle()
		log := admin.Get(base + "log/").Is(http.StatusOK).AtMost(12)
		holds(t, log.Body, ticket.Reference, "Printer on fire", "Done", "Why it matched")
		holds(t, admin.Get("admin/escalation-rules/log/").Is(http.StatusOK).AtMost(12).Body, ticket.Reference, "Renamed")
		lacks(t, admin.Get("admin/escalation-rules/log/?state=failed").Is(http.StatusOK).Body, ticket.Reference)
		why := admin.Get("agent/tickets/" + strconv.FormatInt(int64(ticket.ID), 10) + "/why/").Is(http.StatusOK).AtMost(12)
		holds(t, why.Body, `id="why-rules"`, "Renamed", base+"log/")
		lacks(t, d.As(ada).Get("agent/tickets/"+strconv.FormatInt(int64(ticket.ID), 10)+"/why/").Is(http.StatusOK).Body, base+"log/")
		holds(t, admin.Get("admin/escalation-rules/").Body, "Last 24 hours: ", "1 run")
	})
	t.Run("on and off, copied, moved, deleted and back", func(t *testing.T) {
		admin.Post(base+"switch/", helpdesktest.F("on", "0")).Is(http.StatusSeeOther)
		holds(t, admin.Get("admin/escalation-rules/").Body, `aria-checked="false"`)
		admin.Post(base+"duplicate/", helpdesktest.F()).Is(http.StatusSeeOther)
		admin.Post(base+"move/", helpdesktest.F("to", "down")).Is(http.StatusSeeOther)
		rules, err := d.Verbs().Rules(t.Context(), root.Actor())
		if err != nil || len(rules) != 2 || rules[1].Name != "Renamed" || rules[0].Active() {
			t.Fatalf("the rules are %+v, %v", rules, err)
		}
		list := admin.Post(base+"delete/", helpdesktest.F()).Is(http.StatusSeeOther).Follow()
		holds(t, list.Body, "Rule deleted", "agent/undo/")
		admin.Get(base).Is(http.StatusNotFound)
	})
}

// A step that waits stands on the page that says why, and can be cancelled.
func TestCancelWhatARuleWaitsFor(t *testing.T) {
	d := helpdesktest.New(t)
	root, carol := d.Admin("root"), d.Customer("carol")
	x := model.Rule{
		Name: "Later", Trigger: model.TriggerCreated, ActiveAt: 1,
		Actions: model.Actions{{Type: model.ActWait, Value: "2h"}, {Type: model.ActPriority, Value: "critical"}},
	}
	if _, err := d.Verbs().SaveRule(t.Context(), root.Actor(), x); err != nil {
		t.Fatal(err)
	}
	ticket := carol.Opens("Slow")
	d.Settle()
	path := "agent/tickets/" + strconv.FormatInt(int64(ticket.ID), 10) + "/"
	why := d.As(root).Get(path + "why/").Is(http.StatusOK)
	holds(t, why.Body, "Later", "Goes on at", "runs/1/cancel/")
	d.As(d.Light("lena")).Post(path+"runs/1/cancel/", helpdesktest.F()).Is(http.StatusForbidden)
	d.As(carol).Post(path+"runs/1/cancel/", helpdesktest.F()).Is(http.StatusNotFound)
	d.As(root).Post(path+"runs/1/cancel/", helpdesktest.F()).Is(http.StatusSeeOther)
	lacks(t, d.As(root).Get(path+"why/").Body, "runs/1/cancel/")
	holds(t, d.As(root).Get(path).Body, "was waiting to do")
	d.Later(3 * time.Hour)
	d.Settle()
	if now, err := d.Verbs().TicketByReference(t.Context(), root.Actor(), ticket.Reference); err != nil || now.Priority == model.Critical {
		t.Errorf("the cancelled step was done: %v, %v", now.Priority, err)
	}
	d.As(root).Post(path+"runs/1/cancel/", helpdesktest.F()).Is(http.StatusSeeOther)
}

func TestBacktestPages(t *testing.T) {
	d := helpdesktest.New(t)
	root, carol := d.Admin("root"), d.Customer("carol")
	ticket := carol.Opens("Printer on fire")
	d.Later(26 * time.Hour)
	admin := d.As(root)
	id, err := d.Verbs().SaveRule(t.Context(), root.Actor(), model.Rule{Name: "Greets", Trigger: model.TriggerCreated, Actions: model.Actions{{Type: model.ActPriority, Value: "low"}}})
	if err != nil {
		t.Fatal(err)
	}
	saved := admin.Get("admin/backtest/rules/" + strconv.FormatInt(int64(id), 10) + "/").Is(http.StatusOK).AtMost(16)
	holds(t, saved.Body, "It would have acted", ticket.Reference, "Nothing was changed")
	admin.Get("admin/backtest/rules/" + strconv.FormatInt(int64(id), 10) + "/?days=5").Is(http.StatusUnprocessableEntity)
	typed := helpdesktest.F("name", "", "trigger", "time", "days", "7", "conditions.0.field", "unanswered_for", "conditions.0.was", "unanswered_for", "conditions.0.op", "longer_than", "conditions.0.words", "4h")
	page := admin.Post("admin/backtest/rules/", typed).Is(http.StatusOK)
	holds(t, page.Body, ticket.Reference, "the last 7 days", `name="conditions.0.words"`)
	lacks(t, admin.Submit(page, page.Form("#backtest-form").Set("days", "90")).Is(http.StatusOK).Body, "Put this right first")
	typed.Set("conditions.0.words", "whenever")
	holds(t, admin.Post("admin/backtest/rules/", typed).Is(http.StatusUnprocessableEntity).Body, "Put this right first")

	policy := helpdesktest.F("name", "Strict", "calendar_id", "", "warn", "", "target_medium_first_response", "1h", "days", "30")
	holds(t, admin.Post("admin/backtest/sla-policies/", policy).Is(http.StatusOK).Body, "First response", "+1", ticket.Reference, "It makes a difference for ")
	policy.Set("target_medium_first_response", "soon")
	admin.Post("admin/backtest/sla-policies/", policy).Is(http.StatusUnprocessableEntity)
}
