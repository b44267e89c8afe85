package desk

import (
	"testing"

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
		_, _, _, err = r.Dashboard(r.ctx, by)
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

func TestDashboard(t *testing.T) {
	r := newRig(t)
	agent, ann := r.person(model.KindAgent, "Agent"), r.person(model.KindCustomer, "Ann")
	tk := r.opens(ann, "Printer on fire")
	r.opens(ann, "Second")
	must(t, r.Assign(r.ctx, agent, tk.ID, agent.ID, Change{}))
	ctx, n := store.Counting(r.ctx)
	counts, mine, waiting, err := r.Dashboard(ctx, agent)
	must(t, err)
	if counts.Mine != 1 || counts.Unassigned != 1 || counts.AllOpen != 2 || counts.NewToday != 2 || len(mine) != 1 || len(waiting) != 1 || waiting[0].Subject != "Second" {
		t.Errorf("%+v %d %d", counts, len(mine), len(waiting))
	}
	if n.Load() > 8 {
		t.Errorf("%d queries", n.Load())
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
