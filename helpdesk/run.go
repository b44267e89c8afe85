package helpdesk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"escalated/desk"
	"escalated/model"
	"escalated/outbox"
	"escalated/outbox/live"
	"escalated/store"
)

// Run does the desk's background work until the context ends: it carries what
// was recorded onward, sends mail and keeps the clock. Serving pages is apart.
func (d *Desk) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, l := range d.loops() {
		group.Go(func() error { return d.keep(ctx, l) })
	}
	err := group.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// loop is one part of the background work. run returns when its context ends.
// settle, where there is one, does at once what is due and tells whether there
// was anything; tests use it instead of waiting.
type loop struct {
	name   string
	run    func(context.Context) error
	settle func(context.Context) (did bool, err error)
}

// loops is the whole of the background work, one line a part.
func (d *Desk) loops() []loop {
	return []loop{
		{"outbox", d.outbox.Run, d.outbox.Drain},
		{"mail", d.post.Run, d.post.SendDue},
		{"webhooks", d.hooks.Run, d.hooks.SendDue},
		{"clock", d.clock.Run, nil},
		{"replies", d.sendReplies, d.sendDue},
		{"file watch", d.watchFile, nil},
		{"live pages", d.tellPages, nil},
		{"left mail", d.finishMail, nil},
		{"bulk changes", d.runBulk, d.settleBulk},
		{"rules", d.runRules, d.settleRules},
	}
}

// outlets are the readers of the record, one line each.
func (d *Desk) outlets() []outbox.Outlet {
	return []outbox.Outlet{
		d.post.Outlet(),
		{Name: "search", Kinds: store.SearchKinds, Route: func(_ context.Context, tx *store.Tx, recs []model.Record) error {
			return store.FeedSearch(tx, recs)
		}},
		{Name: "notify", Kinds: desk.NoticeKinds, Route: d.desk.Notify, Routed: d.desk.TellNoticed},
		{Name: "rules", Kinds: model.RuleKinds, Route: d.desk.QueueRules},
	}
}

// Settle does all due background work before it returns, in rounds until
// nothing is left: for tests and short commands, where Run is not running.
func (d *Desk) Settle(ctx context.Context) error {
	for range 1000 {
		any := false
		for _, l := range d.loops() {
			if l.settle == nil {
				continue
			}
			did, err := l.settle(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			any = any || did
		}
		if !any {
			return nil
		}
	}
	return errors.New("the background work makes itself more work without end")
}

// keep runs a loop again when it fails or panics: a fault in one part must not
// stop the others for good.
func (d *Desk) keep(ctx context.Context, l loop) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := guarded(ctx, l)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d.cfg.Log.Error("background work failed and starts again", "part", l.name, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func guarded(ctx context.Context, l loop) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return l.run(ctx)
}

// watchFile notices what other processes wrote (mail pipes, commands): it
// wakes whoever carries records onward and forgets settings and pickers.
func (d *Desk) watchFile(ctx context.Context) error {
	seen, err := d.db.DataVersion(ctx)
	if err != nil {
		return err
	}
	d.desk.Forget() // what was written before the first look counts too
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		now, err := d.db.DataVersion(ctx)
		if err != nil {
			return err
		}
		if now != seen {
			seen = now
			d.desk.Forget()
			d.db.Wake()
		}
	}
}

// tellPages passes new records on to open pages, from the newest at the
// opening of the desk on: pages may be open before this begins, and stay open
// when it fails and begins again.
func (d *Desk) tellPages(ctx context.Context) error {
	woken := d.db.Woken()
	tick := time.NewTicker(5 * time.Second) // catches a missed wake, and who left without a word
	defer tick.Stop()
	for {
		if err := d.publish(ctx); err != nil {
			return err
		}
		d.hub.Expire(d.desk.Now())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-woken:
		case <-tick.C:
		}
	}
}

// Readers is how many event streams of open pages there are.
func (d *Desk) Readers() int { return d.hub.Readers() }

// noticed tells the open pages of people that their notifications changed.
func (d *Desk) noticed(list []desk.Noticed) {
	records := make([]model.Record, len(list))
	for i, n := range list {
		records[i] = model.Record{Kind: live.KindNotice, SubjectKind: "notice", SubjectID: int64(n.Person), Version: int64(n.Event)}
	}
	d.hub.Publish(records...)
}

// publish hands the records that pages were not told of to the hub.
func (d *Desk) publish(ctx context.Context) error {
	for {
		records, err := d.desk.RecordsAfter(ctx, model.System("live"), d.told, 500)
		if err != nil || len(records) == 0 {
			return err
		}
		d.hub.Publish(records...)
		d.told = records[len(records)-1].ID
	}
}
