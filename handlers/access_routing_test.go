package handlers_test

import (
	"maps"
	"strconv"
	"testing"

	"escalated/model"
)

// The lines of routing: skills and workload are the admins', being away is the
// business of whoever may be given tickets.
func init() {
	for _, r := range []string{
		"GET admin/skills/", "GET admin/skills/create/", "POST admin/skills/store/", "GET admin/skills/:id/", "POST admin/skills/:id/update/",
		"POST admin/skills/:id/archive/", "GET admin/capacity/",
	} {
		access[r] = "in in 404 404 no no no ok"
	}
	for _, r := range []string{ // the person of the line is a customer, who takes no tickets
		"POST admin/capacity/update/", "POST admin/people/:id/work/", "POST admin/people/:id/away/", "POST admin/people/:id/away/end/",
	} {
		access[r] = "in in 404 404 no no no 404"
	}
	for _, r := range []string{"GET agent/profile/away/", "POST agent/profile/away/", "POST agent/profile/away/end/"} {
		access[r] = "in in 404 404 404 ok ok ok"
	}
	access["POST agent/profile/away/hand-over/"] = "in in 404 404 no ok ok ok"
	var skill model.SkillID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		var err error
		if skill, err = w.Verbs().SaveSkill(t.Context(), w.Admin("sonja").Actor(), model.SkillPage{Skill: model.Skill{Name: "French"}}); err != nil {
			t.Fatal(err)
		}
	})
	maps.Copy(fill, map[string]func(w *world) string{
		"admin/skills/": func(*world) string { return strconv.FormatInt(int64(skill), 10) },
	})
}
