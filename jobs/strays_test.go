package jobs

import (
	"errors"
	"strings"
	"testing"
	"time"

	"escalated/model"
)

func TestStraysAreSwept(t *testing.T) {
	d, db, dir, later := open(t)
	who := person(t, db, model.KindCustomer, "Ada")
	stray, err := dir.Put(t.Context(), strings.NewReader("cut off"), 100)
	if err != nil {
		t.Fatal(err)
	}
	a, err := d.Stage(t.Context(), who, "", "s", "a.txt", strings.NewReader("wanted"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.OpenTicket(t.Context(), who, model.NewTicket{Subject: "S", Body: "B", Files: []model.AttachmentID{a.ID}, Slot: "s"}); err != nil {
		t.Fatal(err)
	}
	if n, err := d.SweepStrays(t.Context(), model.System("clock")); n != 0 || err != nil {
		t.Errorf("young strays are swept: %d %v", n, err)
	}
	later(25 * time.Hour)
	if n, err := d.SweepStrays(t.Context(), model.System("clock")); n != 1 || err != nil {
		t.Errorf("%d strays, want 1: %v", n, err)
	}
	if _, err := dir.Open(t.Context(), stray.SHA256); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("the stray is still there: %v", err)
	}
	if _, f, err := d.OpenAttachment(t.Context(), who, a.ID); err != nil {
		t.Errorf("a wanted file is gone: %v", err)
	} else {
		f.Close()
	}
	if _, err := d.SweepStrays(t.Context(), who); !errors.Is(err, model.ErrDenied) {
		t.Errorf("customers sweep: %v", err)
	}
}
