package desk

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

func TestOpenTicketRecordsOneFactAndFillsTheRow(t *testing.T) {
	r := newRig(t)
	ada := r.person(model.KindCustomer, "Ada")
	tk := r.opens(ada, "  Printer\r\n on fire ")
	if tk.Reference != "ESC-1" || tk.Subject != "Printer on fire" || tk.Status != model.Open || tk.Priority != model.Medium || tk.RequesterID != ada.ID {
		t.Fatalf("ticket is %+v", tk)
	}
	if tk.MessageCount != 1 || tk.PublicCount != 1 || tk.Preview != "It says 42." || tk.WaitingSince != r.Now() || tk.FirstMessageID == 0 {
		t.Fatalf("counts are %+v", tk)
	}
	if got := r.facts(tk.ID); !slices.Equal(got, []string{"ticket.opened"}) {
		t.Fatalf("facts are %v", got)
	}
}

func TestOpenTicketRefusesAndKeepsNothing(t *testing.T) {
	r := newRig(t)
	ada := r.person(model.KindCustomer, "Ada")
	_, err := r.OpenTicket(r.ctx, ada, model.NewTicket{Subject: " \t", Body: ""})
	refused(t, err, "subject", "required")
	refused(t, err, "description", "required")
	_, err = r.OpenTicket(r.ctx, ada, model.NewTicket{Subject: strings.Repeat("ä", 501), Body: "x", Department: 99})
	refused(t, err, "subject", "too_long")
	refused(t, err, "department_id", "choice_invalid")
	_, err = r.OpenTicket(r.ctx, model.Nobody(), model.NewTicket{Subject: "s", Body: "b", RequesterEmail: "not-an-email"})
	refused(t, err, "email", "email_invalid")
	refused(t, err, "name", "name_required")
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10)
	must(t, err)
	if len(recs) != 0 {
		t.Fatalf("refused input left %d facts", len(recs))
	}
}

func TestCustomersCannotSetWhatIsTheStaffsBusiness(t *testing.T) {
	r := newRig(t)
	ada, bob := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob")
	tk, err := r.OpenTicket(r.ctx, ada, model.NewTicket{Subject: "s", Body: "b", Priority: model.Critical, Type: model.Incident, Assignee: bob.ID, Requester: bob.ID, Note: true, Silent: true, RequesterEmail: "x@y.test"})
	must(t, err)
	if tk.Priority != model.Medium || tk.Type != model.Question || tk.AssigneeID != 0 || tk.RequesterID != ada.ID || tk.PublicCount != 1 {
		t.Fatalf("a customer chose: %+v", tk)
	}
	id := tk.ID
	for name, err := range map[string]error{
		"status":     r.SetStatus(r.ctx, ada, id, model.Resolved, Change{}),
		"priority":   r.SetPriority(r.ctx, ada, id, model.High, Change{}),
		"type":       r.SetType(r.ctx, ada, id, model.Task, Change{}),
		"subject":    r.SetSubject(r.ctx, ada, id, "mine", Change{}),
		"department": r.SetDepartment(r.ctx, ada, id, 1, Change{}),
		"assign":     r.Assign(r.ctx, ada, id, bob.ID, Change{}),
		"tags":       r.ChangeTags(r.ctx, ada, id, []string{"x"}, nil),
		"follow":     r.Follow(r.ctx, ada, id, true),
		"delete":     r.DeleteTicket(r.ctx, ada, id),
	} {
		if !errors.Is(err, model.ErrDenied) {
			t.Errorf("%s by a customer: %v", name, err)
		}
	}
	_, err = r.Note(r.ctx, ada, id, model.NewReply{Body: "secret"})
	is(t, err, model.ErrDenied)
}

func TestNotVisibleIsNotFound(t *testing.T) {
	r := newRig(t)
	var billing, sales model.DepartmentID
	r.write(func(tx *store.Tx) (err error) {
		if billing, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Billing", Slug: "billing"}); err != nil {
			return err
		}
		sales, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Sales", Slug: "sales"})
		return err
	})
	ada, eve := r.person(model.KindCustomer, "Ada"), r.person(model.KindCustomer, "Eve")
	narrow := r.person(model.KindAgent, "Narrow", sales)
	narrow.Narrow = true
	admin := r.person(model.KindAdmin, "Root")
	tk, err := r.OpenTicket(r.ctx, ada, model.NewTicket{Subject: "s", Body: "b", Department: billing})
	must(t, err)
	for _, by := range []model.Actor{eve, narrow, model.Nobody(), {Kind: model.KindGuest, ID: ada.ID, Ticket: tk.ID + 1}} {
		_, err := r.ViewTicket(r.ctx, by, tk.ID, Look{})
		is(t, err, model.ErrNotFound)
		_, err = r.Reply(r.ctx, by, tk.ID, model.NewReply{Body: "hello"})
		is(t, err, model.ErrNotFound)
		is(t, r.CloseTicket(r.ctx, by, tk.ID), model.ErrNotFound)
		is(t, r.SetStatus(r.ctx, by, tk.ID, model.Closed, Change{}), model.ErrNotFound)
	}
	must(t, r.SetDepartment(r.ctx, admin, tk.ID, sales, Change{}))
	_, err = r.ViewTicket(r.ctx, narrow, tk.ID, Look{})
	must(t, err)
	must(t, r.Follow(r.ctx, narrow, tk.ID, true))
	must(t, r.SetDepartment(r.ctx, admin, tk.ID, billing, Change{}))
	_, err = r.ViewTicket(r.ctx, narrow, tk.ID, Look{}) // followed
	must(t, err)
	must(t, r.DeleteTicket(r.ctx, admin, tk.ID))
	_, err = r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	is(t, err, model.ErrNotFound)
	v, err := r.ViewTicket(r.ctx, admin, tk.ID, Look{})
	must(t, err)
	if !v.Can.Restore || v.Can.Reply {
		t.Fatalf("in the bin an admin can %+v", v.Can)
	}
	must(t, r.RestoreTicket(r.ctx, admin, tk.ID))
	_, err = r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	must(t, err)
}

func TestAutomaticMoves(t *testing.T) {
	staff := map[model.Status]model.Status{
		model.Open: model.WaitingOnCustomer, model.InProgress: model.WaitingOnCustomer, model.WaitingOnCustomer: model.WaitingOnCustomer,
		model.WaitingOnAgent: model.WaitingOnCustomer, model.Escalated: model.WaitingOnCustomer, model.Reopened: model.WaitingOnCustomer, model.Resolved: model.Resolved, model.Closed: model.Closed,
	}
	customer := map[model.Status]model.Status{
		model.Open: model.Open, model.InProgress: model.InProgress, model.WaitingOnCustomer: model.WaitingOnAgent, model.WaitingOnAgent: model.WaitingOnAgent,
		model.Escalated: model.Escalated, model.Reopened: model.Reopened, model.Resolved: model.Reopened, model.Closed: model.Reopened,
	}
	r := newRig(t)
	ada, bob := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob")
	for from := range staff {
		for _, by := range []model.Actor{ada, bob} {
			tk := r.opens(ada, "s")
			r.write(func(tx *store.Tx) error { return r.setStatus(tx.Ctx, tx, bob, r.now(tk.ID), from, false) })
			_, err := r.Reply(r.ctx, by, tk.ID, model.NewReply{Body: "hello"})
			must(t, err)
			want := customer[from]
			if by.Kind.Staff() {
				want = staff[from]
			}
			if got := r.now(tk.ID).Status; got != want {
				t.Errorf("%s's reply on %s leads to %s, want %s", by.Name, from, got, want)
			}
			n := 0
			for _, f := range r.facts(tk.ID) {
				if f == "ticket.status_changed" {
					n++
				}
			}
			moves := 0
			if from != model.Open {
				moves++
			}
			if want != from {
				moves++
			}
			if n != moves {
				t.Errorf("%s on %s: %d status facts, want %d", by.Name, from, n, moves)
			}
		}
	}
}

func TestFactsOfOneActionShareItsID(t *testing.T) {
	r := newRig(t)
	ada, bob := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob")
	tk := r.opens(ada, "s")
	_, err := r.Reply(r.ctx, bob, tk.ID, model.NewReply{Body: "done", Status: model.Resolved})
	must(t, err)
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10)
	must(t, err)
	if len(recs) != 3 || recs[1].Kind != "reply.added" || recs[2].Kind != "ticket.status_changed" || recs[1].ActionID != recs[2].ActionID || recs[0].ActionID == recs[1].ActionID {
		t.Fatalf("records are %+v", recs)
	}
	if recs[2].ActorID != bob.ID || recs[0].ActorID != ada.ID {
		t.Fatal("the causer is lost")
	}
	got := r.now(tk.ID)
	if got.ResolvedAt != r.Now() || got.FirstResponseAt != r.Now() || got.WaitingSince != model.Never {
		t.Fatalf("times are %+v", got)
	}
}

func TestTransitionTable(t *testing.T) {
	r := newRig(t)
	ada, bob := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob")
	tk := r.opens(ada, "s")
	refused(t, r.SetStatus(r.ctx, bob, tk.ID, model.Reopened, Change{}), "status", "transition")
	must(t, r.SetStatus(r.ctx, bob, tk.ID, model.Closed, Change{}))
	refused(t, r.SetStatus(r.ctx, bob, tk.ID, model.Open, Change{}), "status", "transition")
	must(t, r.SetStatus(r.ctx, bob, tk.ID, model.Reopened, Change{}))
	if got := r.now(tk.ID); got.ClosedAt != 0 || got.ResolvedAt != 0 || got.ReopenedCount != 1 {
		t.Fatalf("reopening left %+v", got)
	}
	before := len(r.facts(tk.ID))
	must(t, r.SetStatus(r.ctx, bob, tk.ID, model.Reopened, Change{}))
	if len(r.facts(tk.ID)) != before {
		t.Fatal("staying left a fact")
	}
}

func TestStaleWritesConflictOnlyOnTheSameField(t *testing.T) {
	r := newRig(t)
	ada, bob, cat := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob"), r.person(model.KindAgent, "Cat")
	tk := r.opens(ada, "s")
	seen := Change{Version: tk.Version}
	must(t, r.SetPriority(r.ctx, bob, tk.ID, model.High, seen))
	must(t, r.SetSubject(r.ctx, cat, tk.ID, "t", seen)) // another field
	err := r.SetPriority(r.ctx, cat, tk.ID, model.Low, seen)
	is(t, err, model.ErrConflict)
	var st *model.Stale
	if !errors.As(err, &st) || st.Field != "priority" || st.Current != "high" || st.By != "Bob" {
		t.Fatalf("stale says %+v", st)
	}
	must(t, r.SetPriority(r.ctx, cat, tk.ID, model.High, seen)) // agreeing is no conflict
	must(t, r.SetPriority(r.ctx, cat, tk.ID, model.Low, Change{Version: st.Version}))
	must(t, r.Assign(r.ctx, bob, tk.ID, bob.ID, seen))
	is(t, r.Assign(r.ctx, cat, tk.ID, cat.ID, seen), model.ErrConflict)
}

func TestStaffReplyOnAStaleThreadIsRefusedWithTheNewMessage(t *testing.T) {
	r := newRig(t)
	ada, bob, cat := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob"), r.person(model.KindAgent, "Cat")
	tk := r.opens(ada, "s")
	_, err := r.Reply(r.ctx, bob, tk.ID, model.NewReply{Body: "first", Seen: tk.LastPublicID})
	must(t, err)
	_, err = r.Note(r.ctx, bob, tk.ID, model.NewReply{Body: "aside"})
	must(t, err)
	_, err = r.Reply(r.ctx, cat, tk.ID, model.NewReply{Body: "second", Seen: tk.LastPublicID})
	var st *model.Stale
	if !errors.As(err, &st) || st.Message == nil || st.Message.Body != "first" || st.By != "Bob" {
		t.Fatalf("got %v", err)
	}
	_, err = r.Reply(r.ctx, cat, tk.ID, model.NewReply{Body: "second", Seen: st.Seen})
	must(t, err)
	_, err = r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "third", Seen: tk.LastPublicID}) // customers never conflict
	must(t, err)
	if n := r.now(tk.ID).PublicCount; n != 4 {
		t.Fatalf("%d public messages", n)
	}
}

func TestTheSameOpAgainGivesTheFirstAnswer(t *testing.T) {
	r := newRig(t)
	ada := r.person(model.KindCustomer, "Ada")
	in := model.NewTicket{Subject: "s", Body: "b", Op: "op-1"}
	var wg sync.WaitGroup
	ids := make([]model.TicketID, 20)
	for i := range ids {
		wg.Go(func() {
			tk, err := r.OpenTicket(r.ctx, ada, in)
			if err != nil {
				t.Error(err)
			}
			ids[i] = tk.ID
		})
	}
	wg.Wait()
	if len(slices.Compact(ids)) != 1 {
		t.Fatalf("twenty sends made %v", ids)
	}
	a, err := r.Reply(r.ctx, ada, ids[0], model.NewReply{Body: "x", Op: "op-2"})
	must(t, err)
	b, err := r.Reply(r.ctx, ada, ids[0], model.NewReply{Body: "x", Op: "op-2"})
	must(t, err)
	if a.ID != b.ID || r.now(ids[0]).MessageCount != 2 {
		t.Fatal("a repeated reply was written twice")
	}
}

func TestReferencesAreUniqueUnderLoad(t *testing.T) {
	r := newRig(t)
	ada := r.person(model.KindCustomer, "Ada")
	var wg sync.WaitGroup
	refs := make([]string, 60)
	for i := range refs {
		wg.Go(func() {
			tk, err := r.OpenTicket(r.ctx, ada, model.NewTicket{Subject: fmt.Sprint(i), Body: "b"})
			if err != nil {
				t.Error(err)
			}
			refs[i] = tk.Reference
		})
	}
	wg.Wait()
	slices.Sort(refs)
	if len(slices.Compact(refs)) != 60 {
		t.Fatal("a reference was given twice")
	}
}

func TestAnswerToATicketClosedLongAgoOpensALinkedOne(t *testing.T) {
	r := newRig(t)
	ada, bob := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob")
	tk := r.opens(ada, "Printer")
	must(t, r.CloseTicket(r.ctx, ada, tk.ID))
	r.later(29 * 24 * time.Hour)
	m, err := r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "again"})
	must(t, err)
	if m.TicketID != tk.ID || r.now(tk.ID).Status != model.Reopened {
		t.Fatal("within thirty days it reopens")
	}
	must(t, r.CloseTicket(r.ctx, ada, tk.ID))
	r.later(31 * 24 * time.Hour)
	m, err = r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "and again", Op: "o1"})
	must(t, err)
	if m.TicketID == tk.ID || r.now(tk.ID).Status != model.Closed {
		t.Fatal("after thirty days it is a new ticket")
	}
	twice, err := r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "and again", Op: "o1"})
	must(t, err)
	if twice.ID != m.ID {
		t.Fatal("sent twice it opened two")
	}
	v, err := r.ViewTicket(r.ctx, bob, m.TicketID, Look{})
	must(t, err)
	if len(v.Links) != 1 || v.Links[0].ID != tk.ID || v.Subject != "Printer" {
		t.Fatalf("the new ticket is not linked: %+v", v.Links)
	}
	refused(t, r.ReopenTicket(r.ctx, ada, tk.ID), "status", "closed_too_long")
}

func TestGuestPolicies(t *testing.T) {
	in := model.NewTicket{Subject: "s", Body: "b", RequesterEmail: "Guest@Example.test ", RequesterName: "Gast"}
	r := newRig(t)
	tk, err := r.OpenTicket(r.ctx, model.Nobody(), in)
	must(t, err)
	p, err := r.db.Read().Person(r.ctx, tk.RequesterID)
	must(t, err)
	if p.Email != "guest@example.test" || p.Name != "Gast" || p.Kind != model.KindCustomer || p.VerifiedAt != 0 {
		t.Fatalf("guest is %+v", p)
	}
	again, err := r.OpenTicket(r.ctx, model.Nobody(), in)
	must(t, err)
	if again.RequesterID != tk.RequesterID {
		t.Fatal("one address became two people")
	}

	r = newRig(t, "guest_policy_mode", "guest_user", "guest_policy_user_id", "1")
	shared := r.person(model.KindCustomer, "Shared")
	tk, err = r.OpenTicket(r.ctx, model.Nobody(), in)
	must(t, err)
	if tk.RequesterID != shared.ID || tk.ContactID == 0 || tk.ContactID == shared.ID {
		t.Fatalf("shared requester: %+v", tk)
	}
	v, err := r.ViewTicket(r.ctx, model.Actor{Kind: model.KindGuest, ID: tk.ContactID, Ticket: tk.ID}, tk.ID, Look{})
	must(t, err)
	if len(v.Items) != 1 || !v.Items[0].Mine {
		t.Fatal("the guest does not see their own message")
	}

	r = newRig(t, "guest_tickets_enabled", "false")
	_, err = r.OpenTicket(r.ctx, model.Nobody(), in)
	is(t, err, model.ErrNotFound)
}

func TestNotesNeverReachCustomers(t *testing.T) {
	r := newRig(t)
	ada, bob := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob")
	tk := r.opens(ada, "s")
	before := r.now(tk.ID)
	r.later(time.Hour)
	f, err := r.Stage(r.ctx, bob, "", "t1", "secret.txt", strings.NewReader("canary"))
	must(t, err)
	m, err := r.Note(r.ctx, bob, tk.ID, model.NewReply{Body: "canary", Files: []model.AttachmentID{f.ID}, Slot: "t1"})
	must(t, err)
	guest := model.Actor{Kind: model.KindGuest, ID: ada.ID, Ticket: tk.ID}
	for _, by := range []model.Actor{ada, guest} {
		v, err := r.ViewTicket(r.ctx, by, tk.ID, Look{})
		must(t, err)
		if len(v.Items) != 1 || v.Preview != before.Preview || v.PublicAt != before.PublicAt || len(v.Entries) != 1 {
			t.Fatalf("%s sees the note: %+v", by.Kind, v)
		}
		_, _, err = r.OpenAttachment(r.ctx, by, f.ID)
		is(t, err, model.ErrNotFound)
		_, err = r.ViewMessage(r.ctx, by, m.ID)
		is(t, err, model.ErrNotFound)
	}
	if v, err := r.ViewTicket(r.ctx, bob, tk.ID, Look{}); err != nil || len(v.Items) != 2 || len(v.Items[1].Files) != 1 {
		t.Fatalf("staff see %+v, %v", v.Items, err)
	}
}

func TestStagedFilesBelongToWhoPutThemThere(t *testing.T) {
	r := newRig(t, "max_attachments", "2", "max_attachment_size_kb", "1")
	ada, eve := r.person(model.KindCustomer, "Ada"), r.person(model.KindCustomer, "Eve")
	tk := r.opens(ada, "s")
	f, err := r.Stage(r.ctx, ada, "", "slot", "../../etc/passwd", strings.NewReader("hello"))
	must(t, err)
	if strings.ContainsAny(f.Filename, `/\`) {
		t.Fatalf("name is %q", f.Filename)
	}
	et := r.opens(eve, "s")
	_, err = r.Reply(r.ctx, eve, et.ID, model.NewReply{Body: "mine now", Files: []model.AttachmentID{f.ID}, Slot: "slot"})
	refused(t, err, "attachments", "not_found")
	_, _, err = r.OpenAttachment(r.ctx, eve, f.ID)
	is(t, err, model.ErrNotFound)
	m, err := r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "x", Files: []model.AttachmentID{f.ID}, Slot: "slot"})
	must(t, err)
	_, err = r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "x", Files: []model.AttachmentID{f.ID}, Slot: "slot"})
	refused(t, err, "attachments", "not_found") // used once
	_, body, err := r.OpenAttachment(r.ctx, ada, f.ID)
	must(t, err)
	defer body.Close()
	if b, _ := io.ReadAll(body); string(b) != "hello" || m.ID == 0 {
		t.Fatalf("file holds %q", b)
	}
	_, _, err = r.OpenAttachment(r.ctx, eve, f.ID)
	is(t, err, model.ErrNotFound)
	_, err = r.Stage(r.ctx, ada, "", "b", "big.bin", strings.NewReader(strings.Repeat("x", 1025)))
	refused(t, err, "attachments", "file_too_big")
	_, err = r.Stage(r.ctx, ada, "", "b", "run.exe", strings.NewReader("MZ"))
	refused(t, err, "attachments", "file_blocked")
	for range 2 {
		_, err = r.Stage(r.ctx, ada, "", "b", "a.txt", strings.NewReader("x"))
		must(t, err)
	}
	_, err = r.Stage(r.ctx, ada, "", "b", "a.txt", strings.NewReader("x"))
	refused(t, err, "attachments", "too_many_files")
	_, err = r.Stage(r.ctx, model.Nobody(), "short", "b", "a.txt", strings.NewReader("x"))
	is(t, err, model.ErrDenied)
}

func TestAssigning(t *testing.T) {
	r := newRig(t)
	ada, bob, light := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob"), r.person(model.KindLight, "Lia")
	tk := r.opens(ada, "s")
	refused(t, r.Assign(r.ctx, bob, tk.ID, ada.ID, Change{}), "agent_id", "choice_invalid")
	refused(t, r.Assign(r.ctx, bob, tk.ID, light.ID, Change{}), "agent_id", "choice_invalid")
	refused(t, r.Assign(r.ctx, bob, tk.ID, 4711, Change{}), "agent_id", "choice_invalid")
	is(t, r.Assign(r.ctx, light, tk.ID, bob.ID, Change{}), model.ErrDenied)
	must(t, r.Assign(r.ctx, bob, tk.ID, bob.ID, Change{}))
	must(t, r.Assign(r.ctx, bob, tk.ID, bob.ID, Change{}))
	if got := r.facts(tk.ID); !slices.Equal(got, []string{"ticket.opened", "ticket.assigned", "ticket.status_changed"}) || r.now(tk.ID).Status != model.InProgress {
		t.Fatalf("facts are %v", got)
	}
	must(t, r.Assign(r.ctx, bob, tk.ID, 0, Change{}))
	if got := r.now(tk.ID); got.AssigneeID != 0 || got.Status != model.InProgress {
		t.Fatalf("unassigned: %+v", got)
	}
}

func TestTagsLeaveOneFactEach(t *testing.T) {
	r := newRig(t)
	ada, bob := r.person(model.KindCustomer, "Ada"), r.person(model.KindAgent, "Bob")
	tk := r.opens(ada, "s")
	must(t, r.ChangeTags(r.ctx, bob, tk.ID, []string{"Refund due", "refund due", "VIP"}, nil))
	v, err := r.ViewTicket(r.ctx, bob, tk.ID, Look{})
	must(t, err)
	if len(v.Tags) != 2 || v.Tags[0].Slug != "refund-due" {
		t.Fatalf("tags are %+v", v.Tags)
	}
	must(t, r.ChangeTags(r.ctx, bob, tk.ID, nil, []model.TagID{v.Tags[0].ID, v.Tags[0].ID, 99}))
	if got := r.facts(tk.ID); !slices.Equal(got[1:], []string{"ticket.tag_added", "ticket.tag_added", "ticket.tag_removed"}) {
		t.Fatalf("facts are %v", got)
	}
}

func TestPileCountsFollowEveryMove(t *testing.T) {
	r := newRig(t)
	ada, admin := r.person(model.KindCustomer, "Ada"), r.person(model.KindAdmin, "Root")
	var dep model.DepartmentID
	r.write(func(tx *store.Tx) (err error) {
		dep, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "D", Slug: "d"})
		return err
	})
	for i := range 12 {
		tk := r.opens(ada, "s")
		must(t, r.ChangeTags(r.ctx, admin, tk.ID, []string{"x"}, nil))
		if i%2 == 0 {
			must(t, r.SetDepartment(r.ctx, admin, tk.ID, dep, Change{}))
		}
		if i%3 == 0 {
			must(t, r.SetStatus(r.ctx, admin, tk.ID, model.Resolved, Change{}))
		}
		if i%4 == 0 {
			must(t, r.DeleteTicket(r.ctx, admin, tk.ID))
		}
		if i%8 == 0 {
			must(t, r.RestoreTicket(r.ctx, admin, tk.ID))
		}
	}
	bad, err := r.db.Read().CountFaults(r.ctx)
	must(t, err)
	if len(bad) != 0 {
		t.Fatalf("counts drifted: %v", bad)
	}
}

func TestTheClockClosesAndEmpties(t *testing.T) {
	r := newRig(t)
	ada, admin := r.person(model.KindCustomer, "Ada"), r.person(model.KindAdmin, "Root")
	a, b, c := r.opens(ada, "a"), r.opens(ada, "b"), r.opens(ada, "c")
	must(t, r.SetStatus(r.ctx, admin, a.ID, model.Resolved, Change{}))
	must(t, r.DeleteTicket(r.ctx, admin, c.ID))
	r.later(7*24*time.Hour + time.Minute)
	must(t, r.SetStatus(r.ctx, admin, b.ID, model.Resolved, Change{}))
	n, err := r.CloseResolved(r.ctx, model.System("clock"))
	must(t, err)
	if n != 1 || r.now(a.ID).Status != model.Closed || r.now(b.ID).Status != model.Resolved {
		t.Fatalf("closed %d", n)
	}
	n, err = r.CloseResolved(r.ctx, model.System("clock"))
	must(t, err)
	if n != 0 {
		t.Fatal("a second run closed again")
	}
	r.later(24 * 24 * time.Hour)
	n, err = r.EmptyBin(r.ctx, model.System("clock"))
	must(t, err)
	if n != 1 {
		t.Fatalf("erased %d", n)
	}
	_, err = r.db.Read().Ticket(r.ctx, model.System("test"), c.ID)
	is(t, err, model.ErrNotFound)
	_, err = r.EmptyBin(r.ctx, admin)
	is(t, err, model.ErrDenied)
}

func TestHeldMessagesWaitForAnAgent(t *testing.T) {
	r := newRig(t)
	ada, eve, bob := r.person(model.KindCustomer, "Ada"), r.person(model.KindCustomer, "Eve"), r.person(model.KindAgent, "Bob")
	tk := r.opens(ada, "s")
	must(t, r.SetStatus(r.ctx, bob, tk.ID, model.WaitingOnCustomer, Change{}))
	var m model.Message
	r.write(func(tx *store.Tx) (err error) {
		mail := eve
		mail.Via = model.Email
		m, err = r.reply(tx.Ctx, tx, mail, r.now(tk.ID), model.NewReply{Body: "let me in", Hold: true})
		return err
	})
	v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	must(t, err)
	if len(v.Items) != 1 || v.Status != model.WaitingOnCustomer {
		t.Fatal("a held message shows or moves the ticket")
	}
	_, err = r.Release(r.ctx, ada, m.ID)
	is(t, err, model.ErrNotFound)
	_, err = r.Release(r.ctx, bob, m.ID)
	must(t, err)
	v, err = r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	must(t, err)
	if len(v.Items) != 2 || v.Status != model.WaitingOnAgent || v.Preview != "let me in" {
		t.Fatalf("released: %+v", v.Ticket)
	}
	_, err = r.Release(r.ctx, bob, m.ID)
	refused(t, err, "message", "not_held")
}

func TestDraftSlotsDoNotFillTheDisk(t *testing.T) {
	r := newRig(t, "max_attachments", "3")
	ada := r.person(model.KindCustomer, "Ada")
	var err error
	for i := 0; err == nil && i <= maxStaged; i++ {
		_, err = r.Stage(r.ctx, ada, "", fmt.Sprint("slot", i/2), "a.txt", strings.NewReader("x"))
	}
	refused(t, err, "attachments", "too_many_files")
}

func TestOtherTicketsLeaveTheBinOut(t *testing.T) {
	r := newRig(t)
	ada, admin := r.person(model.KindCustomer, "Ada"), r.person(model.KindAdmin, "Root")
	agent := r.person(model.KindAgent, "Bob")
	a, b, gone := r.opens(ada, "a"), r.opens(ada, "b"), r.opens(ada, "gone")
	must(t, r.DeleteTicket(r.ctx, admin, gone.ID))
	for _, by := range []model.Actor{admin, agent} {
		v, err := r.ViewTicket(r.ctx, by, a.ID, Look{})
		must(t, err)
		if v.OtherCount != 1 || len(v.Others) != 1 || v.Others[0].ID != b.ID {
			t.Fatalf("%s sees %d others: %+v", by.Kind, v.OtherCount, v.Others)
		}
	}
}

func TestNarrowAgentsFindWhatTheyFollow(t *testing.T) {
	r := newRig(t)
	var billing, sales model.DepartmentID
	r.write(func(tx *store.Tx) (err error) {
		if billing, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Billing", Slug: "billing"}); err != nil {
			return err
		}
		sales, err = tx.InsertDepartment(tx.Ctx, model.Department{Name: "Sales", Slug: "sales"})
		return err
	})
	ada, admin, narrow := r.person(model.KindCustomer, "Ada"), r.person(model.KindAdmin, "Root"), r.person(model.KindAgent, "Nora", sales)
	narrow.Narrow = true
	tk := r.opens(ada, "s")
	must(t, r.SetDepartment(r.ctx, admin, tk.ID, sales, Change{}))
	must(t, r.Follow(r.ctx, narrow, tk.ID, true))
	must(t, r.SetDepartment(r.ctx, admin, tk.ID, billing, Change{}))
	for want, f := range map[int]model.TicketFilter{1: {Following: narrow.ID}, 0: {}} {
		p, err := r.Tickets(r.ctx, narrow, f)
		must(t, err)
		if len(p.Rows) != want {
			t.Errorf("%+v: %d rows, want %d", f, len(p.Rows), want)
		}
	}
}
