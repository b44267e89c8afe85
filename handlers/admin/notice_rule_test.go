package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func TestTheMatrixIsSavedWhole(t *testing.T) {
	d := helpdesktest.New(t)
	root := d.Admin("root")
	admin := d.As(root)
	page := admin.Get("admin/notifications/").Is(http.StatusOK).AtMost(12)
	if !strings.Contains(page.Body, "webhook_url") || strings.Contains(page.Body, "admin/notifications/reset/") {
		t.Error("what is missing is not said, or there is something to take back")
	}
	rules := func() model.NoticeRules {
		t.Helper()
		r, err := d.Verbs().NoticeRules(t.Context(), root.Actor())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	form := helpdesktest.Form{"seen": {rules().Print()}}
	for _, c := range model.NoticeCells() {
		if c.Wanted && c.Key() != "new_requester_mail" {
			form["told[]"] = append(form["told[]"], c.Key())
		}
	}
	admin.Post("admin/notifications/update/", form).Is(http.StatusSeeOther)
	if rules().Told(model.NoticeNew, model.ToRequester, model.ByMail) || len(rules()) != 1 {
		t.Fatalf("%+v", rules())
	}
	stale := admin.Post("admin/notifications/update/", helpdesktest.Form{"seen": form["seen"], "told[]": {"bulk_person_app"}}).Is(http.StatusConflict)
	if n := strings.Count(stale.Body, " checked"); n != 1 || len(rules()) != 1 {
		t.Errorf("the form of a stale save has %d boxes, %+v", n, rules())
	}
	admin.Post("admin/notifications/reset/", nil).Is(http.StatusSeeOther)
	if len(rules()) != 0 {
		t.Fatalf("%+v", rules())
	}
}
