package desk

import (
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// feed does what the outbox does with the search outlet.
func (r *rig) feed() {
	r.t.Helper()
	r.write(func(tx *store.Tx) error {
		recs, err := tx.RecordsAfter(tx.Ctx, 0, 10_000)
		if err != nil {
			return err
		}
		return store.FeedSearch(tx, recs)
	})
}

func TestQueueIsForStaff(t *testing.T) {
	r := newRig(t)
	agent, ann := r.person(model.KindAgent, "Agent"), r.person(model.KindCustomer, "Ann")
	tk := r.opens(ann, "Printer on fire")
	for _, by := range []model.Actor{ann, model.Nobody(), {Kind: model.KindGuest, ID: ann.ID, Ticket: tk.ID}} {
		_, err := r.Tickets(r.ctx, by, model.TicketFilter{})
		is(t, err, model.ErrDenied)
		_, err = r.Overview(r.ctx, by, nil)
		is(t, err, model.ErrDenied)
	}
	_, err := r.Tickets(r.ctx, agent, model.TicketFilter{Bin: true})
	is(t, err, model.ErrDenied)
	p, err := r.Tickets(r.ctx, agent, model.TicketFilter{})
	must(t, err)
	if len(p.Rows) != 1 || p.Total != 1 || !p.Rows[0].Unread || p.Rows[0].RequesterName != "Ann" {
		t.Errorf("%+v", p)
	}
}

func TestOverview(t *testing.T) {
	r := newRig(t)
	agent, ann := r.person(model.KindAgent, "Agent"), r.person(model.KindCustomer, "Ann")
	tk := r.opens(ann, "Printer on fire")
	r.opens(ann, "Second")
	must(t, r.Assign(r.ctx, agent, tk.ID, agent.ID, Change{}))
	r.later(20 * time.Minute)
	_, err := r.Reply(r.ctx, agent, tk.ID, model.NewReply{Body: "Out now.", Status: model.Resolved})
	must(t, err)
	other := r.opens(ann, "Third")
	must(t, r.Assign(r.ctx, agent, other.ID, agent.ID, Change{}))
	ctx, n := store.Counting(r.ctx)
	o, err := r.Overview(ctx, agent, time.UTC)
	must(t, err)
	today := o.Days[len(o.Days)-1]
	if len(o.Days) != overviewDays || today.New != 3 || today.Solved != 1 || o.Days[0].New != 0 {
		t.Errorf("days %+v", o.Days)
	}
	if o.Day.Replies != 1 || o.Day.FirstReplies != 1 || o.Day.MedianFirst != 20*time.Minute || o.Day.Solved != 1 || o.Day.TeamSolved != 1 {
		t.Errorf("my day %+v", o.Day)
	}
	if len(o.Mine) != 1 || o.Mine[0].ID != other.ID || len(o.Waiting) != 1 || o.Waiting[0].Subject != "Second" {
		t.Errorf("%d of mine, %d waiting", len(o.Mine), len(o.Waiting))
	}
	if len(o.Load) != 1 || o.Load[0].Open != 1 {
		t.Errorf("load %+v", o.Load)
	}
	if n.Load() > 10 {
		t.Errorf("%d queries", n.Load())
	}
	// The next day has nothing of it but the chart.
	r.later(24 * time.Hour)
	o, err = r.Overview(r.ctx, agent, time.UTC)
	must(t, err)
	if o.Day.Replies != 0 || o.Day.Solved != 0 || o.Days[len(o.Days)-2].New != 3 {
		t.Errorf("a day later %+v, %+v", o.Day, o.Days[len(o.Days)-2:])
	}
	if id, err := r.NextUrgent(r.ctx, agent); err != nil || id != other.ID {
		t.Errorf("next is %d: %v", id, err)
	}
}

// Days begin at the reader's midnight, also where clocks are changed.
func TestMidnights(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	marks := midnights(model.TimeOf(time.Date(2026, 10, 26, 10, 0, 0, 0, berlin)), berlin, 3)
	if len(marks) != 4 || marks[2].Sub(marks[1]) != 25*time.Hour || marks[1].Sub(marks[0]) != 24*time.Hour {
		t.Errorf("%v", marks)
	}
}

func TestSearchSeesWhatTheActorSees(t *testing.T) {
	r := newRig(t)
	agent, ann, bob := r.person(model.KindAgent, "Agent"), r.person(model.KindCustomer, "Ann"), r.person(model.KindCustomer, "Bob")
	tk := r.opens(ann, "Printer on fire")
	r.feed()
	for _, by := range []model.Actor{agent, ann} {
		for _, text := range []string{"printer", "FIRE 42", tk.Reference, "print"} {
			p, err := r.Search(r.ctx, by, model.TicketFilter{Query: text})
			must(t, err)
			if jump := text == tk.Reference; jump && p.Jump != tk.ID || !jump && (len(p.Rows) != 1 || p.Jump != 0) {
				t.Errorf("%s looks for %s: %d rows, jump %d", by.Kind, text, len(p.Rows), p.Jump)
			}
			if by.Kind == model.KindCustomer && len(p.People) > 0 {
				t.Error("a customer finds people")
			}
		}
	}
	p, err := r.Search(r.ctx, agent, model.TicketFilter{Query: "ann"})
	must(t, err)
	if by := p.People; len(by) > 1 {
		t.Errorf("%+v", by)
	}
	for _, text := range []string{"printer", tk.Reference, "#1"} {
		p, err := r.Search(r.ctx, bob, model.TicketFilter{Query: text})
		must(t, err)
		if len(p.Rows) > 0 || p.Jump != 0 {
			t.Errorf("Bob finds %s", text)
		}
	}
	_, err = r.Search(r.ctx, model.Nobody(), model.TicketFilter{Query: "printer"})
	is(t, err, model.ErrSignIn)
}

func TestMyTickets(t *testing.T) {
	r := newRig(t)
	ann, bob, agent := r.person(model.KindCustomer, "Ann"), r.person(model.KindCustomer, "Bob"), r.person(model.KindAgent, "Agent")
	r.opens(ann, "Printer on fire")
	r.feed()
	for by, want := range map[model.PersonID]int{ann.ID: 1, bob.ID: 0, agent.ID: 0} {
		for _, f := range []model.TicketFilter{{}, {Any: true}, {Query: "printer"}} {
			p, err := r.MyTickets(r.ctx, model.Actor{Kind: model.KindCustomer, ID: by}, f)
			must(t, err)
			if len(p.Rows) != want || p.PerPage != 15 {
				t.Errorf("%d: %+v", by, p)
			}
		}
	}
	p, err := r.MyTickets(r.ctx, agent, model.TicketFilter{Any: true})
	must(t, err)
	if len(p.Rows) != 0 {
		t.Error("staff see others' tickets in the portal")
	}
	_, err = r.MyTickets(r.ctx, model.Nobody(), model.TicketFilter{})
	is(t, err, model.ErrSignIn)
}
