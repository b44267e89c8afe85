package handlers_test

import (
	"maps"
	"strconv"
	"testing"

	"escalated/model"
)

// The lines of business hours. The calendar of the lines is not the default,
// so that it can be archived.
func init() {
	for _, r := range []string{
		"GET admin/hours/", "GET admin/hours/create/", "POST admin/hours/store/", "GET admin/hours/:id/", "POST admin/hours/:id/update/",
		"POST admin/hours/:id/archive/", "POST admin/hours/:id/default/", "GET admin/hours/:id/import/", "POST admin/hours/:id/import/", "POST admin/hours/:id/import/store/",
	} {
		access[r] = "in in 404 404 no no no ok"
	}
	var id model.CalendarID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		c := model.Calendar{Name: "Night", Zone: "UTC"}
		c.Hours[0] = []model.Interval{{From: 22 * 60, To: 6 * 60}}
		row, err := w.Verbs().SaveCalendar(t.Context(), w.Admin("cora").Actor(), c)
		if err != nil {
			t.Fatal(err)
		}
		id = row.ID
	})
	maps.Copy(fill, map[string]func(w *world) string{
		"admin/hours/": func(*world) string { return strconv.FormatInt(int64(id), 10) },
	})
}
