package desk

import (
	"slices"
	"testing"

	"escalated/model"
)

func TestNotesArePinnedAndTakenDown(t *testing.T) {
	r := newRig(t)
	ada, lena, sarah := r.person(model.KindAgent, "Ada"), r.person(model.KindLight, "Lena"), r.person(model.KindCustomer, "Sarah")
	tk, other := r.opens(sarah, "Printer"), r.opens(sarah, "Lamp")
	note, err := r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "The cause is the toner."})
	must(t, err)
	pins := func() []model.PinnedNote {
		v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
		must(t, err)
		return v.Pinned
	}
	_, err = r.Pin(r.ctx, sarah, tk.ID, note.ID)
	is(t, err, model.ErrDenied)
	_, err = r.Pin(r.ctx, ada, other.ID, note.ID)
	is(t, err, model.ErrNotFound)
	_, err = r.Pin(r.ctx, ada, tk.ID, tk.FirstMessageID)
	refused(t, err, "message", "pin_notes_only")

	ctx, set := Undoing(r.ctx)
	if on, err := r.Pin(ctx, lena, tk.ID, note.ID); err != nil || !on {
		t.Fatalf("pinned %v, %v", on, err)
	}
	if got := pins(); len(got) != 1 || got[0].ID != note.ID || got[0].Author != "Ada" || got[0].By != "Lena" || got[0].Body != "The cause is the toner." {
		t.Fatalf("%+v", got)
	}
	_, err = r.Undo(r.ctx, lena, *set)
	must(t, err)
	if len(pins()) != 0 {
		t.Fatal("undone and still pinned")
	}
	for _, want := range []bool{true, false} {
		if on, err := r.Pin(r.ctx, ada, tk.ID, note.ID); err != nil || on != want || len(pins()) != map[bool]int{true: 1}[want] {
			t.Fatalf("pinned %v, %v", on, err)
		}
	}
	if facts := r.facts(tk.ID); !slices.Contains(facts, "note.pinned") || !slices.Contains(facts, "note.unpinned") {
		t.Fatalf("%v", facts)
	}
	v, err := r.ViewTicket(r.ctx, sarah, tk.ID, Look{})
	if err != nil || len(v.Pinned) != 0 {
		t.Fatalf("a customer sees %+v, %v", v.Pinned, err)
	}
}
