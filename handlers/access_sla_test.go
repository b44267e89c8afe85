package handlers_test

import (
	"strconv"
	"testing"

	"escalated/model"
)

func init() {
	for _, r := range []string{
		"GET admin/sla-policies/", "GET admin/sla-policies/create/", "POST admin/sla-policies/store/", "GET admin/sla-policies/:id/", "POST admin/sla-policies/:id/update/",
		"POST admin/sla-policies/:id/move/", "POST admin/sla-policies/:id/switch/", "POST admin/sla-policies/:id/duplicate/", "POST admin/sla-policies/:id/delete/",
	} {
		access[r] = "in in 404 404 no no no ok"
	}
	access["GET agent/tickets/:id/sla/"] = "in in 404 404 ok 404 ok ok"
	var id model.PolicyID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		p := model.SLAPolicy{Name: "Access", Targets: model.StandardTargets()}
		var err error
		if id, err = w.Verbs().SaveSLAPolicy(t.Context(), w.Admin("sina").Actor(), p, false); err != nil {
			t.Fatal(err)
		}
	})
	fill["admin/sla-policies/"] = func(*world) string { return strconv.FormatInt(int64(id), 10) }
}
