package handlers_test

import (
	"strconv"
	"testing"

	"escalated/desk"
	"escalated/model"
)

// Canned responses and macros: the ids are those of an admin's, for
// everybody, except on the pages of one's own, where they are nobody's.
func init() {
	for _, r := range []string{
		"GET agent/canned/", "GET agent/macros/", // without a ticket there is nothing to pick for
	} {
		access[r] = "in in 404 404 404 404 404 404"
	}
	for _, r := range []string{"POST agent/canned/preview/", "POST agent/macros/preview/"} {
		access[r] = "in in 404 404 ok ok ok ok"
	}
	access["POST agent/tickets/:id/canned/:canned/"] = "in in 404 404 ok 404 ok ok"
	access["POST agent/tickets/:id/macro/"] = "in in 404 404 ok 404 ok ok"
	for _, base := range []string{"agent/canned/manage/", "agent/macros/manage/"} {
		for _, r := range []string{"GET " + base, "GET " + base + "create/", "POST " + base + "store/"} {
			access[r] = "in in 404 404 ok ok ok ok"
		}
		for _, r := range []string{"GET " + base + ":id/", "POST " + base + ":id/update/", "POST " + base + ":id/delete/"} {
			access[r] = "in in 404 404 no no no ok"
		}
	}
	for _, base := range []string{"admin/canned-responses/", "admin/macros/"} {
		for _, r := range []string{"GET " + base, "GET " + base + "create/", "POST " + base + "store/", "GET " + base + ":id/", "POST " + base + ":id/update/", "POST " + base + ":id/delete/"} {
			access[r] = "in in 404 404 no no no ok"
		}
	}
	access["POST agent/macros/manage/:id/duplicate/"] = "in in 404 404 no no no ok"
	access["POST admin/macros/:id/duplicate/"] = "in in 404 404 no no no ok"
	var canned model.CannedID
	var macro model.MacroID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		by := w.Admin("maud").Actor()
		all := model.Shared{Scope: model.ShareAll}
		var err error
		if canned, err = w.Verbs().SaveCanned(t.Context(), by, model.Canned{Shared: all, Title: "Hello", Bodies: model.Localized{"": "Hello"}}, desk.CannedFilesChange{}); err != nil {
			t.Fatal(err)
		}
		if macro, err = w.Verbs().SaveMacro(t.Context(), by, model.Macro{Shared: all, Name: "Take", Actions: model.Actions{{Type: model.ActFollow, Value: "me"}}}); err != nil {
			t.Fatal(err)
		}
	})
	for _, base := range []string{"agent/canned/manage/", "admin/canned-responses/"} {
		fill[base] = func(*world) string { return strconv.FormatInt(int64(canned), 10) }
	}
	for _, base := range []string{"agent/macros/manage/", "admin/macros/"} {
		fill[base] = func(*world) string { return strconv.FormatInt(int64(macro), 10) }
	}
}
