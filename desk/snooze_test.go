package desk

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

func TestSnoozePresets(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		must(t, err)
		return v
	}
	for _, c := range []struct{ now, preset, want string }{
		{"2026-11-23 10:42", "1h", "2026-11-23 11:42"},
		{"2026-11-23 10:42", "4h", "2026-11-23 14:42"},
		{"2026-11-23 23:50", "tomorrow", "2026-11-24 09:00"},
		{"2026-11-23 00:10", "tomorrow", "2026-11-24 09:00"},
		{"2026-03-28 12:00", "tomorrow", "2026-03-29 09:00"},  // the clocks go forward that night
		{"2026-10-24 12:00", "next_week", "2026-10-26 09:00"}, // and back on this one
		{"2026-11-23 10:00", "next_week", "2026-11-30 09:00"}, // on a Monday seven days ahead
		{"2026-11-28 10:00", "next_week", "2026-11-30 09:00"},
		{"2026-11-29 10:00", "next_week", "2026-11-30 09:00"}, // on a Sunday the next day
	} {
		got, ok := model.SnoozeTime(c.preset, at(c.now))
		if want := model.TimeOf(at(c.want)); !ok || got != want {
			t.Errorf("%s at %s: %v, want %v", c.preset, c.now, got, want)
		}
	}
	if got, ok := model.ParseSnooze("until_reply", at("2026-11-23 10:42")); !ok || got != model.Never {
		t.Errorf("until reply: %v", got)
	}
	for _, s := range []string{"2026-12-24T18:30", "2026-12-24 18:30", "2026-12-24T17:30:00Z"} {
		if got, ok := model.ParseSnooze(s, at("2026-11-23 10:42")); !ok || got != model.TimeOf(at("2026-12-24 18:30")) {
			t.Errorf("%s: %v", s, got)
		}
	}
	if _, ok := model.ParseSnooze("soon", at("2026-11-23 10:42")); ok {
		t.Error("a word is taken for a time")
	}
}

func TestSnoozeAndWake(t *testing.T) {
	r := newRig(t)
	ada, light, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindLight, "lena"), r.person(model.KindCustomer, "sarah")
	zone := "Asia/Tokyo"
	must(t, r.Profile(r.ctx, ada, ProfileChange{Zone: &zone}))
	tk := r.opens(sarah, "Printer")
	must(t, r.Assign(r.ctx, ada, tk.ID, ada.ID, Change{}))
	was := r.now(tk.ID)
	ctx, set := Undoing(r.ctx)
	at, err := r.Snooze(ctx, ada, tk.ID, "tomorrow", "  waits for\nthe vendor ")
	must(t, err)
	tokyo, _ := time.LoadLocation("Asia/Tokyo")
	if want := model.TimeOf(time.Date(2026, 11, 24, 9, 0, 0, 0, tokyo)); at != want {
		t.Fatalf("tomorrow is %v, want %v on the agent's clock", at, want)
	}
	now := r.now(tk.ID)
	if now.SnoozedUntil != at || now.SnoozedBy != ada.ID || now.SnoozeReason != "waits for the vendor" || now.Status != was.Status || now.Pile != model.PileAsleep {
		t.Fatalf("asleep: %+v", now)
	}
	v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	must(t, err)
	if v.Snoozer.ID != ada.ID {
		t.Errorf("the page does not say who snoozed it: %+v", v.Snoozer)
	}

	// Refusals.
	_, err = r.Snooze(r.ctx, ada, tk.ID, "", "")
	refused(t, err, "until", "snooze_when")
	_, err = r.Snooze(r.ctx, ada, tk.ID, "2026-11-23T17:59", "") // 08:59 here
	refused(t, err, "until", "snooze_past")
	_, err = r.Snooze(r.ctx, ada, tk.ID, "whenever", "")
	refused(t, err, "until", "date")
	_, err = r.Snooze(r.ctx, ada, tk.ID, "1h", strings.Repeat("x", 201))
	refused(t, err, "reason", "too_long")
	_, err = r.Snooze(r.ctx, light, tk.ID, "1h", "")
	is(t, err, model.ErrDenied)
	_, err = r.Snooze(r.ctx, sarah, tk.ID, "1h", "")
	is(t, err, model.ErrDenied)
	is(t, r.Wake(r.ctx, light, tk.ID), model.ErrDenied)

	// Undo.
	_, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	if now = r.now(tk.ID); now.Snoozed() || now.SnoozedBy != 0 || now.SnoozeReason != "" {
		t.Fatalf("after undo: %+v", now)
	}

	// By hand, and undone again.
	_, err = r.Snooze(r.ctx, ada, tk.ID, "until_reply", "")
	must(t, err)
	ctx, set = Undoing(r.ctx)
	must(t, r.Wake(ctx, ada, tk.ID))
	if r.now(tk.ID).Snoozed() {
		t.Fatal("not woken")
	}
	_, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	if r.now(tk.ID).SnoozedUntil != model.Never {
		t.Fatal("the snooze did not come back")
	}

	// Assigning does not wake, a note neither, solving ends it.
	must(t, r.Assign(r.ctx, ada, tk.ID, 0, Change{}))
	_, err = r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "still nothing"})
	must(t, err)
	if !r.now(tk.ID).Snoozed() {
		t.Fatal("woken by staff")
	}
	must(t, r.SetStatus(r.ctx, ada, tk.ID, model.Resolved, Change{}))
	if now = r.now(tk.ID); now.SnoozedUntil != 0 || now.SnoozedBy != 0 || now.Pile != model.PileResolved {
		t.Fatalf("solved and asleep: %+v", now)
	}
	_, err = r.Snooze(r.ctx, ada, tk.ID, "1h", "")
	refused(t, err, "", "snooze_solved")
}

func TestSnoozeEnds(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	system := model.System("clock")

	// The customer's answer wakes, and tells who wanted to know.
	tk := r.opens(sarah, "Printer")
	_, err := r.Snooze(r.ctx, ada, tk.ID, "4h", "later")
	must(t, err)
	_, err = r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "We are on it."})
	must(t, err)
	if !r.now(tk.ID).Snoozed() {
		t.Fatal("our own answer woke it")
	}
	_, err = r.Reply(r.ctx, sarah, tk.ID, model.NewReply{Body: "And now?"})
	must(t, err)
	if r.now(tk.ID).Snoozed() {
		t.Fatal("a customer's answer does not wake")
	}
	woken := lastFact[model.TicketWoken](r, tk.ID)
	if woken.How != model.WokenByReply || woken.Person != ada.ID || woken.Reason != "later" {
		t.Errorf("woken: %+v", woken)
	}

	// The clock, once, and not before its time; in the bin it waits.
	binned := r.opens(sarah, "Scanner")
	for _, id := range []model.TicketID{tk.ID, binned.ID} {
		_, err = r.Snooze(r.ctx, ada, id, "1h", "")
		must(t, err)
	}
	forever := r.opens(sarah, "Fax")
	_, err = r.Snooze(r.ctx, ada, forever.ID, "until_reply", "")
	must(t, err)
	must(t, r.DeleteTicket(r.ctx, r.person(model.KindAdmin, "root"), binned.ID))
	r.later(59 * time.Minute)
	wakes := func(want int) {
		t.Helper()
		n, err := r.WakeSnoozed(r.ctx, system)
		if err != nil || n != want {
			t.Fatalf("woke %d, want %d: %v", n, want, err)
		}
	}
	wakes(0)
	r.later(time.Minute)
	wakes(1)
	wakes(0)
	if woken = lastFact[model.TicketWoken](r, tk.ID); woken.How != model.WokenByClock || woken.Person != ada.ID {
		t.Errorf("woken: %+v", woken)
	}
	must(t, r.RestoreTicket(r.ctx, r.person(model.KindAdmin, "anna"), binned.ID))
	wakes(1)
	r.later(1000 * time.Hour)
	wakes(0)
	if !r.now(forever.ID).Snoozed() {
		t.Error("the clock woke what waits for the customer")
	}
	_, err = r.WakeSnoozed(r.ctx, ada)
	is(t, err, model.ErrDenied)

	// As an action.
	act := func(value string) error {
		return r.db.Write(r.ctx, func(tx *store.Tx) error {
			return r.act(tx.Ctx, tx, ada, forever.ID, model.Action{Type: model.ActSnooze, Value: value})
		})
	}
	must(t, act(""))
	if r.now(forever.ID).Snoozed() {
		t.Error("an empty action does not wake")
	}
	must(t, act("next_week"))
	if !r.now(forever.ID).Snoozed() {
		t.Error("the action does not snooze")
	}
	refused(t, act("never"), "until", "date")
}

// Several clocks at once, as with two servers on one file, wake each ticket
// once.
func TestWakingTwiceIsOnce(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	var ids []model.TicketID
	for range 20 {
		tk := r.opens(sarah, "Printer")
		_, err := r.Snooze(r.ctx, ada, tk.ID, "1h", "")
		must(t, err)
		ids = append(ids, tk.ID)
	}
	r.later(time.Hour)
	var wg sync.WaitGroup
	var woken atomic.Int64
	for range 4 {
		wg.Go(func() {
			n, err := r.WakeSnoozed(r.ctx, model.System("clock"))
			if err != nil {
				t.Error(err)
			}
			woken.Add(int64(n))
		})
	}
	wg.Wait()
	if woken.Load() != int64(len(ids)) {
		t.Errorf("woke %d of %d", woken.Load(), len(ids))
	}
	for _, id := range ids {
		n := 0
		for _, kind := range r.facts(id) {
			if kind == "ticket.woken" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("ticket %d woke %d times", id, n)
		}
	}
}

// lastFact is the newest fact of its kind on a ticket.
func lastFact[E model.Event](r *rig, id model.TicketID) (out E) {
	r.t.Helper()
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10000)
	must(r.t, err)
	for _, rec := range recs {
		if rec.TicketID != id {
			continue
		}
		e, err := rec.Event()
		must(r.t, err)
		if f, ok := e.(E); ok {
			out = f
		}
	}
	return out
}
