package handlers_test

import (
	"maps"
	"strconv"
	"testing"

	"escalated/model"
)

// Statuses, custom fields, ratings and the table of a list. The links of
// requests for ratings are none that a column has: their own tests.
func init() {
	for _, r := range []string{
		"GET admin/statuses/", "GET admin/statuses/create/", "POST admin/statuses/store/", "GET admin/statuses/moves/", "POST admin/statuses/moves/update/",
		"GET admin/statuses/:id/", "POST admin/statuses/:id/update/", "POST admin/statuses/:id/move/", "POST admin/statuses/:id/archive/",
		"GET admin/fields/", "GET admin/fields/create/", "POST admin/fields/store/", "GET admin/fields/:id/", "POST admin/fields/:id/update/",
		"POST admin/fields/:id/move/", "POST admin/fields/:id/archive/", "POST admin/people/:id/fields/",
	} {
		access[r] = "in in 404 404 no no no ok"
	}
	maps.Copy(access, map[string]string{
		//                                        nobody guest customer other light narrow agent admin
		"POST agent/tickets/:id/fields/":           "in in 404 404 no 404 ok ok",
		"POST agent/tickets/:id/requester/fields/": "in in 404 404 no 404 ok ok",
		"GET agent/tickets/export.csv":             "in in 404 404 ok ok ok ok",
		"GET tickets/:id/rate/":                    "in in ok 404 404 404 404 404",
		"POST tickets/:id/rate/":                   "in in ok 404 404 404 404 404",
		"GET guest/:token/rate/":                   "404 ok 404 404 404 404 404 404",
		"POST guest/:token/rate/":                  "404 ok 404 404 404 404 404 404",
		"GET rate/:token/":                         "404 404 404 404 404 404 404 404",
		"POST rate/:token/":                        "404 404 404 404 404 404 404 404",
	})
	var status model.StatusID
	var field model.FieldID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		admin := w.Admin("fiona").Actor()
		var err error
		if status, err = w.Verbs().SaveStatus(t.Context(), admin, model.StatusDef{State: model.InProgress, Label: model.Localized{"": "At the lab"}}); err != nil {
			t.Fatal(err)
		}
		f := model.FieldDef{Entity: model.FieldOfTicket, Kind: model.CustomText, Audience: model.AudienceStaff, Label: model.Localized{"": "Order"}}
		if field, err = w.Verbs().SaveField(t.Context(), admin, f); err != nil {
			t.Fatal(err)
		}
	})
	fill["admin/statuses/"] = func(*world) string { return strconv.FormatInt(int64(status), 10) }
	fill["admin/fields/"] = func(*world) string { return strconv.FormatInt(int64(field), 10) }
}
