package agent_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// promise gives the desk a default policy with the standard targets.
func promise(t *testing.T, d *helpdesktest.Desk) model.PolicyID {
	t.Helper()
	p := model.SLAPolicy{Name: "Standard", Targets: model.StandardTargets(), Pauses: model.DefaultPauses(), Warn: model.SLAWarning{Percent: 75}, IsDefault: true}
	id, err := d.Verbs().SaveSLAPolicy(t.Context(), d.Admin("promiser").Actor(), p, false)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestDeadlinesOnPages(t *testing.T) {
	d := helpdesktest.New(t)
	promise(t, d)
	ada, bob := d.Customer("ada"), d.Agent("bob")
	tk := ada.Opens("Printer on fire") // medium: 8 h, 24 h
	b := d.As(bob)
	page := b.Get("agent/tickets/" + num(tk.ID) + "/").Is(http.StatusOK).AtMost(12)
	head := page.Find("#ticket-head").Text()
	for _, want := range []string{"First response", "Due in 8h", "Resolution", "Due in 1d"} {
		if !strings.Contains(head, want) {
			t.Errorf("the head lacks %q: %s", want, head)
		}
	}
	has(t, page.Body, `data-due="Due in %|% left|Overdue %"`, "agent/tickets/"+num(tk.ID)+"/sla/")
	list := b.Get("agent/tickets/").Is(http.StatusOK).AtMost(12)
	has(t, list.Body, "Due in 8h", "sort=-due", "view=-13")

	later := func(by time.Duration) {
		t.Helper()
		d.Later(by)
		if _, err := d.Verbs().CheckSLA(t.Context(), model.System("sla")); err != nil {
			t.Fatal(err)
		}
	}
	later(7 * time.Hour)
	has(t, b.Get("agent/tickets/").Body, "1h left")
	later(90 * time.Minute)
	page = b.Get("agent/tickets/" + num(tk.ID) + "/")
	has(t, page.Body, "Overdue 30m")
	has(t, b.Get("agent/tickets/").Body, "Overdue 30m")

	why := b.Get("agent/tickets/" + num(tk.ID) + "/sla/").Is(http.StatusOK).AtMost(12)
	has(t, why.Body, "Standard promises 8h for a Medium ticket", "Around the clock", "Its time was used up", "Together")

	t.Run("customers never see any of it", func(t *testing.T) {
		for _, p := range []string{"tickets/", "tickets/" + num(tk.ID) + "/"} {
			body := d.As(ada).Get(p).Is(http.StatusOK).Body
			for _, never := range []string{"data-due", "Overdue", "Due in", "Standard", "/sla/"} {
				if strings.Contains(body, never) {
					t.Errorf("%s tells customers %q", p, never)
				}
			}
		}
		d.As(ada).Get("agent/tickets/" + num(tk.ID) + "/sla/").Is(http.StatusNotFound)
		for _, m := range d.Mail() {
			if m.Address == "ada@help.test" && strings.Contains(m.Text, "Overdue") {
				t.Error("a mail to the customer speaks of promises")
			}
		}
	})
}

func TestQueueIsInOrderOfDeadlines(t *testing.T) {
	d := helpdesktest.New(t)
	ada, bob := d.Customer("ada"), d.Agent("bob")
	b := d.As(bob)
	order := func(path string) string {
		body := b.Get(path).Is(http.StatusOK).Body
		at := func(s string) int { return strings.Index(body[strings.Index(body, "<tbody"):], s) }
		out := []string{"Alpha", "Beta", "Gamma"}
		for i := range out {
			for j := i + 1; j < len(out); j++ {
				if at(out[j]) < at(out[i]) {
					out[i], out[j] = out[j], out[i]
				}
			}
		}
		return strings.Join(out, " ")
	}
	promise(t, d)
	ada.Opens("Alpha")
	d.Later(time.Minute)
	beta := ada.Opens("Beta")
	d.Later(time.Minute)
	ada.Opens("Gamma")
	b.Post("agent/tickets/"+num(beta.ID)+"/priority/", helpdesktest.F("priority", "critical", "version", num(beta.Version))).Is(http.StatusSeeOther)
	if got := order("agent/tickets/"); got != "Beta Alpha Gamma" {
		t.Errorf("by default in the order %s", got)
	}
	if got := order("agent/tickets/?sort=-activity"); got != "Gamma Beta Alpha" {
		t.Errorf("as chosen in the order %s", got)
	}
	if got := order("agent/tickets/?sort=-due"); got != "Gamma Alpha Beta" {
		t.Errorf("what is due last first in the order %s", got)
	}
}
