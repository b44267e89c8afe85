package layout

import (
	"context"
	"strings"

	"escalated/text"
)

// AdminPage is a page of the administration, for its navigation and its index.
type AdminPage struct {
	ID, Path, Icon, Label string
	What                  string // one line on what it is for
}

// AdminGroup is a headed part of the administration.
type AdminGroup struct {
	Title string
	Pages []AdminPage
}

// AdminGroups are all pages of the administration. A new page has one line here.
func AdminGroups(ctx context.Context) []AdminGroup {
	t := func(key string) string { return text.T(ctx, key) }
	return []AdminGroup{
		{t("admin.group_people"), []AdminPage{
			{"people", "admin/people/", "users", t("ui.people"), t("admin.people_what")},
			{"departments", "admin/departments/", "building", t("ui.departments"), t("admin.departments_what")},
			{"skills", "admin/skills/", "star", t("skills.title"), t("skills.index")},
			{"capacity", "admin/capacity/", "chart", t("routing.capacity"), t("routing.capacity_what")},
		}},
		{t("admin.group_tickets"), []AdminPage{
			{"tags", "admin/tags/", "tag", t("ui.tags"), t("admin.tags_what")},
			{"canned", "admin/canned-responses/", "book", t("canned.title"), t("canned.admin_what")},
			{"macros", "admin/macros/", "list", t("macros.title"), t("macros.admin_what")},
			{"statuses", "admin/statuses/", "circle", t("statuses.title"), t("statuses.index")},
			{"fields", "admin/fields/", "list", t("fields.title"), t("fields.index")},
		}},
		{t("admin.group_service"), []AdminPage{
			{"sla", "admin/sla-policies/", "clock", t("sla.title"), t("sla.index")},
			{"hours", "admin/hours/", "clock", t("hours.title"), t("hours.index")},
		}},
		{t("admin.group_automation"), []AdminPage{
			{"rules", "admin/escalation-rules/", "sliders", t("rulepages.title"), t("rulepages.index")},
		}},
		{t("admin.group_channels"), []AdminPage{
			{"branding", "admin/branding/", "eye", t("branding.title"), t("branding.index")},
			{"mail_texts", "admin/mail-texts/", "edit", t("mailtexts.title"), t("mailtexts.index")},
			{"mail", "admin/mail/", "send", t("kit.mail_out"), t("admin.mail_what")},
			{"notifications", "admin/notifications/", "bell", t("matrix.title"), t("matrix.index")},
			{"inbound", "admin/inbound/", "inbox", t("kit.mail_in"), t("admin.inbound_what")},
			{"deliveries", "admin/deliveries/", "link", t("deliveries.title"), t("deliveries.index")},
		}},
		{t("admin.group_system"), []AdminPage{
			{"settings", "admin/settings/", "sliders", t("ui.settings"), t("admin.settings_what")},
			{"jobs", "admin/jobs/", "clock", t("jobs.title"), t("jobs.index")},
		}},
	}
}

// Finding keeps the pages that words are about; empty groups go.
func Finding(groups []AdminGroup, words string) []AdminGroup {
	want := strings.Fields(strings.ToLower(words))
	var out []AdminGroup
	for _, g := range groups {
		var pages []AdminPage
		for _, p := range g.Pages {
			in := strings.ToLower(g.Title + " " + p.Label + " " + p.What)
			has := true
			for _, w := range want {
				has = has && strings.Contains(in, w)
			}
			if has {
				pages = append(pages, p)
			}
		}
		if len(pages) > 0 {
			out = append(out, AdminGroup{g.Title, pages})
		}
	}
	return out
}
