package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func TestMailChoicesOfACustomer(t *testing.T) {
	d := helpdesktest.New(t)
	carol := d.Customer("carol")
	b := d.As(carol)
	b.Get("profile/notifications/").Is(http.StatusOK).AtMost(12)
	b.Post("profile/notifications/", helpdesktest.F("new", "1", "rating", "1")).Is(http.StatusSeeOther)
	choices := func() model.NoticePrefs {
		t.Helper()
		p, err := d.Verbs().MailChoices(t.Context(), carol.Actor())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := choices(); p.WantsAsCustomer(model.NoticeStatus) || !p.WantsAsCustomer(model.NoticeNew) {
		t.Errorf("%+v", p)
	}
	b.Post("profile/notifications/", helpdesktest.F("new", "1", "rating", "1", "status", "1")).Is(http.StatusSeeOther)

	// Looking stops nothing; a mail program's post does, without a session.
	path := "unsubscribe/" + d.Verbs().FewerToken(carol.ID) + "/"
	d.Nobody().Get(path).Is(http.StatusOK)
	if !choices().WantsAsCustomer(model.NoticeStatus) {
		t.Error("stopped by looking")
	}
	done := d.Nobody().Post(path, helpdesktest.F("List-Unsubscribe", "One-Click")).Is(http.StatusOK)
	if !strings.Contains(done.Body, "No more") || choices().WantsAsCustomer(model.NoticeStatus) {
		t.Error("not stopped")
	}
	d.Nobody().Post("unsubscribe/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/", nil).Is(http.StatusNotFound)
}
