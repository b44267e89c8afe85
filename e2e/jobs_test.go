package e2e

import (
	"context"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
	"escalated/store"
)

func init() {
	furnish = append(furnish, func(w *world) {
		w.must(w.DB().Write(context.Background(), func(tx *store.Tx) error {
			id, err := tx.InsertDelivery(tx.Ctx, model.Delivery{Name: "ticket.created", URL: "http://127.0.0.1:9/desk?token=x", Body: []byte(`{"event":"ticket.created","data":{"ticket_id":1}}`)})
			w.keep("delivery", int64(id))
			return err
		}))
	})
	sights = append(
		sights,
		sight{"admin/jobs/", "jobs", "admin", "admin/jobs/"},
		sight{"admin/jobs/:id/", "job", "admin", "admin/jobs/close-resolved/"},
		sight{"admin/deliveries/", "deliveries", "admin", "admin/deliveries/"},
		sight{"admin/deliveries/:id/", "delivery", "admin", "admin/deliveries/{delivery}/"},
	)
}

// TestRunNow lets jobs run from their pages: the result comes by itself, and
// without scripts with the next look.
func TestRunNow(t *testing.T) {
	h := newHouse(t)
	ada := h.Admin("ada")
	admin := h.open(ada, browser.Options{})
	admin.Goto("admin/jobs/")
	admin.ClickLoad("#run-close-resolved")
	admin.WaitText("It runs within a few seconds.")
	admin.WaitFor("#job-close-resolved >> text=Nothing to do")
	admin.CheckAxe()
	admin.ScreenshotFull("jobs-list")
	admin.ClickLoad("#job-close-resolved a")
	admin.WaitText("Ada")
	admin.CheckAxe()
	admin.ScreenshotFull("jobs-one")

	phone := h.open(ada, browser.Options{Mobile: true, NoJS: true, Theme: "dark", Language: "ar"})
	phone.Goto("admin/jobs/")
	phone.ScreenshotFull("jobs-phone")
	phone.Goto("admin/jobs/empty-bin/")
	phone.ClickLoad("#run-empty-bin")
	phone.WaitURL("admin/jobs/empty-bin/")
}
