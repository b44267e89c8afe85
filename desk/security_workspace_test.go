package desk

import (
	"strings"
	"testing"

	"escalated/mail"
	"escalated/model"
)

// Following gives sight of a ticket, so making others follow asks for the
// right to change it, by whatever way it is asked for.
func TestOthersFollowByThoseWhoMayChangeTheTicket(t *testing.T) {
	r := newRig(t)
	sarah, light, ada := r.person(model.KindCustomer, "sarah"), r.person(model.KindLight, "lena"), r.person(model.KindAgent, "ada")
	nora := r.person(model.KindAgent, "nora", r.newDepartment("Sales"))
	tk := r.opens(sarah, "Printer")
	must(t, r.SetFollower(r.ctx, ada, tk.ID, ada.ID, true))
	for _, a := range []model.Action{{Type: model.ActFollow, Value: key(nora.ID)}, {Type: model.ActUnfollow, Value: key(ada.ID)}} {
		job, err := r.Bulk(r.ctx, light, model.BulkRequest{Tickets: []model.TicketID{tk.ID}, Actions: []model.Action{a}})
		if err != nil || job.Changed != 0 || len(job.Skipped) != 1 || job.Skipped[0].Reason != "not_allowed" {
			t.Errorf("%s: %+v, %v", a.Type, job, err)
		}
	}
	for _, value := range []string{"", "me", key(light.ID)} {
		must2(r.Bulk(r.ctx, light, model.BulkRequest{Tickets: []model.TicketID{tk.ID}, Actions: []model.Action{{Type: model.ActUnfollow}}}))(t)
		job, err := r.Bulk(r.ctx, light, model.BulkRequest{Tickets: []model.TicketID{tk.ID}, Actions: []model.Action{{Type: model.ActFollow, Value: value}}})
		if err != nil || job.Changed != 1 {
			t.Errorf("oneself as %q: %+v, %v", value, job, err)
		}
	}
	job, err := r.Bulk(r.ctx, ada, model.BulkRequest{Tickets: []model.TicketID{tk.ID}, Actions: []model.Action{{Type: model.ActFollow, Value: key(nora.ID)}}})
	if err != nil || job.Changed != 1 {
		t.Errorf("an agent: %+v, %v", job, err)
	}
}

func must2[T any](_ T, err error) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What deleted or restored tickets among other things is taken back by those
// only who may do that.
func TestUndoNeitherDeletesNorRestoresWithoutTheRight(t *testing.T) {
	r := newRig(t)
	sarah, boss, ada := r.person(model.KindCustomer, "sarah"), r.person(model.KindAdmin, "boss"), r.person(model.KindAgent, "ada")
	tk := r.opens(sarah, "Printer")
	bulk := func(a model.ActionType) model.ChangeSetID {
		job, err := r.Bulk(r.ctx, boss, model.BulkRequest{Tickets: []model.TicketID{tk.ID}, Actions: []model.Action{{Type: a}}})
		if err != nil || job.Changed != 1 {
			t.Fatalf("%s: %+v, %v", a, job, err)
		}
		return job.Set
	}
	demoted := boss
	demoted.Kind, demoted.Permissions = model.KindAgent, model.PermissionsOf(model.KindAgent)
	gone := bulk(model.ActDelete)
	if _, err := r.Undo(r.ctx, demoted, gone); err == nil || !r.now(tk.ID).Deleted() {
		t.Errorf("restored by undoing: %v", err)
	}
	back := bulk(model.ActRestore)
	for _, by := range []model.Actor{ada, demoted} {
		_, err := r.Undo(r.ctx, by, back)
		is(t, err, model.ErrDenied)
		if r.now(tk.ID).Deleted() {
			t.Fatal("deleted by undoing")
		}
	}
	if v, err := r.ViewChange(r.ctx, ada, back); err != nil || v.CanUndo {
		t.Errorf("its page offers it: %+v, %v", v, err)
	}
	if _, err := r.Undo(r.ctx, boss, back); err != nil || !r.now(tk.ID).Deleted() {
		t.Errorf("an admin: %v", err)
	}
}

// Whoever has a mail of a side conversation may answer it, but not as one of
// the staff, and not with an address that was not given to them.
func TestNobodySpeaksAsTheStaffInASideConversation(t *testing.T) {
	p := newPostRig(t)
	sarah, anna := p.person(model.KindCustomer, "Sarah"), p.person(model.KindAgent, "Anna")
	tk := p.opens(sarah, "Printer")
	s, err := p.StartSide(p.ctx, anna, tk.ID, model.NewSide{Address: "vendor@vendor.test", Subject: "Toner", Body: "How many?"})
	must(t, err)
	said := func() int {
		v, err := p.SideConversation(p.ctx, anna, s.ID)
		must(t, err)
		return len(v.Items)
	}
	address := p.sign.SideAddress(s.ID, s.PersonID) + "@help.test"
	if r := p.live("From: Vendor <vendor@vendor.test>", "To: "+address); r.Outcome != model.MailToReply || said() != 2 {
		t.Errorf("the third party: %+v, %d said", r, said())
	}
	if r := p.live("From: Colleague <other@vendor.test>", "To: "+address); r.Outcome != model.MailToReply || said() != 3 {
		t.Errorf("a colleague of theirs: %+v, %d said", r, said())
	}
	for name, lines := range map[string][]string{
		"as an agent":    {"From: Anna <anna@help.test>", "To: " + address},
		"as several":     {"From: vendor@vendor.test, anna@help.test", "To: " + address},
		"by one of ours": {"From: Anna <anna@help.test>", "In-Reply-To: " + p.sign.MessageID(mail.Ref{Ticket: tk.ID, Person: s.PersonID, Event: said1(t, p), Kind: model.MailSide}, "help.test")},
	} {
		if r := p.live(lines...); r.Outcome != model.MailQuarantined {
			t.Errorf("%s: %+v", name, r)
		}
	}
	local, host, _ := strings.Cut(address, "@")
	for i, c := range local {
		if c == '+' || c == '.' || i < 5 {
			continue
		}
		bent := local[:i] + string(map[bool]rune{true: 'b', false: 'a'}[c == 'a']) + local[i+1:]
		if side, _, ok := p.sign.ParseSideAddress(bent + "@" + host); ok && side == s.ID {
			t.Errorf("%s was taken for %s", bent, local)
		}
	}
	if side, _, ok := p.sign.ParseSideAddress(strings.Replace(p.sign.ReplyAddress(tk.ID, s.PersonID), "reply+", "side+", 1) + "@" + host); ok {
		t.Errorf("an address for answers opens side conversation %d", side)
	}
	if said() != 3 {
		t.Errorf("%d said", said())
	}
	v, err := p.ViewTicket(p.ctx, sarah, tk.ID, Look{All: true})
	if must(t, err); len(v.Items) != 1 {
		t.Errorf("the customer reads %d messages", len(v.Items))
	}
}

// The staff opens the files of a side conversation; the customer does not.
func TestFilesOfASideConversation(t *testing.T) {
	r := newRig(t)
	sarah, anna := r.person(model.KindCustomer, "sarah"), r.person(model.KindAgent, "anna")
	nora := r.person(model.KindAgent, "nora", r.newDepartment("Sales"))
	nora.Narrow = true
	tk, other := r.opens(sarah, "Printer"), r.opens(sarah, "Other")
	file := func(slot string) model.AttachmentID {
		a, err := r.Stage(r.ctx, anna, "", slot, "plan.txt", strings.NewReader("plan"))
		must(t, err)
		return a.ID
	}
	note := file("n")
	must2(r.Note(r.ctx, anna, other.ID, model.NewReply{Body: "see", Slot: "n", Files: []model.AttachmentID{note}}))(t)
	s, err := r.StartSide(r.ctx, anna, tk.ID, model.NewSide{Address: "vendor@vendor.test", Subject: "Toner", Body: "How many?", Slot: "s", Files: []model.AttachmentID{file("s")}, Carry: []model.AttachmentID{note}})
	must(t, err)
	v, err := r.SideConversation(r.ctx, anna, s.ID)
	must(t, err)
	if len(v.Items) != 1 || len(v.Items[0].Files) != 1 {
		t.Fatalf("files of another ticket came along: %+v", v.Items)
	}
	id := v.Items[0].Files[0].ID
	if _, body, err := r.OpenAttachment(r.ctx, anna, id); err != nil {
		t.Errorf("the staff: %v", err)
	} else {
		must(t, body.Close())
	}
	for _, by := range []model.Actor{sarah, nora, {Kind: model.KindGuest, ID: s.PersonID, Ticket: tk.ID}} {
		_, _, err := r.OpenAttachment(r.ctx, by, id)
		is(t, err, model.ErrNotFound)
	}
}

// A text that is not shared any more does not come out of a macro either.
func TestMacrosDoNotTellTextsOfOthers(t *testing.T) {
	r := newRig(t)
	sarah, boss, ada := r.person(model.KindCustomer, "sarah"), r.person(model.KindAdmin, "boss"), r.person(model.KindAgent, "ada")
	tk := r.opens(sarah, "Printer")
	text := model.Canned{Title: "Secret", Bodies: model.Localized{"": "quagga"}, Shared: model.Shared{Scope: model.ShareAll}}
	id, err := r.SaveCanned(r.ctx, boss, text, CannedFilesChange{})
	must(t, err)
	m, err := r.SaveMacro(r.ctx, boss, model.Macro{Name: "Tell", Shared: model.Shared{Scope: model.ShareAll}, Actions: []model.Action{{Type: model.ActCanned, Value: key(id)}}})
	must(t, err)
	if got, err := r.MacroText(r.ctx, ada, tk.ID, m); err != nil || got != "quagga" {
		t.Fatalf("%q, %v", got, err)
	}
	text.ID, text.Scope = id, model.ShareMine
	now, err := r.db.Read().Canned(r.ctx, id)
	must(t, err)
	text.Version = now.Version
	must2(r.SaveCanned(r.ctx, boss, text, CannedFilesChange{}))(t)
	if got, _ := r.MacroText(r.ctx, ada, tk.ID, m); strings.Contains(got, "quagga") {
		t.Errorf("still told: %q", got)
	}
	if _, err := r.RunMacro(r.ctx, ada, tk.ID, MacroUse{Macro: m}); err == nil {
		t.Error("still used")
	}
}

// said1 is the event of the first thing said in a side conversation.
func said1(t *testing.T, p *postRig) model.EventID {
	t.Helper()
	for id := model.EventID(1); id < 100; id++ {
		if side, err := p.db.Read().SideOfEvent(p.ctx, id); err == nil && side != 0 {
			return id
		}
	}
	t.Fatal("nothing said")
	return 0
}

// Whoever was taken off a ticket, or was only sent a blind copy, does not come
// into it by answering the mail they have: somebody looks first.
func TestOldMailsOpenNoTicket(t *testing.T) {
	p := newPostRig(t)
	sarah, anna := p.person(model.KindCustomer, "Sarah"), p.person(model.KindAgent, "Anna")
	tk := p.opens(sarah, "Printer")
	_, err := p.Reply(p.ctx, anna, tk.ID, model.NewReply{Body: "Hello", Cc: []string{"cc@x.test"}, Bcc: []string{"bcc@x.test"}, RecipientsKnown: true})
	must(t, err)
	find := func(address string) model.Person {
		who, err := p.db.Read().PersonByEmail(p.ctx, address)
		must(t, err)
		return who
	}
	cc, bcc := find("cc@x.test"), find("bcc@x.test")
	address := func(who model.Person) string { return "To: " + p.sign.ReplyAddress(tk.ID, who.ID) + "@help.test" }
	if r := p.live("From: cc@x.test", address(cc)); r.Outcome != model.MailToReply {
		t.Errorf("on copy: %+v", r)
	}
	must(t, p.RemoveParticipant(p.ctx, anna, tk.ID, cc.ID))
	for _, who := range []model.Person{cc, bcc} {
		if r := p.live("From: "+who.Email, address(who)); r.Outcome != model.MailHeld || r.Ticket != tk.ID {
			t.Errorf("%s: %+v", who.Email, r)
		}
		if on, err := p.db.Read().Participates(p.ctx, p.now(tk.ID), who.ID); err != nil || on {
			t.Errorf("%s is on the ticket: %v", who.Email, err)
		}
	}
	v, err := p.ViewTicket(p.ctx, sarah, tk.ID, Look{All: true})
	if must(t, err); len(v.Items) != 3 {
		t.Errorf("the customer reads %d messages", len(v.Items))
	}
}
