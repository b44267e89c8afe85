package desk

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

const good = "correct horse battery"

// from is a visitor from a network address.
func from(address string) model.Actor {
	a := model.Nobody()
	a.Address = address
	return a
}

// member makes somebody with a password.
func (r *rig) member(kind model.Kind, name string) model.Actor {
	r.t.Helper()
	p, err := r.CreatePerson(r.ctx, model.System("test"), model.NewPerson{Kind: kind, Name: name, Email: name + "@help.test", Password: good, Verified: true}, "command")
	must(r.t, err)
	return actorOf(p, nil)
}

// enters signs in and gives the actor of the session with its secret.
func (r *rig) enters(email string) (model.Actor, string) {
	r.t.Helper()
	e, err := r.SignIn(r.ctx, from("10.0.0.1"), email, good, Visit{Browser: "Firefox"})
	must(r.t, err)
	a, _, err := r.Recognise(r.ctx, from("10.0.0.1"), e.Secret, false)
	must(r.t, err)
	return a, e.Secret
}

// recorded lists the kinds of the events about anything, in order.
func (r *rig) recorded() []string {
	r.t.Helper()
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10000)
	must(r.t, err)
	out := make([]string, len(recs))
	for i, e := range recs {
		out[i] = e.Kind
	}
	return out
}

func TestSignInOpensASession(t *testing.T) {
	r := newRig(t)
	r.member(model.KindAgent, "ada")
	a, secret := r.enters(" ADA@help.test ")
	if a.Kind != model.KindAgent || a.Session == 0 || !a.Can(model.PermTicketReply) || a.Can(model.PermPeople) || a.Name != "ada" {
		t.Fatalf("actor %+v", a)
	}
	for _, bad := range []string{"", "x", secret + "x", strings.ToUpper(secret), strings.Repeat("a", 43)} {
		_, _, err := r.Recognise(r.ctx, from(""), bad, false)
		is(t, err, model.ErrSignIn)
	}
	must(t, r.SignOut(r.ctx, a))
	_, _, err := r.Recognise(r.ctx, from(""), secret, false)
	is(t, err, model.ErrSignIn)
}

// The same words, status, queries and hashes for every reason to refuse.
func TestRefusedSignInsAreAlike(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	gone := r.member(model.KindCustomer, "gone")
	r.person(model.KindCustomer, "Nopass")
	admin := r.member(model.KindAdmin, "root")
	must(t, r.Deactivate(r.ctx, admin, gone.ID, 0))
	var words string
	var queries, hashes int64
	for i, c := range []struct{ email, password string }{
		{"ada@help.test", "wrong password"},
		{"nobody@help.test", "wrong password"},
		{"gone@help.test", good},
		{"gone@help.test", "wrong password"},
		{"nopass@help.test", "wrong password"},
		{"nopass@help.test", nobodysPassword},
	} {
		ctx, n := store.Counting(r.ctx)
		before := hashed.Load()
		_, err := r.SignIn(ctx, from(fmt.Sprintf("10.0.1.%d", i)), c.email, c.password, Visit{})
		refused(t, err, "password", "login_failed")
		h := hashed.Load() - before
		if i == 0 {
			words, queries, hashes = err.Error(), n.Load(), h
			continue
		}
		if err.Error() != words || n.Load() != queries || h != hashes {
			t.Errorf("%s: %q, %d queries, %d hashes; others %q, %d, %d", c.email, err, n.Load(), h, words, queries, hashes)
		}
	}
}

func TestParallelGuessesDoNotBeatTheThrottle(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	var wg sync.WaitGroup
	var mu sync.Mutex
	checked, blocked := 0, 0
	before := hashed.Load()
	for range 200 {
		wg.Go(func() {
			_, err := r.SignIn(r.ctx, from("10.0.0.9"), "ada@help.test", "a wrong guess", Visit{})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, model.ErrTooMany):
				blocked++
			case len(model.Problems(err)) > 0:
				checked++
			default:
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	wg.Wait()
	if n := hashed.Load() - before; checked != 5 || blocked != 195 || n != 5 {
		t.Fatalf("%d checked with %d hashes, %d blocked; want 5, 5, 195", checked, n, blocked)
	}
	// The right one is refused too while the wait lasts, and says until when.
	_, err := r.SignIn(r.ctx, from("10.0.0.9"), "ada@help.test", good, Visit{})
	var th *model.Throttled
	if !errors.As(err, &th) || th.Until.Sub(r.Now()) != 15*time.Second {
		t.Fatalf("got %v", err)
	}
	// From elsewhere the owner gets in, and that makes everything free again.
	if _, err := r.SignIn(r.ctx, from("10.0.0.10"), "ada@help.test", good, Visit{}); err != nil {
		t.Fatal(err)
	}
}

func TestWaitsGrowAndEnd(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	guess := func() error {
		_, err := r.SignIn(r.ctx, from("10.0.0.9"), "ada@help.test", "a wrong guess", Visit{})
		return err
	}
	for range 5 {
		refused(t, guess(), "password", "login_failed")
	}
	for _, wait := range []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		is(t, guess(), model.ErrTooMany)
		r.later(wait - time.Millisecond)
		is(t, guess(), model.ErrTooMany)
		r.later(time.Millisecond)
		refused(t, guess(), "password", "login_failed")
	}
	r.later(15 * time.Minute)
	if _, err := r.SignIn(r.ctx, from("10.0.0.9"), "ada@help.test", good, Visit{}); err != nil {
		t.Fatalf("kept out for good: %v", err)
	}
	for range 5 { // and the slate is clean
		refused(t, guess(), "password", "login_failed")
	}
}

func TestGuessingFromManyNetworksAndAtManyAccounts(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	tried := 0
	for i := range 50 { // one account
		_, err := r.SignIn(r.ctx, from(fmt.Sprintf("10.1.0.%d", i)), "ada@help.test", "a wrong guess", Visit{})
		if len(model.Problems(err)) > 0 {
			tried++
		} else {
			is(t, err, model.ErrTooMany)
		}
	}
	if tried != 20 {
		t.Errorf("one account: %d guesses checked, want 20", tried)
	}
	r.later(5 * time.Minute) // never longer than this, whatever an attacker does
	if _, err := r.SignIn(r.ctx, from("10.9.9.9"), "ada@help.test", good, Visit{}); err != nil {
		t.Errorf("victim kept out: %v", err)
	}
	tried = 0
	for i := range 60 { // one network, the low half of an IPv6 address moving
		_, err := r.SignIn(r.ctx, from(fmt.Sprintf("2001:db8::%d", i)), fmt.Sprintf("u%d@help.test", i), "a wrong guess", Visit{})
		if len(model.Problems(err)) > 0 {
			tried++
		} else {
			is(t, err, model.ErrTooMany)
		}
	}
	if tried != 40 {
		t.Errorf("one network: %d guesses checked, want 40", tried)
	}
}

func TestPasswordRules(t *testing.T) {
	for _, c := range []struct{ password, key string }{
		{"", "password_required"},
		{"short", "password_short"},
		{strings.Repeat("a b", 100), "password_long"},
		{"password1", "password_weak"},
		{"P@ssw0rd!", "password_weak"},
		{"12345678", "password_weak"},
		{"aaaaaaaaaa", "password_weak"},
		{"qwertyuiop", "password_weak"},
		{"adalovelace2024", "password_weak"},
		{"adalovelace@help.test", "password_weak"},
		{good, ""},
		{"пароль для проверки", ""},
		{"8 x ✓ and ü", ""},
		{strings.Repeat("ab1", 85), ""},
	} {
		var p model.Invalid
		checkPassword(&p, "password", c.password, "adalovelace@help.test", "Ada Lovelace")
		got := ""
		if len(p) > 0 {
			got = p[0].Key
		}
		if got != c.key {
			t.Errorf("%q: %q, want %q", c.password, got, c.key)
		}
	}
}

func TestLongPasswordsDifferToTheEnd(t *testing.T) {
	long := strings.Repeat("x1y2z3", 16)
	phc, err := hashPassword(t.Context(), long+"A")
	must(t, err)
	if !fits(long+"A", phc) || fits(long+"B", phc) || fits(long, phc) || !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal("a long password is cut")
	}
	before := hashed.Load()
	r := newRig(t)
	_, err = r.SignIn(r.ctx, from("10.0.0.1"), "a@help.test", strings.Repeat("x", 1<<20), Visit{})
	refused(t, err, "password", "login_failed")
	if hashed.Load() != before {
		t.Error("a megabyte was hashed")
	}
}

func TestFailuresAreRecorded(t *testing.T) {
	r := newRig(t)
	for range 5 {
		_, err := r.SignIn(r.ctx, from("10.0.0.1"), "who@help.test", "a wrong guess", Visit{})
		refused(t, err, "password", "login_failed")
	}
	if got := r.recorded(); len(got) != 1 || got[0] != "person.sign_in_failed" {
		t.Fatalf("recorded %v", got)
	}
}
