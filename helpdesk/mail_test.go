package helpdesk_test

import (
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
)

func TestMailGoesOut(t *testing.T) {
	smtp := helpdesktest.NewSMTP(t)
	d := helpdesktest.New(t, helpdesktest.Settings("smtp_url", smtp.URL, "mail_from", "Help <help@help.test>", "base_url", "http://localhost"))
	d.Customer("carol").Opens("The printer is on fire")
	d.Later(time.Second)
	m := d.MailTo("carol@help.test")
	if !strings.Contains(m.Text, "ESC-1") || m.Link("/support/") == "" {
		t.Errorf("the receipt reads:\n%s", m.Text)
	}
	if got := smtp.Messages(); len(got) != 1 {
		t.Errorf("%d mails arrived", len(got))
	}
}
