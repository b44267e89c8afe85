package desk

import (
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

func TestRating(t *testing.T) {
	r := newRig(t)
	agent, ann, oscar := r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann"), r.person(model.KindCustomer, "Oscar")
	tk := r.opens(ann, "Printer")
	refused(t, r.Rate(r.ctx, ann, tk.ID, 4, ""), "", "rating_open")
	must(t, r.SetStatus(r.ctx, agent, tk.ID, model.Resolved, Change{}))
	is(t, r.Rate(r.ctx, oscar, tk.ID, 1, ""), model.ErrNotFound)
	is(t, r.Rate(r.ctx, agent, tk.ID, 5, ""), model.ErrDenied)
	is(t, r.Rate(r.ctx, model.Nobody(), tk.ID, 5, ""), model.ErrNotFound)
	for _, n := range []int{0, 6, -1} {
		refused(t, r.Rate(r.ctx, ann, tk.ID, n, ""), "rating", "number_range")
	}
	refused(t, r.Rate(r.ctx, ann, tk.ID, 4, strings.Repeat("x", 2001)), "comment", "too_long")
	must(t, r.Rate(r.ctx, ann, tk.ID, 4, "Quick."))
	if now := r.now(tk.ID); now.Rating != 4 {
		t.Errorf("the ticket says %d", now.Rating)
	}
	n := len(r.facts(tk.ID))
	must(t, r.Rate(r.ctx, ann, tk.ID, 4, "Quick."))
	if len(r.facts(tk.ID)) != n {
		t.Error("the same again was recorded")
	}
	r.later(6 * 24 * time.Hour)
	must(t, r.Rate(r.ctx, ann, tk.ID, 2, "Broken again."))
	v, err := r.ViewTicket(r.ctx, agent, tk.ID, Look{})
	must(t, err)
	if v.Rated == nil || v.Rated.Score != 2 || v.Rated.Comment != "Broken again." || v.Rated.Name != "Ann" || v.Rated.ChangedAt == 0 {
		t.Errorf("the page has %+v", v.Rated)
	}
	r.later(2 * 24 * time.Hour)
	refused(t, r.Rate(r.ctx, ann, tk.ID, 5, ""), "", "rating_over")
	// Reopening keeps it.
	must(t, r.ReopenTicket(r.ctx, agent, tk.ID))
	if now := r.now(tk.ID); now.Rating != 2 {
		t.Errorf("reopened, the ticket says %d", now.Rating)
	}
}

func TestRatingOfParticipants(t *testing.T) {
	r := newRig(t)
	agent, ann, bea := r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann"), r.person(model.KindCustomer, "Bea")
	tk := r.opens(ann, "Printer")
	r.write(func(tx *store.Tx) error {
		_, err := tx.AddPerson(tx.Ctx, tk.ID, bea.ID, store.RoleParticipant)
		return err
	})
	must(t, r.SetStatus(r.ctx, agent, tk.ID, model.Resolved, Change{}))
	must(t, r.Rate(r.ctx, ann, tk.ID, 5, "secret words"))
	is(t, r.Rate(r.ctx, bea, tk.ID, 1, ""), model.ErrDenied) // it is Ann's
	v, err := r.ViewTicket(r.ctx, bea, tk.ID, Look{})
	must(t, err)
	if v.Rated != nil {
		t.Errorf("another customer reads %+v", v.Rated)
	}
	for _, e := range v.Entries {
		if e.Kind == "rating.given" {
			t.Error("another customer learns of the rating")
		}
	}
	other := r.opens(ann, "Another")
	r.write(func(tx *store.Tx) error {
		_, err := tx.AddPerson(tx.Ctx, other.ID, bea.ID, store.RoleParticipant)
		return err
	})
	must(t, r.SetStatus(r.ctx, agent, other.ID, model.Resolved, Change{}))
	must(t, r.Rate(r.ctx, bea, other.ID, 3, ""))
}

func TestRatingSwitchedOff(t *testing.T) {
	r := newRig(t, "csat_enabled", "false")
	agent, ann := r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	tk := r.opens(ann, "Printer")
	must(t, r.SetStatus(r.ctx, agent, tk.ID, model.Resolved, Change{}))
	is(t, r.Rate(r.ctx, ann, tk.ID, 4, ""), model.ErrNotFound)
	if n := r.asks(); n != 0 {
		t.Errorf("asked %d", n)
	}
}

// asks runs the request for ratings.
func (r *rig) asks() int {
	r.t.Helper()
	n, err := r.AskRatings(r.ctx, model.System("clock"))
	must(r.t, err)
	return n
}

func TestAskingForRatings(t *testing.T) {
	r := newRig(t)
	agent, ann, bea := r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann"), r.person(model.KindCustomer, "Bea")
	_, err := r.AskRatings(r.ctx, agent)
	is(t, err, model.ErrDenied)
	solve := func(tk model.Ticket) {
		_, err := r.Reply(r.ctx, agent, tk.ID, model.NewReply{Body: "Done.", Status: model.Resolved})
		must(t, err)
	}
	first, second, silent, reopened := r.opens(ann, "One"), r.opens(ann, "Two"), r.opens(bea, "Three"), r.opens(bea, "Four")
	solve(first)
	r.later(time.Minute)
	solve(second)
	must(t, r.SetStatus(r.ctx, agent, silent.ID, model.Resolved, Change{})) // nobody has answered
	solve(reopened)
	must(t, r.ReopenTicket(r.ctx, bea, reopened.ID))
	if n := r.asks(); n != 0 {
		t.Errorf("asked %d at once", n)
	}
	r.later(24 * time.Hour)
	if n := r.asks(); n != 1 {
		t.Errorf("asked %d", n)
	}
	if f := r.facts(first.ID); f[len(f)-1] != "rating.asked" {
		t.Errorf("facts %v", f)
	}
	if n := r.asks(); n != 0 {
		t.Errorf("asked %d again", n)
	}
	// The same person is not asked again for a month, the same ticket never.
	must(t, r.ReopenTicket(r.ctx, ann, first.ID))
	solve(first)
	r.later(25 * time.Hour)
	if n := r.asks(); n != 0 {
		t.Errorf("asked %d within a month", n)
	}
	r.later(40 * 24 * time.Hour)
	third := r.opens(ann, "Five")
	solve(third)
	must(t, r.ReopenTicket(r.ctx, agent, first.ID))
	solve(first)
	r.later(25 * time.Hour)
	if n := r.asks(); n != 1 {
		t.Errorf("asked %d after a month", n)
	}
	if f := r.facts(third.ID); f[len(f)-1] != "rating.asked" {
		t.Errorf("facts %v", f)
	}
}

func TestNobodyIsAskedAboutMachines(t *testing.T) {
	r := newRig(t)
	agent, ann := r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	for _, in := range []model.NewTicket{{Automatic: true}, {Imported: true}} {
		in.Subject, in.Body, in.Requester, in.Channel = "x", "x", ann.ID, model.Email
		tk, err := r.OpenTicket(r.ctx, model.System("mail"), in)
		must(t, err)
		_, err = r.Reply(r.ctx, agent, tk.ID, model.NewReply{Body: "Done.", Status: model.Resolved})
		must(t, err)
	}
	r.later(25 * time.Hour)
	if n := r.asks(); n != 0 {
		t.Errorf("asked %d", n)
	}
}

func TestRateLink(t *testing.T) {
	r := newRig(t)
	agent, ann := r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	tk := r.opens(ann, "Printer")
	_, err := r.Reply(r.ctx, agent, tk.ID, model.NewReply{Body: "Done.", Status: model.Resolved})
	must(t, err)
	var id model.TokenID
	r.write(func(tx *store.Tx) (err error) {
		id, err = r.NewRateToken(tx.Ctx, model.System("mail"), tx, tk.ID, ann.ID)
		return err
	})
	secret, err := r.TokenSecret(r.ctx, model.System("mail"), id)
	must(t, err)
	by, err := r.Rater(r.ctx, model.Nobody(), strings.ToUpper(secret))
	must(t, err)
	must(t, r.Rate(r.ctx, by, tk.ID, 5, ""))
	must(t, r.Rate(r.ctx, by, tk.ID, 4, "Well.")) // the link works again
	_, err = r.GuestActor(r.ctx, model.Nobody(), secret)
	is(t, err, model.ErrNotFound) // it opens nothing else
	_, err = r.Rater(r.ctx, model.Nobody(), strings.Repeat("a", len(secret)))
	is(t, err, model.ErrNotFound)
	r.later(31 * 24 * time.Hour)
	_, err = r.Rater(r.ctx, model.Nobody(), secret)
	is(t, err, model.ErrNotFound)
}
