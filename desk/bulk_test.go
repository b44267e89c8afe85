package desk

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// many opens tickets fast, without their mails.
func (r *rig) many(by model.Actor, n int) []model.TicketID {
	r.t.Helper()
	ids := make([]model.TicketID, n)
	r.write(func(tx *store.Tx) error {
		for i := range ids {
			id, err := tx.NextTicketID(tx.Ctx)
			if err != nil {
				return err
			}
			ids[i] = id
			err = tx.InsertTicket(tx.Ctx, model.Ticket{
				ID: id, Reference: fmt.Sprintf("ESC-%d", id), Subject: fmt.Sprintf("Ticket %d", i), Status: model.Open, Priority: model.Medium, Type: model.Question,
				Channel: model.Web, RequesterID: by.ID, CreatedAt: tx.Now, WaitingSince: tx.Now,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

// bulked runs the background part to its end.
func (r *rig) bulked() {
	r.t.Helper()
	for {
		did, err := r.RunBulk(r.ctx, model.System("bulk"))
		if err != nil {
			r.t.Fatal(err)
		}
		if !did {
			return
		}
	}
}

func set(t model.ActionType, value string) []model.Action {
	return []model.Action{{Type: t, Value: value}}
}

func TestBulkChecksEachTicketByItself(t *testing.T) {
	r := newRig(t)
	support, sales := r.newDepartment("Support"), r.newDepartment("Sales")
	sarah := r.person(model.KindCustomer, "sarah")
	nora := r.person(model.KindAgent, "nora", support)
	nora.Narrow = true
	mine, closed, foreign := r.opens(sarah, "Mine"), r.opens(sarah, "Closed"), r.opens(sarah, "Foreign")
	ada := r.person(model.KindAgent, "ada")
	for _, id := range []model.TicketID{mine.ID, closed.ID} {
		must(t, r.SetDepartment(r.ctx, ada, id, support, Change{}))
	}
	must(t, r.SetDepartment(r.ctx, ada, foreign.ID, sales, Change{}))
	must(t, r.SetStatus(r.ctx, ada, closed.ID, model.Closed, Change{}))
	job, err := r.Bulk(r.ctx, nora, model.BulkRequest{
		Tickets: []model.TicketID{mine.ID, closed.ID, foreign.ID, mine.ID, 4711},
		Actions: []model.Action{{Type: model.ActPriority, Value: "urgent"}, {Type: model.ActStatus, Value: "waiting_on_customer"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if job.Total != 4 || job.Changed != 1 || job.Left() != 3 || job.State != model.BulkDone || job.Set == 0 {
		t.Fatalf("%+v", job)
	}
	byReason := map[string][]model.BulkTicket{}
	for _, s := range job.Skipped {
		byReason[s.Reason] = s.Tickets
	}
	if got := byReason["not_found"]; len(got) != 2 || got[0].ID != foreign.ID || got[0].Reference != "" {
		t.Errorf("not found: %+v; what is out of sight has no reference", got)
	}
	if got := byReason["transition"]; len(got) != 1 || got[0].Reference != closed.Reference {
		t.Errorf("transition: %+v", got)
	}
	if now := r.now(closed.ID); now.Priority != closed.Priority {
		t.Errorf("half of the actions were done: priority %v", now.Priority)
	}
	if facts := r.facts(closed.ID); slices.Contains(facts, "ticket.priority_changed") {
		t.Errorf("recorded although taken back: %v", facts)
	}
	if now := r.now(mine.ID); now.Priority != model.Urgent || now.Status != model.WaitingOnCustomer {
		t.Errorf("not changed: %v, %v", now.Priority, now.Status)
	}
	if last, err := r.LastUndoable(r.ctx, nora); err != nil || last.What != "bulk" || last.Label != "1" || last.ID != job.Set {
		t.Errorf("change set %+v, %v", last, err)
	}
	again, err := r.Bulk(r.ctx, nora, model.BulkRequest{Tickets: []model.TicketID{mine.ID}, Actions: set(model.ActPriority, "urgent")})
	if err != nil || again.Same != 1 || again.Changed != 0 || again.Set != 0 {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	done, err := r.Undo(r.ctx, nora, job.Set)
	if err != nil || len(done.Conflicts) != 0 || len(done.Tickets) != 1 {
		t.Fatalf("undo: %+v, %v", done, err)
	}
	if now := r.now(mine.ID); now.Priority != mine.Priority || now.Status != mine.Status {
		t.Errorf("not put back: %v, %v", now.Priority, now.Status)
	}
	r.counted()
}

func TestBulkIsRefusedAsAWhole(t *testing.T) {
	r := newRig(t)
	sarah, light, ada := r.person(model.KindCustomer, "sarah"), r.person(model.KindLight, "lena"), r.person(model.KindAgent, "ada")
	tk := r.opens(sarah, "Printer")
	one := []model.TicketID{tk.ID}
	_, err := r.Bulk(r.ctx, sarah, model.BulkRequest{Tickets: one, Actions: set(model.ActPriority, "low")})
	is(t, err, model.ErrDenied)
	_, err = r.Bulk(r.ctx, light, model.BulkRequest{Tickets: one, Actions: set(model.ActPriority, "low")})
	is(t, err, model.ErrDenied)
	_, err = r.Bulk(r.ctx, ada, model.BulkRequest{Tickets: one, Actions: set(model.ActDelete, "")})
	is(t, err, model.ErrDenied)
	_, err = r.Bulk(r.ctx, ada, model.BulkRequest{Tickets: one})
	refused(t, err, "action", "required")
	_, err = r.Bulk(r.ctx, ada, model.BulkRequest{Tickets: one, Actions: set("explode", "")})
	refused(t, err, "action", "choice_invalid")
	_, err = r.Bulk(r.ctx, ada, model.BulkRequest{Actions: set(model.ActPriority, "low")})
	refused(t, err, "tickets", "bulk_none")
	long := make([]model.TicketID, model.BulkNamed+1)
	for i := range long {
		long[i] = model.TicketID(i + 1)
	}
	_, err = r.Bulk(r.ctx, ada, model.BulkRequest{Tickets: long, Actions: set(model.ActPriority, "low")})
	refused(t, err, "tickets", "bulk_named")
	job, err := r.Bulk(r.ctx, light, model.BulkRequest{Tickets: one, Actions: set(model.ActFollow, "me")})
	if err != nil || job.Changed != 1 {
		t.Fatalf("a light agent follows: %+v, %v", job, err)
	}
	if _, err := r.BulkJob(r.ctx, ada, job.ID); err == nil {
		t.Error("a colleague sees the job")
	}
}

func TestBulkOfAWholeList(t *testing.T) {
	r := newRig(t)
	sarah, ada := r.person(model.KindCustomer, "sarah"), r.person(model.KindAgent, "ada")
	ids := r.many(sarah, 1_230)
	must(t, r.SetPriority(r.ctx, ada, ids[3], model.High, Change{}))
	job, err := r.Bulk(r.ctx, ada, model.BulkRequest{All: true, Query: "priority=medium&sort=created&page=3", Actions: set(model.ActAddTags, "")})
	if err != nil || job.Total != 1_229 || job.State != model.BulkWaiting {
		t.Fatalf("%+v, %v", job, err)
	}
	must(t, r.StopBulk(r.ctx, ada, job.ID))
	if job, _ = r.BulkJob(r.ctx, ada, job.ID); job.State != model.BulkFailed || job.Error != "stopped" {
		t.Fatalf("%+v", job)
	}
	job, err = r.Bulk(r.ctx, ada, model.BulkRequest{All: true, Query: "priority=medium", Actions: []model.Action{{Type: model.ActPriority, Value: "urgent"}, {Type: model.ActAssign, Value: "me"}}})
	if err != nil {
		t.Fatal(err)
	}
	step := func() model.BulkJob {
		t.Helper()
		if _, err := r.RunBulk(r.ctx, model.System("bulk")); err != nil {
			t.Fatal(err)
		}
		j, err := r.BulkJob(r.ctx, ada, job.ID)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	if j := step(); j.Done != model.BulkChunk || j.State != model.BulkRunning || j.Set == 0 {
		t.Fatalf("after one part: %+v", j)
	}
	first := step().Set
	j := step()
	if j.State != model.BulkDone || j.Changed != 1_229 || j.Set != first {
		t.Fatalf("at the end: %+v", j)
	}
	last, err := r.LastUndoable(r.ctx, ada)
	if err != nil || last.ID != first || last.Label != "1229" || last.ActionID != j.ActionID {
		t.Fatalf("change set: %+v, %v", last, err)
	}
	r.counted()
	done, err := r.Undo(r.ctx, ada, first)
	if err != nil || len(done.Tickets) != 1_229 || len(done.Conflicts) != 0 {
		t.Fatalf("undone %d, conflicts %d, %v", len(done.Tickets), len(done.Conflicts), err)
	}
	if now := r.now(ids[0]); now.Priority != model.Medium || now.AssigneeID != 0 || now.Status != model.Open {
		t.Errorf("not put back: %+v", now)
	}
	r.counted()
}

func TestBulkAsksForRightsAgain(t *testing.T) {
	r := newRig(t)
	sarah, ada := r.person(model.KindCustomer, "sarah"), r.person(model.KindAgent, "ada")
	boss := r.person(model.KindAdmin, "boss")
	r.many(sarah, 1_100)
	begin := func(to string) model.BulkJob {
		t.Helper()
		job, err := r.Bulk(r.ctx, ada, model.BulkRequest{All: true, Query: "", Actions: set(model.ActPriority, to)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.RunBulk(r.ctx, model.System("bulk")); err != nil {
			t.Fatal(err)
		}
		return job
	}
	// What was changed is taken back while the rest waits: the rest stays.
	job := begin("low")
	j, _ := r.BulkJob(r.ctx, ada, job.ID)
	if _, err := r.Undo(r.ctx, ada, j.Set); err != nil {
		t.Fatal(err)
	}
	r.bulked()
	if j, _ = r.BulkJob(r.ctx, ada, job.ID); j.State != model.BulkFailed || j.Error != "undone" || j.Changed != model.BulkChunk {
		t.Fatalf("after the undoing: %+v", j)
	}
	// Deactivated in the middle.
	job = begin("high")
	must(t, r.Deactivate(r.ctx, boss, ada.ID, 0))
	r.bulked()
	j, err := r.db.Read().BulkJob(r.ctx, job.ID)
	if err != nil || j.State != model.BulkFailed || j.Error != "rights" || j.Changed != model.BulkChunk {
		t.Fatalf("after the deactivation: %+v, %v", j, err)
	}
}

// BenchmarkBulk changes 500 tickets: priority, assignee and a tag, in one
// transaction, and takes it back.
func BenchmarkBulk(b *testing.B) {
	r := newRig(b)
	sarah, ada, lisa := r.person(model.KindCustomer, "sarah"), r.person(model.KindAgent, "ada"), r.person(model.KindAgent, "lisa")
	r.many(sarah, 500)
	actions := []model.Action{{Type: model.ActPriority, Value: "urgent"}, {Type: model.ActAssign, Value: strconv.FormatInt(int64(lisa.ID), 10)}, {Type: model.ActAddTags, Value: "Outage"}}
	var change, undo time.Duration
	for b.Loop() {
		job, err := r.Bulk(r.ctx, ada, model.BulkRequest{All: true, Actions: actions})
		if err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		r.bulked()
		change += time.Since(begin)
		if job, err = r.BulkJob(r.ctx, ada, job.ID); err != nil || job.Changed != 500 {
			b.Fatalf("%+v, %v", job, err)
		}
		begin = time.Now()
		if _, err := r.Undo(r.ctx, ada, job.Set); err != nil {
			b.Fatal(err)
		}
		undo += time.Since(begin)
	}
	b.ReportMetric(float64(change.Milliseconds())/float64(b.N), "ms/change")
	b.ReportMetric(float64(undo.Milliseconds())/float64(b.N), "ms/undo")
}
