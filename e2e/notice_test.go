package e2e

import (
	"context"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/e2e/browser"
	"escalated/model"
)

func init() {
	furnish = append(furnish, func(w *world) {
		ctx := context.Background()
		w.must(w.Verbs().SetQuiet(ctx, w.actor("light"), &model.Quiet{From: 20 * 60, To: 7 * 60, Weekend: true, Through: []model.Notice{model.NoticeBreach}}, "daily", 9*60))
		w.must(w.Verbs().SetNoticeRules(ctx, w.actor("admin"), "", func(c model.NoticeCell) bool {
			return c.Wanted != (c.Key() == "reply_followers_mail")
		}))
		w.fill["unsubscribe"] = w.Verbs().FewerToken(w.actor("customer").ID)
	})
	sights = append(
		sights,
		sight{"admin/notifications/", "notifications-desk", "admin", "admin/notifications/"},
		sight{"", "notification-quiet", "light", "agent/profile/notifications/"},
		sight{"profile/notifications/", "mail-choices", "customer", "profile/notifications/"},
		sight{"unsubscribe/:token/", "unsubscribe", "nobody", "unsubscribe/{unsubscribe}/"},
	)
}

// TestNotices goes the way of what is told: an admin takes a way from an
// audience, an agent finds the box gone and sets quiet hours, and a customer
// stops what they need not hear, by keyboard and without scripts too.
func TestNotices(t *testing.T) {
	h := newHouse(t)
	ada, ann, carol := h.Admin("ada"), h.Agent("ann"), h.Customer("carol")
	tk := carol.Opens("Printer on fire")
	if err := h.Verbs().Assign(t.Context(), ada.Actor(), tk.ID, ann.ID, desk.Change{}); err != nil {
		t.Fatal(err)
	}

	admin := h.open(ada, browser.Options{})
	admin.Goto("admin/notifications/")
	admin.CheckAxe()
	for _, key := range []string{"note_assignee_app", "note_followers_app"} {
		admin.Check("input[value="+key+"]", false)
	}
	admin.ClickLoad("button=Save")
	admin.WaitText("changed")
	if admin.Checked("input[value=note_assignee_app]") || !admin.Checked("input[value=reply_assignee_app]") {
		t.Error("the matrix is not as it was saved")
	}

	agent := h.open(ann, browser.Options{})
	agent.Goto("agent/profile/notifications/")
	if n := agent.Count("input[name=note_app]"); n != 0 {
		t.Error("a box that does nothing is offered")
	}
	agent.WaitFor("input[name=reply_app]")
	agent.Check("#f-quiet", true)
	agent.Fill("#f-from", "21:30")
	agent.Fill("#f-to", "06:15")
	agent.Check("input[value=sla_breach]", true)
	agent.CheckAxe()
	agent.ClickLoad("#quiet-form button[type=submit]")
	if agent.Value("#f-from") != "21:30" || agent.Value("#f-to") != "06:15" || !agent.Checked("input[value=sla_breach]") {
		t.Errorf("quiet from %s to %s", agent.Value("#f-from"), agent.Value("#f-to"))
	}

	admin.ClickLoad("button=Back to the built-in choice")
	if !admin.Checked("input[value=note_assignee_app]") {
		t.Error("not as built in again")
	}

	plain := h.open(carol, browser.Options{NoJS: true})
	plain.Goto("profile/notifications/")
	plain.Check("#f-status", false)
	plain.ClickLoad("button=Save changes")
	if plain.Checked("#f-status") || !plain.Checked("#f-new") {
		t.Error("the choice is not kept")
	}
	reader := h.open(nil, browser.Options{})
	reader.Goto("unsubscribe/" + h.Verbs().FewerToken(carol.ID) + "/")
	reader.ClickLoad("button=Stop these e-mails")
	if !strings.Contains(reader.Text("main"), "No more e-mails") {
		t.Error(reader.Text("main"))
	}
}
