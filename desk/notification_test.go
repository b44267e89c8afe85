package desk

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// notify runs the outlet over what was recorded after an event, and returns
// the newest event.
func (r *rig) notify(after model.EventID) model.EventID {
	r.t.Helper()
	recs, err := r.db.Read().RecordsAfter(r.ctx, after, 100000)
	must(r.t, err)
	recs = slices.DeleteFunc(recs, func(e model.Record) bool { return !slices.Contains(NoticeKinds, e.Kind) })
	if len(recs) > 0 {
		r.write(func(tx *store.Tx) error { return r.Notify(tx.Ctx, tx, recs) })
	}
	last, err := r.db.Read().LastEventID(r.ctx)
	must(r.t, err)
	return last
}

// notices are what a person was told and has not read, as "topic why", oldest
// first.
func (r *rig) notices(who model.Actor) (out []string) {
	r.t.Helper()
	rows, err := r.Notifications(r.ctx, who)
	must(r.t, err)
	for _, n := range slices.Backward(rows) {
		if n.ReadAt == 0 {
			out = append(out, string(n.Topic)+" "+n.Why)
		}
	}
	return out
}

func TestPeopleAreToldOfWhatConcernsThem(t *testing.T) {
	r := newRig(t)
	support, sales := r.department("Support"), r.department("Sales")
	ada, bob, cid := r.person(model.KindAgent, "Ada", support), r.person(model.KindAgent, "Bob", support), r.person(model.KindAgent, "Cid", sales)
	nora, sarah := r.narrow("Nora", sales), r.person(model.KindCustomer, "Sarah")
	r.ForgetChoices()
	says := func(who model.Actor, want ...string) {
		t.Helper()
		if got := r.notices(who); !slices.Equal(got, want) {
			t.Fatalf("%s was told %q, want %q", who.Name, got, want)
		}
		must(t, r.ReadNotifications(r.ctx, who, nil))
	}
	var at model.EventID
	step := func(do func() error) {
		t.Helper()
		must(t, do())
		at = r.notify(at)
	}

	// A new ticket: its department, or all who may see it.
	var tk model.Ticket
	step(func() (err error) {
		tk, err = r.OpenTicket(r.ctx, sarah, model.NewTicket{Subject: "Printer", Body: "It burns", Department: support})
		return err
	})
	says(nora)
	says(cid)
	says(bob, "new department")
	says(ada, "new department")
	step(func() error {
		_, err := r.OpenTicket(r.ctx, sarah, model.NewTicket{Subject: "Lamp", Body: "Dark"})
		return err
	})
	says(nora) // not loose
	says(cid, "new agent")
	says(bob, "new agent")
	says(ada, "new agent")

	// Assigned by somebody else; never by oneself, never of one's own doing.
	step(func() error { return r.Assign(r.ctx, bob, tk.ID, bob.ID, Change{}) })
	says(bob)
	step(func() error { return r.Assign(r.ctx, ada, tk.ID, ada.ID, Change{}) })
	says(ada)
	step(func() error { return r.Assign(r.ctx, ada, tk.ID, bob.ID, Change{}) })
	says(bob, "assigned assignee")

	// Replies and notes: who has it and who follows it, without the writer.
	must(t, r.SetFollower(r.ctx, ada, tk.ID, cid.ID, true))
	at = r.notify(at)
	step(func() error { _, err := r.Reply(r.ctx, sarah, tk.ID, model.NewReply{Body: "Still burns"}); return err })
	says(cid, "reply following")
	says(bob, "reply assignee")
	step(func() error { _, err := r.Reply(r.ctx, bob, tk.ID, model.NewReply{Body: "Water!"}); return err })
	says(bob)
	step(func() error { _, err := r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "Sand!"}); return err })
	says(cid, "colleague following", "colleague following")
	says(bob, "colleague assignee")

	// A mention is more than a note, and told once.
	step(func() error {
		_, err := r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "@bob @nora the cause"})
		return err
	})
	says(nora, "mention mention")
	says(cid, "note following")
	rows, err := r.Notifications(r.ctx, bob)
	if err != nil || rows[0].Body != "@bob @nora the cause" || rows[0].Reference != tk.Reference || rows[0].ActorName != "Ada" {
		t.Fatalf("%+v, %v", rows, err)
	}
	says(bob, "mention mention")

	// Imported and automatic mail tells nobody.
	step(func() error {
		_, err := r.Reply(r.ctx, sarah, tk.ID, model.NewReply{Body: "Old", Imported: true})
		return err
	})
	step(func() error {
		_, err := r.Reply(r.ctx, sarah, tk.ID, model.NewReply{Body: "Away", Automatic: true})
		return err
	})
	says(bob)
	if _, err := r.Notifications(r.ctx, sarah); err == nil {
		t.Fatal("a customer has notifications")
	}
}

func TestManyChangesOfOneActionTellOnce(t *testing.T) {
	r := newRig(t)
	ada, bob, sarah := r.person(model.KindAgent, "Ada"), r.person(model.KindAgent, "Bob"), r.person(model.KindCustomer, "Sarah")
	var ids []model.TicketID
	for i := range 30 {
		ids = append(ids, r.opens(sarah, fmt.Sprint("Printer ", i)).ID)
	}
	at := r.notify(0)
	r.write(func(tx *store.Tx) error { _, err := tx.ForgetNotifications(tx.Ctx, tx.Now.Add(time.Hour)); return err })
	r.write(func(tx *store.Tx) error {
		for _, id := range ids {
			if err := r.act(tx.Ctx, tx, ada, id, model.Action{Type: model.ActAssign, Value: fmt.Sprint(int64(bob.ID))}); err != nil {
				return err
			}
		}
		return nil
	})
	r.notify(at)
	rows, err := r.Notifications(r.ctx, bob)
	if err != nil || len(rows) != 1 || rows[0].Topic != model.NoticeAssigned || rows[0].TicketID != 0 {
		t.Fatalf("%d notifications: %+v, %v", len(rows), rows, err)
	}
	if rows, _ = r.Notifications(r.ctx, ada); len(rows) != 0 {
		t.Fatalf("told of what she did: %+v", rows)
	}
}

// The work of the outlet follows from the facts, not from their number on the
// desk or the number of readers.
func TestNotifyAsksFewQuestions(t *testing.T) {
	r := newRig(t)
	support := r.department("Support")
	for i := range 40 {
		r.person(model.KindAgent, fmt.Sprintf("Agent%d", i), support)
	}
	ada, sarah := r.person(model.KindAgent, "Ada", support), r.person(model.KindCustomer, "Sarah")
	for i := range 50 {
		tk, err := r.OpenTicket(r.ctx, sarah, model.NewTicket{Subject: fmt.Sprint("Printer ", i), Body: "Fire", Department: support})
		must(t, err)
		_, err = r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "@agent1 look"})
		must(t, err)
	}
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10000)
	must(t, err)
	ctx, queries := store.Counting(r.ctx)
	must(t, r.db.Write(ctx, func(tx *store.Tx) error { return r.Notify(tx.Ctx, tx, recs) }))
	if n := queries.Load(); n > 12 {
		t.Fatalf("%d queries for 100 facts", n)
	}
	if n, err := r.db.Read().UnreadNotifications(r.ctx, ada.ID); err != nil || n != 50 {
		t.Fatalf("%d unread, %v", n, err)
	}
}

func TestChoicesAndReadingOfNotifications(t *testing.T) {
	r := newRig(t)
	ada, bob, sarah := r.person(model.KindAgent, "Ada"), r.person(model.KindAgent, "Bob"), r.person(model.KindCustomer, "Sarah")
	tk := r.opens(sarah, "Printer")
	at := r.notify(0)
	is(t, r.SetNoticePrefs(r.ctx, sarah, func(model.Notice, string) bool { return true }), model.ErrNotFound)
	must(t, r.SetNoticePrefs(r.ctx, bob, func(n model.Notice, ch string) bool { return n != model.NoticeAssigned && n != model.NoticeNew }))
	prefs, err := r.NoticePrefs(r.ctx, bob)
	must(t, err)
	if prefs.Wants(model.NoticeAssigned, model.ByMail) || !prefs.Wants(model.NoticeStatus, model.InApp) || !prefs.Wants(model.NoticeReply, model.ByMail) {
		t.Fatalf("%+v", prefs)
	}
	r.TellNoticed()
	var told []Noticed
	r.OnNotice(func(list []Noticed) { told = append(told, list...) })
	must(t, r.Assign(r.ctx, ada, tk.ID, bob.ID, Change{}))
	at = r.notify(at)
	r.TellNoticed()
	if n, _ := r.NotificationNews(r.ctx, bob, 0); n.Unread != 1 || len(n.New) != 1 || n.New[0].Topic != model.NoticeNew { // of the ticket itself
		t.Fatalf("%+v", n)
	}
	for range 120 {
		_, err := r.Reply(r.ctx, sarah, tk.ID, model.NewReply{Body: "Hello?"})
		must(t, err)
	}
	r.notify(at)
	r.TellNoticed()
	n, err := r.NotificationNews(r.ctx, bob, at)
	if err != nil || n.Unread != model.UnreadCap || len(n.New) != 3 || n.New[0].EventID >= n.New[2].EventID || n.New[0].Topic != model.NoticeReply || !n.New[0].Browser {
		t.Fatalf("%+v, %v", n, err)
	}
	if len(told) != 1 || told[0].Person != bob.ID || told[0].Event <= at {
		t.Fatalf("pages are told %+v", told)
	}
	rows, err := r.Notifications(r.ctx, bob)
	must(t, err)
	must(t, r.ReadNotifications(r.ctx, ada, []model.NotificationID{rows[0].ID})) // not hers
	if again, _ := r.Notifications(r.ctx, bob); again[0].ReadAt != 0 {
		t.Fatal("read by somebody else")
	}
	must(t, r.ReadNotificationsOf(r.ctx, bob, tk.ID))
	if n, _ := r.NotificationNews(r.ctx, bob, 0); n.Unread != 0 || len(told) != 2 {
		t.Fatalf("%d unread after looking at the ticket, told %+v", n.Unread, told)
	}
	r.later(89 * 24 * time.Hour)
	is(t, only(r.ForgetNotifications(r.ctx, ada)), model.ErrDenied)
	must(t, only(r.ForgetNotifications(r.ctx, model.System("clock"))))
	if rows, _ = r.Notifications(r.ctx, bob); len(rows) == 0 {
		t.Fatal("forgotten too early")
	}
	r.later(2 * 24 * time.Hour)
	must(t, only(r.ForgetNotifications(r.ctx, model.System("clock"))))
	if rows, _ = r.Notifications(r.ctx, bob); len(rows) != 0 {
		t.Fatalf("%d are kept for ever", len(rows))
	}
}

// Whoever loses sight of a ticket reads nothing more of it here either.
func TestNotificationsShowOnlyWhatIsSeen(t *testing.T) {
	r := newRig(t)
	support := r.department("Support")
	ada, nora, sarah := r.person(model.KindAgent, "Ada"), r.narrow("Nora", support), r.person(model.KindCustomer, "Sarah")
	tk, err := r.OpenTicket(r.ctx, sarah, model.NewTicket{Subject: "Secret", Body: "Fire", Department: support})
	must(t, err)
	r.notify(0)
	if got := r.notices(nora); len(got) != 1 {
		t.Fatalf("%q", got)
	}
	must(t, r.SetDepartment(r.ctx, ada, tk.ID, r.department("Board"), Change{}))
	if got := r.notices(nora); len(got) != 0 {
		t.Fatalf("still reads %q", got)
	}
}
