package admin_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
	"escalated/store"
)

func TestJobsPage(t *testing.T) {
	d := helpdesktest.New(t)
	ada := d.As(d.Admin("ada"))
	page := ada.Get("admin/jobs/").Is(200).AtMost(12)
	for _, want := range []string{"Wake snoozed tickets", "Brings tickets back whose time has come.", "Every 10 minutes", "Not yet", "Run now"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("%q is not on the page\n%s", want, page.Text())
		}
	}
	tk := d.Customer("carol").Opens("Printer on fire")
	if err := d.Verbs().SetStatus(t.Context(), model.System("test"), tk.ID, model.Resolved, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	d.Later(8 * 24 * time.Hour)
	ada = d.As(d.Admin("eva"))
	ada.Post("admin/jobs/close-resolved/run/", helpdesktest.F()).Is(303)
	if page = ada.Get("admin/jobs/").Is(200); !strings.Contains(page.Text(), "About to run") {
		t.Errorf("the wish is not shown\n%s", page.Text())
	}
	if did, err := d.Desk.RunDue(t.Context()); !did || err != nil {
		t.Fatal(did, err)
	}
	if page = ada.Get("admin/jobs/").Is(200); !strings.Contains(page.Text(), "1 closed") {
		t.Errorf("the figures are not shown\n%s", page.Text())
	}
	one := ada.Get("admin/jobs/close-resolved/").Is(200).AtMost(12)
	if !strings.Contains(one.Text(), "1 closed") || !strings.Contains(one.Text(), "eva") {
		t.Errorf("%s", one.Text())
	}
	ada.Get("admin/jobs/nonsense/").Is(404)
	ada.Post("admin/jobs/nonsense/run/", helpdesktest.F()).Is(404)
}

func TestAFailedJobSaysWhy(t *testing.T) {
	d := helpdesktest.New(t)
	_, err := d.Desk.RunJob(t.Context(), "empty-bin", 0, func(context.Context, *desk.Desk, model.Actor) (model.Figures, error) {
		return model.Figures{"erased": 2}, errors.New("<the disk> is full")
	})
	if err == nil {
		t.Fatal("no error")
	}
	ada := d.As(d.Admin("ada"))
	if page := ada.Get("admin/jobs/").Is(200); !strings.Contains(page.Text(), "1 job failed when it ran last.") {
		t.Errorf("%s", page.Text())
	}
	if page := ada.Get("admin/jobs/empty-bin/").Is(200); !strings.Contains(page.Text(), "<the disk> is full") || !strings.Contains(page.Text(), "Command") {
		t.Errorf("%s", page.Text())
	}
}

func TestAnEventPutAsideIsTriedAgain(t *testing.T) {
	d := helpdesktest.New(t)
	ada := d.As(d.Admin("ada"))
	tk := d.Customer("carol").Opens("Printer on fire")
	d.Settle()
	recs, err := d.DB().Read().RecordsAfter(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var id model.EventID
	for _, r := range recs {
		if r.TicketID == tk.ID {
			id = r.ID
			break
		}
	}
	err = d.DB().Write(t.Context(), func(tx *store.Tx) error { return tx.ParkEvent(tx.Ctx, "search", id, "the index is on fire") })
	if err != nil {
		t.Fatal(err)
	}
	page := ada.Get("admin/jobs/").Is(200)
	if !strings.Contains(page.Text(), "the index is on fire") || !strings.Contains(page.Text(), tk.Reference) {
		t.Fatalf("%s", page.Text())
	}
	ada.Post("admin/jobs/parked/search/"+num(id)+"/retry/", helpdesktest.F()).Is(303)
	if page = ada.Get("admin/jobs/").Is(200); strings.Contains(page.Text(), "the index is on fire") {
		t.Errorf("%s", page.Text())
	}
	ada.Post("admin/jobs/parked/search/"+num(id)+"/retry/", helpdesktest.F()).Is(404)
}

func TestDeliveriesPage(t *testing.T) {
	code := http.StatusInternalServerError
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("X-Escalated-Event"))
		w.WriteHeader(code)
		w.Write([]byte("<no> today"))
	}))
	defer server.Close()
	d := helpdesktest.New(t, helpdesktest.Settings("webhook_url", server.URL+"/in?token=t0ken4us", "webhook_secret", "s3cret", "allow_private_webhook_urls", "true"))
	ada := d.As(d.Admin("ada"))
	d.Customer("carol").Opens("Printer on fire")
	d.Settle()
	page := ada.Get("admin/deliveries/").Is(200).AtMost(12)
	if !strings.Contains(page.Text(), "ticket.created") || !strings.Contains(page.Text(), "Waiting") || !strings.Contains(page.Text(), "<no> today") {
		t.Errorf("%s", page.Text())
	}
	one := ada.Get("admin/deliveries/1/").Is(200).AtMost(12)
	for _, p := range []*helpdesktest.Answer{page, one} {
		if strings.Contains(p.Body, "t0ken4us") || strings.Contains(p.Body, "s3cret") {
			t.Errorf("a secret is on the page\n%s", p.Body)
		}
	}
	if !strings.Contains(one.Text(), "Printer on fire") || !strings.Contains(one.Text(), "500") {
		t.Errorf("%s", one.Text())
	}
	code = http.StatusOK
	ada.Post("admin/deliveries/1/retry/", helpdesktest.F()).Is(303)
	d.Settle()
	if page := ada.Get("admin/deliveries/?state=sent").Is(200); !strings.Contains(page.Text(), "Arrived") || len(got) != 2 {
		t.Errorf("%v\n%s", got, page.Text())
	}
	ada.Post("admin/deliveries/1/retry/", helpdesktest.F()).Is(409)
	ada.Get("admin/deliveries/99/").Is(404)
}
