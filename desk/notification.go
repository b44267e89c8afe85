package desk

import (
	"context"
	"errors"
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
	if err == nil && len(n.New) > 0 {
		err = d.hush(ctx, by, n.New)
	}
	return n, err
}

// hush leaves the browser out in the actor's hours of quiet.
func (d *Desk) hush(ctx context.Context, by model.Actor, list []model.NotificationRow) error {
	r := d.db.Read()
	p, err := r.PrefsOf(ctx, by.ID)
	if errors.Is(err, model.ErrNotFound) || err == nil && p.Quiet == nil {
		return nil
	}
	if err != nil {
		return err
	}
	me, err := r.Person(ctx, by.ID)
	if err != nil {
		return err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	now := d.Now().Std()
	quiet := p.Quiet.Until(now, zoneOf(me.Zone, s.TimeZone)).After(now)
	for i := range list {
		list[i].Browser = list[i].Browser && !(quiet && !p.Quiet.Lets(list[i].Topic))
	}
	return nil
}

// zoneOf is the first zone that is one.
func zoneOf(names ...string) *time.Location {
	for _, n := range names {
		if z, err := time.LoadLocation(n); n != "" && err == nil {
			return z
		}
	}
	return time.UTC
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

// SetNoticePrefs sets how the actor wants to be told, within what the desk
// tells at all. Only what differs from the desk's way is kept, so that who
// chose nothing follows it.
func (d *Desk) SetNoticePrefs(ctx context.Context, by model.Actor, wants func(topic model.Notice, channel string) bool) error {
	if !by.Kind.Staff() {
		return model.ErrNotFound
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		old, err := tx.NoticePrefs(tx.Ctx, by.ID)
		if err != nil {
			return err
		}
		rules, err := tx.NoticeRules(tx.Ctx)
		if err != nil {
			return err
		}
		var list model.NoticePrefs
		for _, t := range model.NoticeTopics() {
			for _, ch := range model.NoticeChannels() {
				on := wants(t.Notice, ch)
				if !rules.Offers(t.Notice, ch) { // not on the form
					on = old.Wants(t.Notice, ch)
				}
				if t.Has(ch) && on != t.ByDefault(ch) {
					list = append(list, model.NoticeChoice{Topic: t.Notice, Channel: ch, Wanted: on})
				}
			}
		}
		return tx.SetNoticePrefs(tx.Ctx, by.ID, list)
	})
}

// ForgetNotifications drops what is older than model.NoticeDays.
func (d *Desk) ForgetNotifications(ctx context.Context, by model.Actor) (int64, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	return d.portioned(ctx, func(tx *store.Tx) (int64, error) {
		return tx.ForgetNotifications(tx.Ctx, tx.Now.Add(-model.NoticeDays*24*time.Hour))
	})
}
