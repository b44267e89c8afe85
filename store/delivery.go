package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"escalated/model"
)

const deliveryColumns = `d.id, d.event_id, d.rule_run_id, d.ticket_id, d.name, d.url, d.host, d.body, d.state, d.attempts, d.created_at, d.next_at, d.leased_until,
	d.code, d.answer, d.ms, d.sent_at`

// InsertDelivery queues a request to somebody else's server, due at once.
// EventID, RuleRun and TicketID may be zero.
func (tx *Tx) InsertDelivery(ctx context.Context, m model.Delivery) (model.DeliveryID, error) {
	id, err := tx.insert(ctx, `INSERT INTO webhook_deliveries (event_id, rule_run_id, ticket_id, name, url, host, body, state, created_at, next_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)`,
		m.EventID, m.RuleRun, m.TicketID, m.Name, m.URL, model.HostOf(m.URL), string(m.Body), int64(tx.Now), int64(tx.Now))
	return model.DeliveryID(id), err
}

// DeliveryHosts are the hosts to which something is due. It goes from host to
// host in the index, however long the queue of one is.
func (r Reader) DeliveryHosts(ctx context.Context, now model.Time) ([]string, error) {
	return many[string](ctx, r, `WITH RECURSIVE h(host) AS (
			SELECT min(host) FROM webhook_deliveries WHERE next_at IS NOT NULL
			UNION ALL SELECT (SELECT min(d.host) FROM webhook_deliveries d WHERE d.host > h.host AND d.next_at IS NOT NULL) FROM h WHERE h.host IS NOT NULL)
		SELECT h.host FROM h WHERE h.host IS NOT NULL AND EXISTS
			(SELECT 1 FROM webhook_deliveries d WHERE d.host = h.host AND d.next_at <= ? AND (d.leased_until IS NULL OR d.leased_until <= ?))`, int64(now), int64(now))
}

// ClaimDeliveries takes due deliveries to a host, in the order in which they
// were due. The attempt, the lease and the time of the next try are written
// before anything is sent.
func (tx *Tx) ClaimDeliveries(ctx context.Context, host string, limit int, lease time.Duration, again func(tries int) model.Time) ([]model.Delivery, error) {
	due, err := many[model.Delivery](ctx, tx.Reader, `UPDATE webhook_deliveries SET attempts = attempts + 1, leased_until = ?
		WHERE id IN (SELECT id FROM webhook_deliveries WHERE host = ? AND next_at <= ? AND (leased_until IS NULL OR leased_until <= ?) ORDER BY next_at, id LIMIT ?)
		RETURNING `+strings.ReplaceAll(deliveryColumns, "d.", ""), tx.Now.Add(lease), host, int64(tx.Now), int64(tx.Now), limit)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(due, func(a, b model.Delivery) int {
		if a.NextAt != b.NextAt {
			return int(a.NextAt - b.NextAt)
		}
		return int(a.ID - b.ID)
	})
	for i := range due {
		due[i].NextAt = again(due[i].Attempts)
		if _, err := tx.exec(ctx, "UPDATE webhook_deliveries SET next_at = ? WHERE id = ?", due[i].NextAt, int64(due[i].ID)); err != nil {
			return nil, err
		}
	}
	return due, nil
}

// DeliveryDone writes what became of a try: State, Code, Answer, MS, and
// NextAt of what is tried again.
func (tx *Tx) DeliveryDone(ctx context.Context, m model.Delivery) error {
	sent := model.Time(0)
	if m.State != model.DeliveryQueued {
		m.NextAt = 0
	}
	if m.State == model.DeliverySent {
		sent = tx.Now
	}
	_, err := tx.exec(ctx, "UPDATE webhook_deliveries SET state = ?, code = ?, answer = ?, ms = ?, next_at = ?, sent_at = ?, leased_until = NULL WHERE id = ?",
		string(m.State), m.Code, m.Answer, m.MS, m.NextAt, sent, int64(m.ID))
	return err
}

// ReturnDelivery gives a delivery back that was claimed and not tried, due at
// a time.
func (tx *Tx) ReturnDelivery(ctx context.Context, id model.DeliveryID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE webhook_deliveries SET attempts = attempts - 1, next_at = ?, leased_until = NULL WHERE id = ? AND state = 'queued'", int64(at), int64(id))
	return err
}

// ReleaseDeliveries ends the leases of a sender that died: of senders there is
// one at a time. What it was about to send is due at once: nobody knows
// whether it went out, and its number tells the other side.
func (tx *Tx) ReleaseDeliveries(ctx context.Context) (int64, error) {
	return tx.exec(ctx, "UPDATE webhook_deliveries SET leased_until = NULL, next_at = ? WHERE next_at IS NOT NULL AND leased_until IS NOT NULL", int64(tx.Now))
}

// Delivery loads one.
func (r Reader) Delivery(ctx context.Context, id model.DeliveryID) (model.DeliveryItem, error) {
	return one[model.DeliveryItem](ctx, r, "SELECT "+deliveryColumns+`, coalesce(t.reference, '') AS reference
		FROM webhook_deliveries d LEFT JOIN tickets t ON t.id = d.ticket_id WHERE d.id = ?`, int64(id))
}

// Deliveries lists them, newest first, without their bodies.
func (r Reader) Deliveries(ctx context.Context, f model.DeliveryFilter) ([]model.DeliveryItem, error) {
	q, args := "", []any(nil)
	if f.State != "" {
		q, args = " WHERE d.state = ?", append(args, string(f.State))
	}
	return many[model.DeliveryItem](ctx, r, "SELECT "+strings.Replace(deliveryColumns, "d.body", "'' AS body", 1)+`, coalesce(t.reference, '') AS reference
		FROM webhook_deliveries d LEFT JOIN tickets t ON t.id = d.ticket_id`+q+" ORDER BY d.id DESC LIMIT ? OFFSET ?", append(args, f.Size, (f.Page-1)*f.Size)...)
}

// CountDeliveries counts those of a state, at most model.OutgoingCap.
func (r Reader) CountDeliveries(ctx context.Context, state model.DeliveryState) (int, error) {
	return one[int](ctx, r, "SELECT count(*) FROM (SELECT 1 FROM webhook_deliveries WHERE state = ? LIMIT ?)", string(state), model.OutgoingCap)
}

// RetryDelivery queues a failed or waiting delivery anew; false when it is
// sent already or just being sent.
func (tx *Tx) RetryDelivery(ctx context.Context, id model.DeliveryID) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE webhook_deliveries SET state = 'queued', attempts = 0, next_at = ?, leased_until = NULL
		WHERE id = ? AND state <> 'sent' AND (leased_until IS NULL OR leased_until <= ?)`, int64(tx.Now), int64(id), int64(tx.Now))
	return n == 1, err
}

// ForgetDeliveries drops at most limit deliveries that were sent before one
// time, or given up and made before another, and tells how many.
func (tx *Tx) ForgetDeliveries(ctx context.Context, sent, failed model.Time, limit int) (int64, error) {
	return tx.exec(ctx, `DELETE FROM webhook_deliveries WHERE id IN (
		SELECT id FROM (SELECT id, sent_at FROM webhook_deliveries WHERE state = 'sent' ORDER BY id LIMIT ?) WHERE sent_at < ?
		UNION ALL SELECT id FROM (SELECT id, created_at FROM webhook_deliveries WHERE state = 'failed' ORDER BY id LIMIT ?) WHERE created_at < ?)`,
		limit, int64(sent), limit, int64(failed))
}
