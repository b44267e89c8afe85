package agent_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func TestQuietHoursForm(t *testing.T) {
	d := helpdesktest.New(t)
	ann := d.Agent("ann")
	b := d.As(ann)
	b.Get("agent/profile/notifications/") // what is kept in memory between requests is there
	page := b.Get("agent/profile/notifications/").Is(http.StatusOK).AtMost(8)
	if !strings.Contains(page.Body, `name="sla_breach_mail"`) || !strings.Contains(page.Body, `value="20:00"`) {
		t.Error("the form is not there")
	}
	path := "agent/profile/notifications/quiet/"
	bad := b.Post(path, helpdesktest.F("quiet", "1", "from", "25:00", "to", "07:00")).Is(http.StatusUnprocessableEntity)
	if !strings.Contains(bad.Body, `value="25:00"`) || !strings.Contains(bad.Body, `aria-invalid="true"`) {
		t.Error("what was typed is lost, or not named")
	}
	b.Post(path, helpdesktest.Form{"quiet": {"1"}, "from": {"21:30"}, "to": {"06:15"}, "days": {"workdays"}, "weekend": {"1"}, "through[]": {"mention", "reply"}, "digest": {"daily"}, "digest_at": {"00:00"}}).Is(http.StatusSeeOther)
	p, err := d.DB().Read().PrefsOf(t.Context(), ann.ID)
	if err != nil || p.Quiet == nil || p.Quiet.From != 21*60+30 || p.Quiet.To != 6*60+15 || !p.Quiet.Workdays || !p.Quiet.Weekend || p.Digest != "daily" || p.DigestMinute() != 0 {
		t.Fatalf("%+v %+v, %v", p, p.Quiet, err)
	}
	if len(p.Quiet.Through) != 1 || p.Quiet.Through[0] != model.NoticeMention {
		t.Errorf("let through: %v", p.Quiet.Through)
	}
	b.Post(path, helpdesktest.F("from", "21:30", "to", "06:15")).Is(http.StatusSeeOther)
	if p, _ = d.DB().Read().PrefsOf(t.Context(), ann.ID); p.Quiet != nil || p.Digest != "" {
		t.Errorf("still quiet: %+v", p)
	}
}
