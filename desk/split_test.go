package desk

import (
	"errors"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

func TestSplit(t *testing.T) {
	r := newRig(t)
	ada, light := r.person(model.KindAgent, "ada"), r.person(model.KindLight, "lena")
	sarah, james := r.person(model.KindCustomer, "sarah"), r.person(model.KindCustomer, "james")
	tk := r.opens(sarah, "Printer")
	must(t, r.SetPriority(r.ctx, ada, tk.ID, model.High, Change{}))
	must(t, r.SetType(r.ctx, ada, tk.ID, model.Incident, Change{}))
	must(t, r.ChangeTags(r.ctx, ada, tk.ID, []string{"hot"}, nil))
	must(t, r.Follow(r.ctx, ada, tk.ID, true))
	r.write(func(tx *store.Tx) error {
		_, err := tx.AddPerson(tx.Ctx, tk.ID, james.ID, store.RoleParticipant)
		return err
	})
	r.later(time.Minute)
	r.says(ada, tk.ID, "Which printer?")
	r.later(time.Minute)
	f, err := r.Stage(r.ctx, james, "", "slot", "log.txt", strings.NewReader("boom"))
	must(t, err)
	second, err := r.Reply(r.ctx, james, tk.ID, model.NewReply{Body: "My screen is dark, too.", Slot: "slot", Files: []model.AttachmentID{f.ID}})
	must(t, err)
	r.later(time.Minute)
	note := r.notes(ada, tk.ID, "A different matter")
	before := r.now(tk.ID)
	head := model.NewSplit{Subject: "Dark screen", Messages: []model.MessageID{second.ID, note.ID}}

	// Refusals.
	for name, c := range map[string]struct {
		in         model.NewSplit
		field, key string
	}{
		"no message":    {model.NewSplit{Subject: "X"}, "message", "split_none"},
		"no subject":    {model.NewSplit{Messages: head.Messages}, "subject", "required"},
		"the opening":   {model.NewSplit{Subject: "X", Messages: []model.MessageID{tk.FirstMessageID, second.ID}}, "message", "split_first"},
		"a note before": {model.NewSplit{Subject: "X", Messages: []model.MessageID{r.notes(ada, tk.ID, "early").ID, r.says(sarah, tk.ID, "late").ID}}, "message", "split_note_first"},
	} {
		_, err := r.Split(r.ctx, ada, tk.ID, c.in)
		if err == nil {
			t.Fatalf("%s: taken", name)
		}
		refused(t, err, c.field, c.key)
	}
	other := r.opens(sarah, "Other")
	_, err = r.Split(r.ctx, ada, tk.ID, model.NewSplit{Subject: "X", Messages: []model.MessageID{other.FirstMessageID}})
	is(t, err, model.ErrNotFound)
	_, err = r.Split(r.ctx, light, tk.ID, head)
	is(t, err, model.ErrDenied)
	_, err = r.Split(r.ctx, sarah, tk.ID, head)
	is(t, err, model.ErrDenied)
	before = r.now(tk.ID)

	mails := len(r.facts(tk.ID))
	ctx, set := Undoing(r.ctx)
	n, err := r.Split(ctx, ada, tk.ID, head)
	must(t, err)
	if n.RequesterID != james.ID || n.Priority != model.High || n.Type != model.Incident || n.Status != model.Open || n.FirstMessageID != second.ID ||
		n.MessageCount != 2 || n.PublicCount != 1 || n.FileCount != 1 || n.WaitingSince != second.CreatedAt {
		t.Errorf("the new ticket: %+v", n)
	}
	sameTexts(t, r.texts(ada, n.ID), "My screen is dark, too.", "A different matter")
	sameTexts(t, r.texts(ada, tk.ID), "It says 42.", "Which printer?", "early", "late")
	v, err := r.ViewTicket(r.ctx, ada, n.ID, Look{})
	must(t, err)
	if len(v.Tags) != 1 || !v.Following || len(v.Links) != 1 || v.Links[0].Kind != model.LinkSplit || len(v.Items[0].Files) != 1 || v.Items[0].CameFrom != tk.ID {
		t.Errorf("its page: tags %v, links %+v, items %+v", v.Tags, v.Links, v.Items)
	}
	if facts := r.facts(tk.ID); facts[len(facts)-1] != "ticket.split" || len(facts) != mails+1 {
		t.Errorf("facts: %v", facts)
	}
	if now := r.now(tk.ID); now.FileCount != 0 || now.MessageCount != before.MessageCount-2 {
		t.Errorf("the old ticket: %+v", now)
	}
	if _, err := r.Ticket(r.ctx, sarah, n.ID); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("sarah sees james' ticket: %v", err)
	}

	// Undone: the messages are back and the new ticket is gone.
	done, err := r.Undo(r.ctx, ada, *set)
	must(t, err)
	if len(done.Conflicts) != 0 {
		t.Errorf("conflicts: %+v", done.Conflicts)
	}
	sameTexts(t, r.texts(ada, tk.ID), "It says 42.", "Which printer?", "My screen is dark, too.", "A different matter", "early", "late")
	if _, err := r.Ticket(r.ctx, ada, n.ID); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("the new ticket is still there: %v", err)
	}
	back := r.now(tk.ID)
	back.Version = before.Version
	if back != before {
		t.Errorf("not as it was:\n%+v\n%+v", back, before)
	}

	// When something was said in it, it stays with that.
	ctx, set = Undoing(r.ctx)
	n, err = r.Split(ctx, ada, tk.ID, head)
	must(t, err)
	r.says(james, n.ID, "Any news?")
	done, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	if len(done.Conflicts) == 0 {
		t.Error("nothing says that the ticket stayed")
	}
	sameTexts(t, r.texts(ada, n.ID), "Any news?")
}

func TestSplitOfNotesAlone(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "ada"), r.person(model.KindCustomer, "sarah")
	tk := r.opens(sarah, "Printer")
	note := r.notes(ada, tk.ID, "Order toner")
	n, err := r.Split(r.ctx, ada, tk.ID, model.NewSplit{Subject: "Toner", Messages: []model.MessageID{note.ID}})
	must(t, err)
	if n.RequesterID != sarah.ID || n.PublicCount != 0 || n.WaitingSince != model.Never {
		t.Errorf("the new ticket: %+v", n)
	}
	sameTexts(t, r.texts(sarah, n.ID))
}
