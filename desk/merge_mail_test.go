package desk

import (
	"testing"

	"escalated/mail"
	"escalated/model"
	"escalated/store"
)

// Mail to a merged ticket lands in the one it went into, by every way a mail
// can name it.
func TestMailToAMergedTicket(t *testing.T) {
	p := newPostRig(t)
	cathy, james, anna := p.person(model.KindCustomer, "Cathy"), p.person(model.KindCustomer, "James"), p.person(model.KindAgent, "Anna")
	first := p.live("From: Cathy <cathy@help.test>", "Message-ID: <first@x.test>")
	from, into := p.now(first.Ticket), p.opens(james, "The other")
	_, err := p.Merge(p.ctx, anna, from.ID, model.NewMerge{Into: into.ID})
	must(t, err)
	address := p.sign.ReplyAddress(from.ID, cathy.ID) + "@help.test"
	for name, lines := range map[string][]string{
		"by the signed address":  {"From: cathy@help.test", "To: " + address},
		"by one of our ids":      {"From: cathy@help.test", "In-Reply-To: " + p.ours(from.ID, cathy.ID)},
		"by one of theirs":       {"From: cathy@help.test", "In-Reply-To: <first@x.test>"},
		"by the subject":         {"From: cathy@help.test", "Subject: Re: [" + from.Reference + "] It broke"},
		"by the staff":           {"From: anna@help.test", "To: " + p.sign.ReplyAddress(from.ID, anna.ID) + "@help.test"},
		"by the target's people": {"From: james@help.test", "To: " + p.sign.ReplyAddress(into.ID, james.ID) + "@help.test"},
	} {
		if r := p.live(lines...); r.Outcome != model.MailToReply || r.Ticket != into.ID {
			t.Errorf("%s: %+v", name, r)
		}
	}
	// A stranger gets no further by it than before.
	if r := p.live("From: eve@evil.test", "To: "+address); r.Outcome != model.MailHeld || r.Ticket != into.ID {
		t.Errorf("a stranger: %+v", r)
	}
	// The answers of the merged ticket go on in one thread of mail.
	chain, err := p.db.Read().MailChain(p.ctx, into.ID, cathy.ID, 20)
	must(t, err)
	if len(chain) < 2 || chain[0] != "first@x.test" {
		t.Errorf("the chain: %v", chain)
	}
}

// Mail that answers a message that was split off follows it; what answers
// another message stays.
func TestMailFollowsASplit(t *testing.T) {
	p := newPostRig(t)
	cathy, james, anna := p.person(model.KindCustomer, "Cathy"), p.person(model.KindCustomer, "James"), p.person(model.KindAgent, "Anna")
	first := p.live("From: Cathy <cathy@help.test>", "Message-ID: <first@x.test>", "Cc: james@help.test")
	old := p.now(first.Ticket)
	second := p.live("From: Cathy <cathy@help.test>", "Message-ID: <second@x.test>", "In-Reply-To: <first@x.test>")
	answer := p.says(anna, old.ID, "About the second")
	ours := p.sign.MessageID(mail.Ref{Ticket: old.ID, Person: cathy.ID, Event: 7, Kind: model.MailReply}, "help.test")
	p.write(func(tx *store.Tx) error {
		return tx.SaveMailRef(tx.Ctx, model.MailRef{Ref: ours, TicketID: old.ID, MessageID: answer.ID, PersonID: cathy.ID, Ours: true})
	})
	item, err := p.db.Read().MailRef(p.ctx, "second@x.test")
	must(t, err)
	ctx, set := Undoing(p.ctx)
	n, err := p.Split(ctx, anna, old.ID, model.NewSplit{Subject: "Second", Messages: []model.MessageID{item.MessageID, answer.ID}})
	must(t, err)
	if second.Ticket != old.ID {
		t.Fatalf("the second mail: %+v", second)
	}
	address := "To: " + p.sign.ReplyAddress(old.ID, cathy.ID) + "@help.test"
	for name, c := range map[string]struct {
		lines []string
		want  model.TicketID
	}{
		"an answer to what moved, to our old address": {[]string{"From: cathy@help.test", address, "In-Reply-To: <" + ours + ">"}, n.ID},
		"the same to the desk's own address":          {[]string{"From: cathy@help.test", "In-Reply-To: <" + ours + ">"}, n.ID},
		"an answer to their own mail that moved":      {[]string{"From: cathy@help.test", "In-Reply-To: <second@x.test>"}, n.ID},
		"an answer to what stayed":                    {[]string{"From: cathy@help.test", address, "In-Reply-To: <first@x.test>"}, old.ID},
		"a mail that answers nothing":                 {[]string{"From: cathy@help.test", address}, old.ID},
	} {
		if r := p.live(c.lines...); r.Outcome != model.MailToReply || r.Ticket != c.want {
			t.Errorf("%s: %+v, want ticket %d", name, r, c.want)
		}
	}
	// James was on the old ticket only: his address proves nothing for the new one.
	if r := p.live("From: james@help.test", "To: "+p.sign.ReplyAddress(old.ID, james.ID)+"@help.test", "In-Reply-To: <"+ours+">"); r.Outcome != model.MailHeld || r.Ticket != n.ID {
		t.Errorf("somebody who is not on the new ticket: %+v", r)
	}
	if _, err := p.Undo(p.ctx, anna, *set); err != nil {
		t.Fatal(err)
	}
	if r := p.live("From: cathy@help.test", address, "In-Reply-To: <"+ours+">"); r.Ticket != old.ID {
		t.Errorf("after undo: %+v", r)
	}
}
