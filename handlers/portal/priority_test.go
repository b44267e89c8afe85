package portal_test

import (
	"testing"

	"escalated/helpdesk/helpdesktest"
)

func TestPriorityIsShownWhereTheDeskSaysSo(t *testing.T) {
	for word, want := range map[string]bool{"true": true, "false": false} {
		d := helpdesktest.New(t, helpdesktest.Settings("show_priority_to_customers", word))
		ada := d.Customer("ada")
		page := d.As(ada).Get(path(ada.Opens("Export"))).Is(200).AtMost(12)
		if got := page.Find("#ticket-head [data-priority=medium]").Exists(); got != want {
			t.Errorf("show_priority_to_customers = %s: shown %v", word, got)
		}
	}
}
