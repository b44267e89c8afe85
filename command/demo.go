package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"escalated/desk"
	"escalated/helpdesk"
	"escalated/model"
	"escalated/store"
)

// demoMark is the file in the data directory that says the demo made it. It
// is written before the first byte of the database, so that a demo that was
// interrupted can be told from a real desk.
const demoMark = "demo.json"

type demoState struct {
	Filled   bool          `json:"filled"`
	Accounts []demoAccount `json:"accounts"`
}

type demoAccount struct {
	Kind     model.Kind `json:"kind"`
	Email    string     `json:"email"`
	Password string     `json:"password"`
}

// demo makes sure that the data directory holds a filled demo and returns its
// accounts. Any other desk is refused.
func (a *app) demo(ctx context.Context, s model.Settings, now time.Time) ([]demoAccount, error) {
	state, err := readDemoMark(s.Data)
	switch {
	case err == nil && state.Filled:
		return state.Accounts, nil
	case err == nil: // interrupted: begin again
		if err := a.clearDemo(s); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	default:
		if err := a.refuseRealDesk(ctx, s); err != nil {
			return nil, err
		}
	}
	state = demoState{}
	if err := writeDemoMark(s.Data, state); err != nil {
		return nil, err
	}
	if err := fillDemo(ctx, s, model.TimeOf(now)); err != nil {
		return nil, fmt.Errorf("fill the demo: %w", err)
	}
	for _, p := range slices.Concat(demoStaff(), demoCustomers()) {
		if p.Password != "" {
			state.Accounts = append(state.Accounts, demoAccount{p.Kind, p.Email, p.Password})
		}
	}
	state.Filled = true
	return state.Accounts, writeDemoMark(s.Data, state)
}

// refuseRealDesk lets an empty directory and an empty database pass.
func (a *app) refuseRealDesk(ctx context.Context, s model.Settings) error {
	if _, err := os.Stat(filepath.Join(s.Data, "escalated.db")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	d, err := helpdesk.New(helpdesk.Config{Settings: s})
	if err != nil {
		return err
	}
	defer d.Close()
	_, people, err := d.DB().Read().People(ctx, store.PeopleFilter{Page: 1, PerPage: 1})
	if err != nil {
		return fmt.Errorf("look for people: %w", err)
	}
	last, err := d.DB().Read().LastEventID(ctx)
	if err != nil {
		return fmt.Errorf("look for events: %w", err)
	}
	if people > 0 || last > 0 {
		return errors.New(a.say.T("command.demo_other", "Dir", full(s.Data)))
	}
	return nil
}

// clearDemo removes a demo that was not finished, once nobody works on it.
func (a *app) clearDemo(s model.Settings) error {
	d, err := helpdesk.New(helpdesk.Config{Settings: s})
	if err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	for _, name := range []string{"escalated.db", "escalated.db-wal", "escalated.db-shm", "files", "mail"} {
		if err := os.RemoveAll(filepath.Join(s.Data, name)); err != nil {
			return fmt.Errorf("clear unfinished demo: %w", err)
		}
	}
	return nil
}

// fillDemo plays the past into an empty desk. Crashes are no matter here, the
// mark tells; so the disk is not waited for.
func fillDemo(ctx context.Context, s model.Settings, now model.Time) error {
	clock := new(demoClock)
	clock.set(now.Add(-(demoDays + 1) * 24 * time.Hour)) // a desk writes when it opens
	d, err := helpdesk.New(helpdesk.Config{Settings: s, Clock: clock.now, Fast: true})
	if err != nil {
		return err
	}
	p := &demoPlayer{desk: d.Desk(), clock: clock, now: now}
	err = p.play(ctx, d.Desk().Key("mail"))
	if err == nil {
		err = skipDemo(ctx, d.DB(), "mail", now.Add(-demoMailed), nil)
	}
	if err == nil {
		err = skipDemo(ctx, d.DB(), "notify", now.Add(-demoUnread), func(tx *store.Tx, recs []model.Record) error {
			return p.notified(tx, recs, d.Desk().Notify)
		})
	}
	return errors.Join(err, d.Close())
}

// demoMailed is for how much of the past mail is made when the demo starts:
// enough to have something to read under Outgoing mail.
const demoMailed = 2 * time.Hour

// demoUnread is how far back the staff have notifications they did not read.
const demoUnread = 4 * time.Hour

// notified tells the staff of the facts, who have read all of it.
func (p *demoPlayer) notified(tx *store.Tx, recs []model.Record, tell func(context.Context, *store.Tx, []model.Record) error) error {
	recs = slices.DeleteFunc(recs, func(r model.Record) bool { return !slices.Contains(desk.NoticeKinds, r.Kind) })
	if err := tell(tx.Ctx, tx, recs); err != nil {
		return err
	}
	for _, who := range p.staff {
		if _, err := tx.ReadNotifications(tx.Ctx, who.actor.ID, nil, 0); err != nil {
			return fmt.Errorf("notifications of %s: %w", who.Name, err)
		}
	}
	return nil
}

// skipDemo lets an outlet begin at t; do gets what was before, if it is given.
func skipDemo(ctx context.Context, db *store.DB, outlet string, t model.Time, do func(*store.Tx, []model.Record) error) error {
	last := model.EventID(0)
	for {
		recs, err := db.Read().RecordsAfter(ctx, last, 1000)
		if err != nil {
			return fmt.Errorf("skip %s: %w", outlet, err)
		}
		if i := slices.IndexFunc(recs, func(r model.Record) bool { return r.At >= t }); i >= 0 {
			recs = recs[:i]
		}
		if len(recs) == 0 {
			return db.Write(ctx, func(tx *store.Tx) error { return tx.MoveCursor(tx.Ctx, outlet, last) })
		}
		last = recs[len(recs)-1].ID
		if do == nil {
			continue
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return do(tx, recs) }); err != nil {
			return fmt.Errorf("skip %s: %w", outlet, err)
		}
	}
}

func readDemoMark(dir string) (demoState, error) {
	var s demoState
	b, err := os.ReadFile(filepath.Join(dir, demoMark))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("%s: %w", filepath.Join(dir, demoMark), err)
	}
	return s, nil
}

func writeDemoMark(dir string, s demoState) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write demo mark: %w", err)
	}
	name := filepath.Join(dir, demoMark)
	if err := os.WriteFile(name+".new", append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write demo mark: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("write demo mark: %w", err)
	}
	return nil
}

// full is a path that can be found from anywhere, for messages.
func full(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
