package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// Deliveries lists the requests to other people's servers, newest first.
func (d *Desk) Deliveries(ctx context.Context, by model.Actor, f model.DeliveryFilter) (model.DeliveryPage, error) {
	var p model.DeliveryPage
	if !by.Can(model.PermSettings) {
		return p, model.ErrDenied
	}
	f.Page = max(f.Page, 1)
	if f.Size < 1 || f.Size > 200 {
		f.Size = 50
	}
	r := d.db.Read()
	var err error
	p.Page, p.Size, p.Counts = f.Page, f.Size, map[model.DeliveryState]int{}
	if p.Items, err = r.Deliveries(ctx, f); err != nil {
		return p, fmt.Errorf("list deliveries: %w", err)
	}
	for _, state := range model.DeliveryStates() {
		if p.Counts[state], err = r.CountDeliveries(ctx, state); err != nil {
			return p, fmt.Errorf("count deliveries: %w", err)
		}
		if f.State == state || f.State == "" {
			p.Total = min(p.Total+p.Counts[state], model.OutgoingCap)
		}
	}
	return p, nil
}

// Delivery is one of them, with what was sent.
func (d *Desk) Delivery(ctx context.Context, by model.Actor, id model.DeliveryID) (model.DeliveryItem, error) {
	if !by.Can(model.PermSettings) {
		return model.DeliveryItem{}, model.ErrDenied
	}
	return d.db.Read().Delivery(ctx, id)
}

// RetryDelivery sends a failed request again, or a waiting one now. One that
// arrived, or is just being sent, is refused.
func (d *Desk) RetryDelivery(ctx context.Context, by model.Actor, id model.DeliveryID) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Delivery(tx.Ctx, id)
		if err != nil {
			return err
		}
		ok, err := tx.RetryDelivery(tx.Ctx, id)
		if err == nil && !ok {
			err = model.ErrConflict
		}
		if err != nil {
			return err
		}
		if e := (model.DeliveryRetried{Delivery: id, Host: m.Host}); m.TicketID != 0 {
			_, err = tx.Record(tx.Ctx, by, m.TicketID, e)
		} else {
			_, err = tx.RecordAbout(tx.Ctx, by, "delivery", int64(id), e)
		}
		return err
	})
	return err
}
