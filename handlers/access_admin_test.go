package handlers_test

import (
	"maps"
	"strconv"
	"testing"

	"escalated/model"
)

// The lines of the admin panel. The ids are those of a department, a tag and
// a customer; mails there are none, which the panel's own tests have.
func init() {
	all := func(words string) string { return "in in 404 404 no no no " + words }
	for _, r := range []string{
		"GET admin/", "GET admin/departments/", "GET admin/departments/create/", "POST admin/departments/store/", "GET admin/departments/:id/",
		"POST admin/departments/:id/update/", "POST admin/departments/:id/archive/", "GET admin/tags/", "GET admin/tags/create/", "POST admin/tags/store/",
		"GET admin/tags/:id/", "POST admin/tags/:id/update/", "POST admin/tags/:id/archive/", "GET admin/settings/", "POST admin/settings/update/",
		"GET admin/people/", "GET admin/people/create/", "POST admin/people/store/", "GET admin/people/:id/", "POST admin/people/:id/update/",
		"POST admin/people/:id/kind/", "POST admin/people/:id/deactivate/", "POST admin/people/:id/activate/", "POST admin/people/:id/invite/",
		"POST admin/people/:id/sessions/delete/", "GET admin/mail/", "POST admin/mail/test/", "POST admin/mail/:id/retry/", "GET admin/inbound/",
	} {
		access[r] = all("ok")
	}
	for _, r := range []string{
		"GET admin/mail/:id", "GET admin/mail/:id/", "GET admin/inbound/:id", "GET admin/inbound/:id/",
		"POST admin/inbound/:id/release/", "POST admin/inbound/:id/ticket/", "POST admin/inbound/:id/read/", "POST admin/inbound/:id/drop/",
	} {
		access[r] = all("404")
	}
	var tag model.TagID
	var person model.PersonID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		admin := w.Admin("tessa")
		var err error
		if tag, err = w.Verbs().SaveTag(t.Context(), admin.Actor(), model.Tag{Name: "vip", Hue: "red"}); err != nil {
			t.Fatal(err)
		}
		person = w.Customer("petra").ID
	})
	maps.Copy(fill, map[string]func(w *world) string{
		"admin/departments/": func(w *world) string { return strconv.FormatInt(int64(w.ticket.DepartmentID), 10) },
		"admin/tags/":        func(*world) string { return strconv.FormatInt(int64(tag), 10) },
		"admin/people/":      func(*world) string { return strconv.FormatInt(int64(person), 10) },
		"admin/mail/":        func(*world) string { return "999" },
		"admin/inbound/":     func(*world) string { return "999" },
	})
}
