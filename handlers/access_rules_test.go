package handlers_test

import (
	"strconv"
	"testing"

	"escalated/model"
)

// The lines of rules, and of what rules and promises would have done. Runs
// there are none, which the pages' own tests have.
func init() {
	for _, r := range []string{
		"GET admin/escalation-rules/", "GET admin/escalation-rules/templates/", "GET admin/escalation-rules/create/", "POST admin/escalation-rules/store/",
		"GET admin/escalation-rules/log/", "GET admin/escalation-rules/:id/", "POST admin/escalation-rules/:id/update/", "GET admin/escalation-rules/:id/log/",
		"POST admin/escalation-rules/:id/switch/", "POST admin/escalation-rules/:id/move/", "POST admin/escalation-rules/:id/duplicate/",
		"POST admin/escalation-rules/:id/delete/",
		"GET admin/backtest/rules/:id/", "POST admin/backtest/rules/", "POST admin/backtest/sla-policies/",
	} {
		access[r] = "in in 404 404 no no no ok"
	}
	for _, r := range []string{
		"POST admin/escalation-rules/runs/:run/again/", "POST admin/backtest/sla-policies/:id/", "POST admin/backtest/hours/:id/",
	} {
		access[r] = "in in 404 404 no no no 404"
	}
	access["POST agent/tickets/:id/runs/:run/cancel/"] = "in in 404 404 no 404 404 404" // nothing waits
	var rule model.RuleID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		x := model.Rule{Name: "Calm", Trigger: model.TriggerPriority, Actions: model.Actions{{Type: model.ActPriority, Value: "high"}}}
		var err error
		if rule, err = w.Verbs().SaveRule(t.Context(), w.Admin("regina").Actor(), x); err != nil {
			t.Fatal(err)
		}
	})
	of := func(*world) string { return strconv.FormatInt(int64(rule), 10) }
	nothing := func(*world) string { return "999" }
	fill["admin/escalation-rules/"], fill["admin/backtest/rules/"] = of, of
	fill["admin/backtest/sla-policies/"], fill["admin/backtest/hours/"] = nothing, nothing
}
