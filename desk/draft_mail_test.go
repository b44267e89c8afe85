package desk

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"escalated/model"
	"escalated/store"
)

// A member of the staff who answers a mail by mail has seen what it told, and
// nothing newer.
func TestAnswerByMailKnowsItsMail(t *testing.T) {
	p := newPostRig(t, "undo_send_seconds", "0")
	anna, ben, cathy := p.person(model.KindAgent, "anna"), p.person(model.KindAgent, "ben"), p.person(model.KindCustomer, "cathy")
	tk := p.opens(cathy, "Printer")
	told := func(ref string, who model.Actor, about model.MessageID) {
		p.write(func(tx *store.Tx) error {
			return tx.SaveMailRef(tx.Ctx, model.MailRef{Ref: ref, TicketID: tk.ID, MessageID: about, PersonID: who.ID, Ours: true})
		})
	}
	told("a1@help.test", anna, tk.FirstMessageID)
	to := "To: " + p.sign.ReplyAddress(tk.ID, anna.ID) + "@help.test"
	got := p.live("From: anna@help.test", to, "In-Reply-To: <a1@help.test>", "", "Try water.")
	if got.Outcome != model.MailToReply {
		t.Fatalf("the first answer became %+v", got)
	}
	m, err := p.Reply(p.ctx, ben, tk.ID, model.NewReply{Body: "Ben was here"})
	must(t, err)
	got = p.live("From: anna@help.test", to, "In-Reply-To: <a1@help.test>", "", "Try more water.")
	if got.Outcome != model.MailHeld || got.Reason != model.HeldNewer || got.Message != 0 || got.Ticket != tk.ID {
		t.Fatalf("the late answer became %+v", got)
	}
	v, err := p.ViewTicket(p.ctx, anna, tk.ID, Look{})
	must(t, err)
	if len(v.Drafts) != 1 || v.Drafts[0].Body != "Try more water." || v.Drafts[0].HeldWhy != model.HeldNewer || v.Drafts[0].Newer == nil || v.Drafts[0].Newer.ID != m.ID {
		t.Fatalf("Anna finds %+v", v.Drafts)
	}
	said, err := p.SendDraft(p.ctx, anna, v.Drafts[0].ID, m.ID)
	must(t, err)
	row, err := p.db.Read().Ledger(p.ctx, got.Ledger)
	must(t, err)
	if row.Outcome != model.MailToReply || row.MessageID != said.ID || said.LedgerID != row.ID || said.Markdown {
		t.Errorf("the mail is %+v, the message %+v", row, said)
	}

	// Without the mail it answers: by the newest she got.
	told("a2@help.test", anna, m.ID)
	if got = p.live("From: anna@help.test", to, "", "Better now?"); got.Outcome != model.MailToReply {
		t.Errorf("an answer to the newest became %+v", got)
	}
	_, err = p.Reply(p.ctx, cathy, tk.ID, model.NewReply{Body: "It is out"})
	must(t, err)
	held := p.live("From: anna@help.test", to, "", "Still there?")
	if held.Outcome != model.MailHeld {
		t.Fatalf("an answer that knows nothing became %+v", held)
	}

	// Whoever looks after the mail lets it through, or makes nothing of it.
	admin := p.person(model.KindAdmin, "ada")
	_, err = p.ReleaseMail(p.ctx, admin, held.Ledger)
	must(t, err)
	if last := p.now(tk.ID); last.LastPublicBy != anna.ID {
		t.Error("what was let through is not said")
	}
	_, err = p.Reply(p.ctx, cathy, tk.ID, model.NewReply{Body: "Thanks"})
	must(t, err)
	held = p.live("From: anna@help.test", to, "", "Still there, I wonder?")
	must(t, p.DropMail(p.ctx, admin, held.Ledger))
	if v, _ = p.ViewTicket(p.ctx, anna, tk.ID, Look{}); len(v.Drafts) != 0 {
		t.Errorf("a dropped mail leaves %+v", v.Drafts)
	}
}

// Two answer at once: exactly one goes out, the other keeps the text and is
// given the newer message.
func TestOneOfTwoAnswers(t *testing.T) {
	p := newPostRig(t, "undo_send_seconds", "0")
	anna, ben, cathy := p.person(model.KindAgent, "anna"), p.person(model.KindAgent, "ben"), p.person(model.KindCustomer, "cathy")
	doors := []string{"verb", "mail"}
	for i := range 60 {
		tk := p.opens(cathy, fmt.Sprint("Question ", i))
		answer := func(by model.Actor, door, words string) error {
			if door == "verb" {
				_, err := p.Send(p.ctx, by, tk.ID, model.NewReply{Body: words, Seen: tk.LastPublicID, Op: words}, nil, 0)
				return err
			}
			ref := fmt.Sprintf("%d.%d@help.test", tk.ID, by.ID)
			p.write(func(tx *store.Tx) error {
				return tx.SaveMailRef(tx.Ctx, model.MailRef{Ref: ref, TicketID: tk.ID, MessageID: tk.FirstMessageID, PersonID: by.ID, Ours: true})
			})
			r, err := p.ReceiveMail(p.ctx, model.System("mail"), strings.NewReader(p.letter("From: "+by.Name+"@help.test",
				"To: "+p.sign.ReplyAddress(tk.ID, by.ID)+"@help.test", "In-Reply-To: <"+ref+">", "", words)), Arrival{Door: "pipe", Live: true})
			if err == nil && r.Outcome == model.MailHeld {
				err = &model.Stale{Field: "reply"}
			}
			return err
		}
		a, b := doors[i%2], doors[i/2%2]
		results := make(chan error, 2)
		start := make(chan struct{})
		for _, one := range []struct {
			by   model.Actor
			door string
		}{{anna, a}, {ben, b}} {
			go func() {
				<-start
				results <- answer(one.by, one.door, fmt.Sprintf("%s %d", one.by.Name, i))
			}()
		}
		close(start)
		first, second := <-results, <-results
		var stale *model.Stale
		if (first == nil) == (second == nil) || !errors.As(errors.Join(first, second), &stale) {
			t.Fatalf("%d, %s and %s: %v and %v", i, a, b, first, second)
		}
		if n := p.now(tk.ID).PublicCount; n != 2 {
			t.Fatalf("%d, %s and %s: %d messages went out", i, a, b, n-1)
		}
	}
}
