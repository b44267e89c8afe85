package handlers_test

import (
	"strconv"
	"testing"

	"escalated/model"
)

// The lines of the views. The one in the path is the admin's, for everybody:
// all of the staff see it and may keep it where they like, and only the admin
// may change it.
func init() {
	//                                                nobody guest customer other light narrow agent admin
	access["GET agent/tickets/:id/peek/"] = "in in 404 404 ok 404 ok ok"
	access["POST agent/preferences/list/"] = "in in 404 404 ok ok ok ok"
	access["GET agent/views/"] = "in in 404 404 ok ok ok ok"
	access["GET agent/views/create/"] = "in in 404 404 ok ok ok ok"
	access["POST agent/views/store/"] = "in in 404 404 ok ok ok ok"
	access["GET agent/views/:id/"] = "in in 404 404 no no no ok"
	access["POST agent/views/:id/update/"] = "in in 404 404 no no no ok"
	access["POST agent/views/:id/duplicate/"] = "in in 404 404 ok ok ok ok"
	access["POST agent/views/:id/delete/"] = "in in 404 404 no no no ok"
	access["POST agent/views/:id/place/"] = "in in 404 404 ok ok ok ok"
	var id model.ViewID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		var err error
		if id, err = w.Verbs().SaveView(t.Context(), w.Admin("vera").Actor(), model.View{Name: "Hot", Query: "priority=high", Scope: model.ScopeAll}); err != nil {
			t.Fatal(err)
		}
	})
	fill["agent/views/"] = func(*world) string { return strconv.FormatInt(int64(id), 10) }
}
