package desk

import (
	"context"
	"slices"
	"time"

	"escalated/model"
	"escalated/store"
)

// notificationsShown is how many unread and how many other notifications the
// page shows.
const notificationsShown = 100

// Notifications lists what the actor was told, newest first.
func (d *Desk) Notifications(ctx context.Context, by model.Actor) ([]model.NotificationRow, error) {
	if !by.Kind.Staff() {
		return nil, model.ErrNotFound
	}
	return d.db.Read().Notifications(ctx, by, notificationsShown)
}

// NotificationNews is what the bell of an open page tells.
type NotificationNews struct {
	Unread int // at most model.UnreadCap
	New    []model.NotificationRow
}

// NotificationNews counts what the actor has not read and lists the newest of
// it that events after one brought, at most three.
func (d *Desk) NotificationNews(ctx context.Context, by model.Actor, after model.EventID) (n NotificationNews, err error) {
	if !by.Kind.Staff() {
		return n, model.ErrNotFound
	}
	r := d.db.Read()
	if n.Unread, err = r.UnreadNotifications(ctx, by.ID); err != nil || n.Unread == 0 {
		return n, err
	}
	n.New, err = r.NotificationsSince(ctx, by, after, 3)
	slices.Reverse(n.New)
	return n, err
}

// ReadNotifications marks notifications of the actor as read; nil is all of them.
func (d *Desk) ReadNotifications(ctx context.Context, by model.Actor, ids []model.NotificationID) error {
	if !by.Kind.Staff() {
		return model.ErrNotFound
	}
	if ids != nil && len(ids) == 0 {
		return nil
	}
	return d.readNotifications(ctx, by, ids, 0)
}

// ReadNotificationsOf marks what the actor was told of a ticket as read,
// because they look at it.
func (d *Desk) ReadNotificationsOf(ctx context.Context, by model.Actor, id model.TicketID) error {
	if !by.Kind.Staff() {
		return nil
	}
	n, err := d.db.Read().UnreadNotifications(ctx, by.ID)
	if err != nil || n == 0 {
		return err
	}
	return d.readNotifications(ctx, by, nil, id)
}

func (d *Desk) readNotifications(ctx context.Context, by model.Actor, ids []model.NotificationID, ticket model.TicketID) error {
	var n int64
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.ReadNotifications(tx.Ctx, by.ID, ids, ticket)
		return err
	})
	if err == nil && n > 0 {
		d.noticed.add(Noticed{Person: by.ID})
		d.noticed.tell()
	}
	return err
}

// NoticePrefs are how the actor wants to be told.
func (d *Desk) NoticePrefs(ctx context.Context, by model.Actor) (model.NoticePrefs, error) {
	if !by.Kind.Staff() {
		return nil, model.ErrNotFound
	}
	return d.db.Read().NoticePrefs(ctx, by.ID)
}

// SetNoticePrefs sets how the actor wants to be told. Only what differs from
// the desk's way is kept, so that who chose nothing follows it.
func (d *Desk) SetNoticePrefs(ctx context.Context, by model.Actor, wants func(topic model.Notice, channel string) bool) error {
	if !by.Kind.Staff() {
		return model.ErrNotFound
	}
	var list model.NoticePrefs
	for _, t := range model.NoticeTopics() {
		for _, ch := range model.NoticeChannels() {
			if on := wants(t.Notice, ch); t.Has(ch) && on != t.ByDefault(ch) {
				list = append(list, model.NoticeChoice{Topic: t.Notice, Channel: ch, Wanted: on})
			}
		}
	}
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.SetNoticePrefs(tx.Ctx, by.ID, list) })
}

// ForgetNotifications drops what is older than model.NoticeDays.
func (d *Desk) ForgetNotifications(ctx context.Context, by model.Actor) error {
	if by.Kind != model.KindMachine {
		return model.ErrDenied
	}
	for more := true; more; {
		err := d.db.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.ForgetNotifications(tx.Ctx, tx.Now.Add(-model.NoticeDays*24*time.Hour))
			more = n > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
