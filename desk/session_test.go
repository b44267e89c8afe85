package desk

import (
	"slices"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

func TestSessionsEnd(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	open := func(keep bool) string {
		e, err := r.SignIn(r.ctx, from("10.0.0.1"), "ada@help.test", good, Visit{Keep: keep})
		must(t, err)
		if (e.Keep != 0) != keep {
			t.Fatalf("cookie lasts %v", e.Keep)
		}
		return e.Secret
	}
	look := func(secret string) error {
		_, _, err := r.Recognise(r.ctx, from("10.0.0.1"), secret, false)
		return err
	}
	short, kept := open(false), open(true)
	for range 3 { // use keeps it alive
		r.later(11 * time.Hour)
		must(t, look(short))
	}
	r.later(12 * time.Hour)
	is(t, look(short), model.ErrSignIn)
	must(t, look(kept))
	r.later(29 * 24 * time.Hour)
	is(t, look(kept), model.ErrSignIn)
	_, err := r.ForgetExpired(r.ctx, model.System("clock"))
	must(t, err)
	a := model.Actor{Kind: model.KindCustomer, ID: 1}
	if list, _ := r.Sessions(r.ctx, a); len(list) != 0 {
		t.Fatalf("sessions left: %v", list)
	}
}

func TestRecogniseIsOneQuery(t *testing.T) {
	r := newRig(t)
	r.member(model.KindAgent, "ada")
	_, secret := r.enters("ada@help.test")
	ctx, n := store.Counting(r.ctx)
	for _, step := range []struct {
		wait time.Duration
		most int64
	}{{0, 1}, {30 * time.Second, 1}, {31 * time.Second, 3}, {0, 1}} {
		r.later(step.wait)
		before := n.Load()
		_, _, err := r.Recognise(ctx, from(""), secret, false)
		must(t, err)
		if got := n.Load() - before; got != step.most {
			t.Errorf("after %v: %d queries, want %d", step.wait, got, step.most)
		}
	}
	r.later(time.Hour)
	before := n.Load()
	if _, _, err := r.Recognise(ctx, from(""), secret, true); err != nil || n.Load()-before != 1 {
		t.Errorf("a passive look moved seen_at: %v", err)
	}
}

func TestFixationAndRotation(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	r.member(model.KindCustomer, "eve")
	eve, evil := r.enters("eve@help.test")
	// Eve's cookie sits in Ada's browser; Ada signs in with it.
	eve.Address = "10.0.0.1"
	e, err := r.SignIn(r.ctx, eve, "ada@help.test", good, Visit{})
	must(t, err)
	if e.Secret == evil {
		t.Fatal("the session was adopted")
	}
	_, _, err = r.Recognise(r.ctx, from(""), evil, false)
	is(t, err, model.ErrSignIn)
	a, _, err := r.Recognise(r.ctx, from(""), e.Secret, false)
	must(t, err)
	if a.Name != "ada" {
		t.Fatalf("signed in as %s", a.Name)
	}
	// A secret made up by the client opens nothing and is not stored.
	_, _, err = r.Recognise(r.ctx, from(""), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)
	is(t, err, model.ErrSignIn)
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	r.member(model.KindCustomer, "eve")
	a, _ := r.enters("ada@help.test")
	b, other := r.enters("ada@help.test")
	c, third := r.enters("ada@help.test")
	list, err := r.Sessions(r.ctx, a)
	must(t, err)
	if len(list) != 3 || list[0].Browser != "Firefox" || list[0].Address != "10.0.0.1" {
		t.Fatalf("sessions %+v", list)
	}
	eve, _ := r.enters("eve@help.test")
	is(t, r.RevokeSession(r.ctx, eve, b.Session), model.ErrNotFound)
	is(t, r.RevokeAllSessions(r.ctx, eve, a.ID), model.ErrDenied)
	must(t, r.RevokeSession(r.ctx, a, b.Session))
	_, _, err = r.Recognise(r.ctx, from(""), other, false)
	is(t, err, model.ErrSignIn)
	must(t, r.RevokeAllSessions(r.ctx, c, c.ID))
	if _, _, err = r.Recognise(r.ctx, from(""), third, false); err != nil {
		t.Fatal("the session in use ended too")
	}
	if list, _ := r.Sessions(r.ctx, c); len(list) != 1 {
		t.Fatalf("%d sessions left", len(list))
	}
	_, err = r.Sessions(r.ctx, from(""))
	is(t, err, model.ErrSignIn)
}

func TestRightsTakenAwayAreGoneAtOnce(t *testing.T) {
	r := newRig(t)
	admin := r.member(model.KindAdmin, "root")
	ada := r.member(model.KindAgent, "ada")
	_, secret := r.enters("ada@help.test")
	narrow, dep := true, []model.DepartmentID{}
	must(t, r.UpdatePerson(r.ctx, admin, ada.ID, PersonChange{Narrow: &narrow, Departments: &dep}))
	a, _, err := r.Recognise(r.ctx, from(""), secret, false)
	must(t, err)
	if !a.Narrow {
		t.Fatal("the switch is not seen")
	}
	must(t, r.SetKind(r.ctx, admin, ada.ID, model.KindLight, 0))
	_, _, err = r.Recognise(r.ctx, from(""), secret, false)
	is(t, err, model.ErrSignIn)
	_, secret = r.enters("ada@help.test")
	must(t, r.Deactivate(r.ctx, admin, ada.ID, 0))
	_, _, err = r.Recognise(r.ctx, from(""), secret, false)
	is(t, err, model.ErrSignIn)
	must(t, r.Activate(r.ctx, admin, ada.ID))
	_, _, err = r.Recognise(r.ctx, from(""), secret, false)
	is(t, err, model.ErrSignIn) // the old session stays over
	r.enters("ada@help.test")
}

func TestChangePassword(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	_, old := r.enters("ada@help.test")
	a, mine := r.enters("ada@help.test")
	refused(t, r.ChangePassword(r.ctx, a, "", "another fine one"), "current", "password_wrong")
	refused(t, r.ChangePassword(r.ctx, a, "not this one", "another fine one"), "current", "password_wrong")
	refused(t, r.ChangePassword(r.ctx, a, good, "ada"), "password", "password_short")
	must(t, r.ChangePassword(r.ctx, a, good, "another fine one"))
	_, _, err := r.Recognise(r.ctx, from(""), old, false)
	is(t, err, model.ErrSignIn)
	_, _, err = r.Recognise(r.ctx, from(""), mine, false)
	must(t, err)
	_, err = r.SignIn(r.ctx, from("10.0.0.2"), "ada@help.test", good, Visit{})
	refused(t, err, "password", "login_failed")
	_, err = r.SignIn(r.ctx, from("10.0.0.2"), "ada@help.test", "another fine one", Visit{})
	must(t, err)
	is(t, r.ChangePassword(r.ctx, from(""), good, "another fine one"), model.ErrSignIn)
	is(t, r.SetPassword(r.ctx, a, "ada@help.test", "yet another one"), model.ErrDenied)
	must(t, r.SetPassword(r.ctx, model.System("command"), "ada@help.test", "yet another one"))
	_, _, err = r.Recognise(r.ctx, from(""), mine, false)
	is(t, err, model.ErrSignIn)
	// Without a password none is asked for, once.
	b := r.person(model.KindCustomer, "Bob")
	must(t, r.ChangePassword(r.ctx, b, "", "bobs own sentence"))
	refused(t, r.ChangePassword(r.ctx, b, "", "eves own sentence"), "current", "password_wrong")
	if got := r.recorded(); !slices.Contains(got, "person.password_changed") {
		t.Fatalf("recorded %v", got)
	}
}

func TestProfile(t *testing.T) {
	r := newRig(t)
	a := r.member(model.KindCustomer, "ada")
	name, lang, zone, theme := " Ada\n L. ", "de", "Europe/Berlin", "dark"
	must(t, r.Profile(r.ctx, a, ProfileChange{Name: &name, Locale: &lang, Zone: &zone, Theme: &theme}))
	p, err := r.MyProfile(r.ctx, a)
	must(t, err)
	if p.Name != "Ada L." || p.Locale != "de" || p.Zone != "Europe/Berlin" || p.Theme != "dark" {
		t.Fatalf("%+v", p)
	}
	empty, bad := "", "Mars/Base"
	refused(t, r.Profile(r.ctx, a, ProfileChange{Name: &empty}), "name", "name_required")
	refused(t, r.Profile(r.ctx, a, ProfileChange{Zone: &bad}), "zone", "zone_invalid")
	refused(t, r.Profile(r.ctx, a, ProfileChange{Locale: &bad}), "locale", "language_invalid")
	refused(t, r.Profile(r.ctx, a, ProfileChange{Theme: &bad}), "theme", "choice_invalid")
	is(t, r.Profile(r.ctx, model.Actor{Kind: model.KindGuest, ID: a.ID, Ticket: 1}, ProfileChange{Name: &name}), model.ErrSignIn)
}
