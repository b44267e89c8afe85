package desk

import (
	"strings"
	"sync"
	"testing"

	"escalated/model"
)

func TestSetupNeedsItsToken(t *testing.T) {
	r := newRig(t)
	boot := model.System("command")
	_, err := r.SetupToken(r.ctx, from(""))
	is(t, err, model.ErrDenied)
	old, err := r.SetupToken(r.ctx, boot)
	must(t, err)
	token, err := r.SetupToken(r.ctx, boot) // the next start
	must(t, err)
	for _, bad := range []string{"", "x", old, strings.Repeat("a", 32)} {
		_, err := r.Setup(r.ctx, from("10.0.0.1"), bad, "Root", "root@help.test", good, Visit{})
		refused(t, err, "token", "token_invalid")
	}
	_, err = r.Setup(r.ctx, from("10.0.0.1"), token, "", "root", "short", Visit{})
	for _, f := range []string{"name", "email", "password"} {
		if !strings.Contains(err.Error(), f+":") {
			t.Errorf("%v does not name %s", err, f)
		}
	}
	e, err := r.Setup(r.ctx, from("10.0.0.1"), token, "Root", "root@help.test", good, Visit{})
	must(t, err)
	if a, _, err := r.Recognise(r.ctx, from(""), e.Secret, false); err != nil || a.Kind != model.KindAdmin {
		t.Fatalf("%v %v", a, err)
	}
	_, err = r.Setup(r.ctx, from("10.0.0.1"), token, "Eve", "eve@help.test", good, Visit{})
	is(t, err, model.ErrNotFound)
	if again, err := r.SetupToken(r.ctx, boot); err != nil || again != "" {
		t.Fatalf("the door opened again: %q %v", again, err)
	}
	if needed, _ := r.SetupNeeded(r.ctx, from("")); needed {
		t.Fatal("setup is still needed")
	}
}

func TestSetupIsWonOnce(t *testing.T) {
	r := newRig(t)
	token, err := r.SetupToken(r.ctx, model.System("command"))
	must(t, err)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 8 {
		wg.Go(func() {
			_, err := r.Setup(r.ctx, from("10.0.0.1"), token, "Root", strings.Repeat("r", i+1)+"@help.test", good, Visit{})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			}
		})
	}
	wg.Wait()
	if n, _ := r.db.Read().Admins(r.ctx, 0); won != 1 || n != 1 {
		t.Fatalf("%d won, %d admins", won, n)
	}
}

func TestSetupTakesInAKnownSender(t *testing.T) {
	r := newRig(t)
	known := r.person(model.KindCustomer, "Root")
	token, err := r.SetupToken(r.ctx, model.System("command"))
	must(t, err)
	e, err := r.Setup(r.ctx, from("10.0.0.1"), token, "The Root", "root@help.test", good, Visit{})
	must(t, err)
	if e.Person.ID != known.ID || e.Person.Kind != model.KindAdmin || e.Person.Name != "The Root" {
		t.Fatalf("%+v", e.Person)
	}
}
