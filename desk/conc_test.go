package desk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"

	"escalated/model"
)

// slowly says how much of a test to do.
func slowly(usual, slow int) int {
	if os.Getenv("ESCALATED_SLOW") != "" {
		return slow
	}
	return usual
}

// yield lets others go first a number of times.
func yield(n int) {
	for range n {
		runtime.Gosched()
	}
}

// deed is one acknowledged or refused call.
type deed struct {
	who     int
	ticket  model.TicketID
	what    string
	version int64 // what the caller had seen
	message model.MessageID
	err     error
}

// TestHistoriesAreOfOneTicketAtATime lets many agents and customers work on
// few tickets at once and reads in the record whether each ticket's history
// could have happened one thing after another.
func TestHistoriesAreOfOneTicketAtATime(t *testing.T) {
	r := newRig(t)
	const tickets = 8
	workers, deeds := slowly(16, 50), slowly(25, 200)
	carol := r.person(model.KindCustomer, "Carol")
	agents := make([]model.Actor, workers)
	for i := range agents {
		agents[i] = r.person(model.KindAgent, fmt.Sprintf("A%d", i))
	}
	var ids []model.TicketID
	for i := range tickets {
		ids = append(ids, r.opens(carol, fmt.Sprintf("T%d", i)).ID)
	}
	done := make([][]deed, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			pick := rand.New(rand.NewPCG(7, uint64(w)))
			for i := range deeds {
				done[w] = append(done[w], r.does(pick, agents, carol, w, i, ids[pick.IntN(tickets)]))
			}
		})
	}
	all.Wait()
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 1_000_000)
	must(t, err)
	for _, id := range ids {
		checkHistory(t, r.now(id), recs)
	}
	conflicts := 0
	for w, list := range done {
		last := map[model.TicketID]model.MessageID{}
		for _, d := range list {
			var stale *model.Stale
			switch {
			case errors.As(d.err, &stale):
				conflicts++
			case d.err != nil && len(model.Problems(d.err)) == 0:
				t.Errorf("worker %d, %s: %v", w, d.what, d.err)
			case d.err == nil && d.message != 0:
				if d.message <= last[d.ticket] {
					t.Errorf("worker %d: message %d was acknowledged after %d", w, d.message, last[d.ticket])
				}
				last[d.ticket] = d.message
				if m, err := r.db.Read().Message(r.ctx, model.System("test"), d.message); err != nil || m.Body != d.what || m.TicketID != d.ticket {
					t.Errorf("worker %d: the acknowledged %q is %q: %v", w, d.what, m.Body, err)
				}
			}
		}
	}
	if conflicts == 0 {
		t.Error("nobody ever met a conflict: the test proves nothing")
	}
}

// does one thing at random and tells what came of it.
func (r *rig) does(pick *rand.Rand, agents []model.Actor, carol model.Actor, w, i int, id model.TicketID) deed {
	by := agents[w]
	seen, err := r.db.Read().Ticket(r.ctx, by, id)
	if err != nil {
		return deed{err: err}
	}
	d := deed{who: w, ticket: id, version: seen.Version}
	c := Change{Version: seen.Version}
	switch n := pick.IntN(7); n {
	case 0:
		d.what, d.err = "assign", r.Assign(r.ctx, by, id, agents[pick.IntN(len(agents))].ID, c)
	case 1:
		d.what, d.err = "unassign", r.Assign(r.ctx, by, id, 0, c)
	case 2:
		d.what, d.err = "status", r.SetStatus(r.ctx, by, id, model.Statuses()[pick.IntN(8)], c)
	case 3:
		d.what, d.err = "priority", r.SetPriority(r.ctx, by, id, model.Priority(1+pick.IntN(4)), c)
	case 4:
		d.what, d.err = "tags", r.ChangeTags(r.ctx, by, id, []string{fmt.Sprintf("tag%d", pick.IntN(4))}, []model.TagID{model.TagID(1 + pick.IntN(4))})
	default:
		d.what = fmt.Sprintf("worker %d says %d", w, i)
		if n == 5 {
			by = carol
		}
		m, err := r.Reply(r.ctx, by, id, model.NewReply{Body: d.what, Seen: seen.LastPublicID})
		d.message, d.err = m.ID, err
	}
	return d
}

// checkHistory replays a ticket's facts: each begins where the one before
// ended, and the row is where the last one ended.
func checkHistory(t *testing.T, now model.Ticket, recs []model.Record) {
	t.Helper()
	status, assignee, priority, replies, version := model.Open, model.PersonID(0), model.Priority(0), 1, int64(0)
	for _, rec := range recs {
		if rec.TicketID != now.ID {
			continue
		}
		if rec.Version < version {
			t.Errorf("ticket %d: %s has version %d after %d", now.ID, rec.Kind, rec.Version, version)
		}
		version = rec.Version
		e, err := rec.Event()
		if err != nil {
			t.Fatal(err)
		}
		switch e := e.(type) {
		case model.TicketOpened:
			priority = e.Priority
		case model.StatusChanged:
			if e.From != status {
				t.Errorf("ticket %d: from %s to %s, and it was %s", now.ID, e.From, e.To, status)
			}
			if !e.Automatic && !model.DefaultTransitions().CanBecome(e.From, e.To) {
				t.Errorf("ticket %d: %s became %s", now.ID, e.From, e.To)
			}
			status = e.To
		case model.Assigned:
			if e.From != assignee {
				t.Errorf("ticket %d: taken from %d, and it was with %d", now.ID, e.From, assignee)
			}
			assignee = e.To
		case model.Unassigned:
			if e.From != assignee {
				t.Errorf("ticket %d: taken from %d, and it was with %d", now.ID, e.From, assignee)
			}
			assignee = 0
		case model.PriorityChanged:
			if e.From != priority {
				t.Errorf("ticket %d: %s became %s, and it was %s", now.ID, e.From, e.To, priority)
			}
			priority = e.To
		case model.ReplyAdded:
			replies++
		}
	}
	if now.Status != status || now.AssigneeID != assignee || now.Priority != priority || now.MessageCount != replies || now.PublicCount != replies {
		t.Errorf("ticket %d is %s with %d at %s with %d messages; by its record %s, %d, %s, %d", now.ID, now.Status, now.AssigneeID, now.Priority, now.MessageCount, status, assignee, priority, replies)
	}
}

// TestNobodyOverwritesWhatTheyHaveNotSeen lets many change the same field from
// the same picture: one wins, all others are told.
func TestNobodyOverwritesWhatTheyHaveNotSeen(t *testing.T) {
	r := newRig(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	for range slowly(20, 500) {
		ticket := r.opens(carol, "Same")
		var mu sync.Mutex
		var all sync.WaitGroup
		won, told := 0, 0
		for i := range 8 {
			all.Go(func() {
				err := r.SetSubject(r.ctx, anna, ticket.ID, fmt.Sprintf("Subject %d", i), Change{Version: ticket.Version})
				var stale *model.Stale
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case errors.As(err, &stale) && stale.Field == "subject" && stale.Current != "Same":
					told++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 || told != 7 {
			t.Fatalf("%d changed the subject, %d were told", won, told)
		}
	}
}

// TestClosingWhileTheCustomerAnswers has both happen at the same moment: the
// answer is before the end, or the ticket is open again.
func TestClosingWhileTheCustomerAnswers(t *testing.T) {
	r := newRig(t)
	carol, anna := r.person(model.KindCustomer, "Carol"), r.person(model.KindAgent, "Anna")
	before, after := 0, 0
	for i := range slowly(200, 10_000) {
		ticket := r.opens(carol, "Race")
		var all sync.WaitGroup
		all.Go(func() {
			yield(i % 5 * 40)
			var err error
			switch i % 3 {
			case 0:
				err = r.SetStatus(r.ctx, anna, ticket.ID, model.Closed, Change{Version: ticket.Version})
			case 1:
				err = r.SetStatus(r.ctx, anna, ticket.ID, model.Resolved, Change{Version: ticket.Version})
			case 2:
				err = r.CloseTicket(r.ctx, carol, ticket.ID)
			}
			if err != nil {
				t.Errorf("close: %v", err)
			}
		})
		var said model.Message
		all.Go(func() {
			yield(rand.IntN(200))
			var err error
			if said, err = r.Reply(r.ctx, carol, ticket.ID, model.NewReply{Body: "Wait"}); err != nil {
				t.Errorf("reply: %v", err)
			}
		})
		all.Wait()
		now, facts := r.now(ticket.ID), r.facts(ticket.ID)
		if now.LastPublicID != said.ID || now.PublicCount != 2 {
			t.Fatalf("the answer is hidden: %+v", now)
		}
		if now.Status.IsOpen() {
			after++
			if now.Status != model.Reopened || !now.ClosedAt.IsZero() || !now.ResolvedAt.IsZero() {
				t.Fatalf("open again as %s: %v", now.Status, facts)
			}
			continue
		}
		before++
		if last := facts[len(facts)-1]; last != "ticket.status_changed" {
			t.Fatalf("%s with an answer behind the end: %v", now.Status, facts)
		}
	}
	if before == 0 || after == 0 {
		t.Logf("the answer came first %d times, second %d times", before, after)
	}
}
