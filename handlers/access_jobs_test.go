package handlers_test

import (
	"strconv"
	"testing"

	"escalated/model"
	"escalated/store"
)

// The pages of jobs and webhook deliveries. There is no event put aside.
func init() {
	all := func(words string) string { return "in in 404 404 no no no " + words }
	for _, r := range []string{
		"GET admin/jobs/", "GET admin/jobs/:id/", "POST admin/jobs/:id/run/",
		"GET admin/deliveries/", "GET admin/deliveries/:id/", "POST admin/deliveries/:id/retry/",
	} {
		access[r] = all("ok")
	}
	access["POST admin/jobs/parked/:outlet/:id/retry/"] = all("404")
	var id model.DeliveryID
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		err := w.DB().Write(t.Context(), func(tx *store.Tx) (err error) {
			id, err = tx.InsertDelivery(tx.Ctx, model.Delivery{Name: "ticket.created", URL: "https://hooks.test/desk?token=hidden", Body: []byte(`{"event":"ticket.created"}`)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	fill["admin/deliveries/"] = func(*world) string { return strconv.FormatInt(int64(id), 10) }
	fill["admin/jobs/"] = func(*world) string { return "close-resolved" }
	fill["admin/jobs/parked/"] = func(*world) string { return "1" }
}
