package desk

import (
	"bytes"
	"errors"
	"testing"

	"escalated/model"
)

// Whoever got hold of the key and a copy of the database could work guest
// links out; with another key none of them opens anything.
func TestGuestLinksEndWithTheKey(t *testing.T) {
	r := newRig(t)
	tk, link, err := r.OpenGuestTicket(r.ctx, from("10.0.0.1"), model.NewTicket{Subject: "Door", Body: "It sticks.", RequesterName: "Gus", RequesterEmail: "gus@guests.test"}, false)
	must(t, err)
	a, err := r.GuestActor(r.ctx, from("10.0.0.1"), link)
	if err != nil || a.Ticket != tk.ID {
		t.Fatalf("%+v %v", a, err)
	}
	other, err := New(Options{DB: r.db, Key: bytes.Repeat([]byte{1}, 32), Settings: model.DefaultSettings(), Files: r.files})
	must(t, err)
	if _, err := other.GuestActor(r.ctx, from("10.0.0.1"), link); !errors.Is(err, model.ErrNotFound) {
		t.Fatalf("a link of the old key: %v", err)
	}
}
