package desk

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// lastToken is the token of the newest event that asks for a mail.
func (r *rig) lastToken() model.TokenID {
	r.t.Helper()
	recs, err := r.db.Read().RecordsAfter(r.ctx, 0, 10000)
	must(r.t, err)
	for i := len(recs) - 1; i >= 0; i-- {
		if k := recs[i].Kind; k == "link.requested" || k == "person.invited" {
			var v struct{ Token model.TokenID }
			must(r.t, json.Unmarshal([]byte(recs[i].Data), &v))
			return v.Token
		}
	}
	r.t.Fatal("nobody asked for a mail")
	return 0
}

// mailed is the secret that the newest mail carries.
func (r *rig) mailed() string {
	r.t.Helper()
	s, err := r.TokenSecret(r.ctx, model.System("mail"), r.lastToken())
	must(r.t, err)
	return s
}

func TestSignInLink(t *testing.T) {
	r := newRig(t)
	ada := r.member(model.KindCustomer, "ada")
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "Ada@Help.test", "/support/tickets/1/", "de"))
	secret := r.mailed()
	if len(secret) != 32 {
		t.Fatalf("secret %q", secret)
	}
	for range 3 { // looking uses nothing up
		l, err := r.Link(r.ctx, from(""), secret)
		must(t, err)
		if l.New || l.Address != "ada@help.test" || l.Name != "ada" {
			t.Fatalf("%+v", l)
		}
	}
	e, err := r.UseLink(r.ctx, from("10.0.0.1"), secret, "", Visit{})
	must(t, err)
	if e.Person.ID != ada.ID || e.Next != "/support/tickets/1/" || e.Secret == "" {
		t.Fatalf("%+v", e)
	}
	_, err = r.UseLink(r.ctx, from("10.0.0.1"), secret, "", Visit{})
	refused(t, err, "token", "link_invalid")
	_, err = r.Link(r.ctx, from(""), secret)
	refused(t, err, "token", "link_invalid")
	// Half an hour, not more.
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "ada@help.test", "", ""))
	secret = r.mailed()
	r.later(30 * time.Minute)
	_, err = r.UseLink(r.ctx, from("10.0.0.1"), secret, "", Visit{})
	refused(t, err, "token", "link_invalid")
}

func TestSignUpLink(t *testing.T) {
	r := newRig(t)
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "new@example.test", "", "ar"))
	secret := r.mailed()
	l, err := r.Link(r.ctx, from(""), secret)
	must(t, err)
	if !l.New {
		t.Fatalf("%+v", l)
	}
	_, err = r.UseLink(r.ctx, from("10.0.0.1"), secret, "  ", Visit{})
	refused(t, err, "name", "name_required")
	e, err := r.UseLink(r.ctx, from("10.0.0.1"), secret, "Neu", Visit{Keep: true})
	must(t, err)
	if e.Person.Kind != model.KindCustomer || e.Person.Name != "Neu" || e.Person.Locale != "ar" || e.Person.VerifiedAt == 0 || e.Keep == 0 {
		t.Fatalf("%+v", e.Person)
	}
	// Two links for one new address make one person.
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "two@example.test", "", ""))
	one := r.mailed()
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "two@example.test", "", ""))
	two := r.mailed()
	a, err := r.UseLink(r.ctx, from("10.0.0.1"), one, "Two", Visit{})
	must(t, err)
	b, err := r.UseLink(r.ctx, from("10.0.0.1"), two, "", Visit{})
	must(t, err)
	if a.Person.ID != b.Person.ID {
		t.Fatal("two people with one address")
	}
}

func TestLinksAreUsedOnceUnderParallelUse(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "ada@help.test", "", ""))
	secret := r.mailed()
	var wg sync.WaitGroup
	var mu sync.Mutex
	opened := 0
	for range 40 {
		wg.Go(func() {
			if _, err := r.UseLink(r.ctx, from("10.0.0.1"), secret, "", Visit{}); err == nil {
				mu.Lock()
				opened++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if opened != 1 {
		t.Fatalf("opened %d times", opened)
	}
}

// Known, unknown, deactivated and closed sign-up do the same work; only a link
// that may be used can be sent.
func TestAskingForLinksTellsNothing(t *testing.T) {
	for _, signup := range []string{"true", "false"} {
		r := newRig(t, "allow_signup", signup)
		r.member(model.KindCustomer, "ada")
		gone, admin := r.member(model.KindCustomer, "gone"), r.member(model.KindAdmin, "root")
		must(t, r.Deactivate(r.ctx, admin, gone.ID, 0))
		for range 2 { // until the machine that acts for nobody is known
			must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "warm@help.test", "", ""))
		}
		for name, ask := range map[string]func(*rig, string) (int64, error){
			"link": func(r *rig, email string) (int64, error) {
				ctx, n := store.Counting(r.ctx)
				err := r.RequestLink(ctx, from("10.0.0.1"), email, "", "")
				return n.Load(), err
			},
			"reset": func(r *rig, email string) (int64, error) {
				ctx, n := store.Counting(r.ctx)
				err := r.RequestReset(ctx, from("10.0.0.1"), email, "")
				return n.Load(), err
			},
		} {
			var queries int64 = -1
			for _, c := range []struct {
				email string
				sent  bool
			}{{"ada@help.test", true}, {"who@help.test", name == "link" && signup == "true"}, {"gone@help.test", false}} {
				n, err := ask(r, c.email)
				must(t, err)
				if queries >= 0 && n != queries {
					t.Errorf("%s %s: %d queries, others %d", name, c.email, n, queries)
				}
				queries = n
				_, err = r.TokenSecret(r.ctx, model.System("mail"), r.lastToken())
				if (err == nil) != c.sent {
					t.Errorf("signup %s, %s to %s: sent %v", signup, name, c.email, err == nil)
				}
			}
		}
	}
}

func TestAskingForLinksIsCapped(t *testing.T) {
	r := newRig(t)
	asked := 0
	for range 10 {
		err := r.RequestLink(r.ctx, from("10.0.0.1"), "ada@help.test", "", "")
		if err == nil {
			asked++
		} else {
			is(t, err, model.ErrTooMany)
		}
	}
	if asked != 3 {
		t.Fatalf("%d links to one address", asked)
	}
	r.later(5 * time.Minute)
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "ada@help.test", "", ""))
	asked = 0
	for i := range 50 {
		if r.RequestLink(r.ctx, from("10.0.0.1"), strings.Repeat("x", i+1)+"@help.test", "", "") == nil {
			asked++
		}
	}
	if asked > 30 {
		t.Fatalf("%d links from one network", asked)
	}
}

func TestReset(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	a, old := r.enters("ada@help.test")
	ask := func() string {
		r.later(time.Hour)
		must(t, r.RequestReset(r.ctx, from("10.0.0.1"), "ada@help.test", ""))
		return r.mailed()
	}
	secret := ask()
	_, err := r.Reset(r.ctx, from("10.0.0.1"), secret, "short", Visit{})
	refused(t, err, "password", "password_short")
	_, err = r.UseLink(r.ctx, from("10.0.0.1"), secret, "", Visit{})
	refused(t, err, "token", "link_invalid") // bound to its purpose
	e, err := r.Reset(r.ctx, from("10.0.0.1"), secret, "a brand new one", Visit{})
	must(t, err)
	_, _, err = r.Recognise(r.ctx, from(""), old, false)
	is(t, err, model.ErrSignIn)
	a, _, err = r.Recognise(r.ctx, from(""), e.Secret, false)
	must(t, err)
	_, err = r.Reset(r.ctx, from("10.0.0.1"), secret, "a second new one", Visit{})
	refused(t, err, "token", "link_invalid")

	one, two := ask(), ask()
	_, err = r.Reset(r.ctx, from("10.0.0.1"), two, "a third new one", Visit{})
	must(t, err)
	_, err = r.Reset(r.ctx, from("10.0.0.1"), one, "a fourth new one", Visit{})
	refused(t, err, "token", "link_invalid") // the password it was for is gone

	secret = ask()
	r.write(func(tx *store.Tx) error { // whatever changed the password, the link knows
		return tx.SetPassword(tx.Ctx, a.ID, "x")
	})
	_, err = r.Reset(r.ctx, from("10.0.0.1"), secret, "a fifth new one", Visit{})
	refused(t, err, "token", "link_invalid")

	secret = ask()
	admin := r.member(model.KindAdmin, "root")
	email := "elsewhere@help.test"
	must(t, r.UpdatePerson(r.ctx, admin, a.ID, PersonChange{Email: &email}))
	_, err = r.Reset(r.ctx, from("10.0.0.1"), secret, "a sixth new one", Visit{})
	refused(t, err, "token", "link_invalid") // bound to the address
}

func TestInvitation(t *testing.T) {
	r := newRig(t)
	admin := r.member(model.KindAdmin, "root")
	agent := r.member(model.KindAgent, "ada")
	_, err := r.Invite(r.ctx, agent, model.NewPerson{Kind: model.KindAgent, Name: "X", Email: "x@help.test"})
	is(t, err, model.ErrDenied)
	p, err := r.Invite(r.ctx, admin, model.NewPerson{Kind: model.KindAgent, Name: "Bo", Email: "Bo@help.test", Locale: "de"})
	must(t, err)
	first := r.mailed()
	r.later(71 * time.Hour)
	if _, err := r.Invitation(r.ctx, from(""), first); err != nil {
		t.Fatal(err)
	}
	must(t, r.InviteAgain(r.ctx, admin, p.ID))
	second := r.mailed()
	_, err = r.AcceptInvite(r.ctx, from(""), first, good, "Bo", Visit{})
	refused(t, err, "token", "link_invalid")
	e, err := r.AcceptInvite(r.ctx, from(""), second, good, "Bo Ek", Visit{})
	must(t, err)
	if e.Person.Name != "Bo Ek" || e.Person.Kind != model.KindAgent || e.Person.VerifiedAt == 0 || !e.Person.HasPassword {
		t.Fatalf("%+v", e.Person)
	}
	_, err = r.AcceptInvite(r.ctx, from(""), second, good, "", Visit{})
	refused(t, err, "token", "link_invalid")
	_, err = r.Invite(r.ctx, admin, model.NewPerson{Kind: model.KindAgent, Name: "Bo", Email: "bo@help.test"})
	refused(t, err, "email", "email_taken")

	// 72 hours, and ended by a change of role.
	c, err := r.Invite(r.ctx, admin, model.NewPerson{Kind: model.KindAgent, Name: "Cy", Email: "cy@help.test"})
	must(t, err)
	late := r.mailed()
	must(t, r.SetKind(r.ctx, admin, c.ID, model.KindLight, 0))
	_, err = r.Invitation(r.ctx, from(""), late)
	refused(t, err, "token", "link_invalid")
	must(t, r.InviteAgain(r.ctx, admin, c.ID))
	late = r.mailed()
	r.later(72 * time.Hour)
	_, err = r.AcceptInvite(r.ctx, from(""), late, good, "", Visit{})
	refused(t, err, "token", "link_invalid")

	// Somebody known by a ticket becomes the invited one.
	guest := r.person(model.KindCustomer, "Dee")
	d, err := r.Invite(r.ctx, admin, model.NewPerson{Kind: model.KindLight, Name: "Dee D", Email: "dee@help.test"})
	must(t, err)
	if d.ID != guest.ID || d.Kind != model.KindLight {
		t.Fatalf("%+v", d)
	}
}

func TestGuestLinks(t *testing.T) {
	r := newRig(t)
	ada, eve := r.person(model.KindCustomer, "Ada"), r.person(model.KindCustomer, "Eve")
	mine, other := r.opens(ada, "Printer on fire"), r.opens(eve, "Secret")
	token := func(who model.Actor, id model.TicketID) (secret string) {
		r.write(func(tx *store.Tx) (err error) {
			_, secret, err = r.NewGuestToken(tx.Ctx, model.System("mail"), tx, id, who.ID)
			return err
		})
		return secret
	}
	secret, again := token(ada, mine.ID), token(ada, mine.ID)
	if secret == again {
		t.Fatal("two mails carry one secret")
	}
	for _, s := range []string{secret, again} {
		g, err := r.GuestActor(r.ctx, from("10.0.0.1"), s)
		must(t, err)
		if g.Kind != model.KindGuest || g.ID != ada.ID || g.Ticket != mine.ID || len(g.Permissions) != 0 {
			t.Fatalf("%+v", g)
		}
		if _, err := r.db.Read().Ticket(r.ctx, g, other.ID); err != model.ErrNotFound {
			t.Fatal("the link opens another ticket")
		}
	}
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "ada@help.test", "", ""))
	for _, bad := range []string{"", "0", "null", secret[1:], secret + "a", strings.Repeat("a", 32), r.mailed(), token(eve, mine.ID)} {
		_, err := r.GuestActor(r.ctx, from(""), bad)
		is(t, err, model.ErrNotFound)
	}
	_, err := r.UseLink(r.ctx, from(""), secret, "", Visit{}) // no account session
	refused(t, err, "token", "link_invalid")
	r.later(60 * 24 * time.Hour)
	_, err = r.Reply(r.ctx, ada, mine.ID, model.NewReply{Body: "Still burning"})
	must(t, err)
	r.later(60 * 24 * time.Hour)
	_, err = r.GuestActor(r.ctx, from(""), secret)
	must(t, err) // counts from the last message
	r.later(31 * 24 * time.Hour)
	_, err = r.GuestActor(r.ctx, from(""), secret)
	is(t, err, model.ErrNotFound)
}

func TestLostGuestLink(t *testing.T) {
	r := newRig(t)
	ada := r.person(model.KindCustomer, "Ada")
	mine := r.opens(ada, "Printer on fire")
	for range 2 { // until the machine that acts for nobody is known
		must(t, r.RequestGuestLink(r.ctx, from("10.0.0.1"), "warm@help.test", "ESC-1"))
	}
	var queries int64 = -1
	for _, c := range []struct {
		email, reference string
		hit              bool
	}{{"ada@help.test", mine.Reference, true}, {"ada@help.test", "esc-1", true}, {"ada@help.test", "ESC-99", false}, {"who@help.test", mine.Reference, false}, {"who@help.test", "rubbish", false}} {
		r.later(time.Hour)
		before := len(r.facts(mine.ID))
		ctx, n := store.Counting(r.ctx)
		must(t, r.RequestGuestLink(ctx, from("10.0.0.1"), c.email, c.reference))
		if queries >= 0 && n.Load() != queries {
			t.Errorf("%v: %d queries, others %d", c, n.Load(), queries)
		}
		queries = n.Load()
		if hit := len(r.facts(mine.ID)) > before; hit != c.hit {
			t.Errorf("%v: recorded %v", c, hit)
		}
	}
	refused(t, r.RequestGuestLink(r.ctx, from("10.0.0.1"), "", ""), "reference", "reference_required")
}

// A copy of the database opens nothing: no secret stands in it.
func TestNoSecretIsStored(t *testing.T) {
	r := newRig(t)
	r.member(model.KindCustomer, "ada")
	_, session := r.enters("ada@help.test")
	must(t, r.RequestLink(r.ctx, from("10.0.0.1"), "ada@help.test", "", ""))
	link := r.mailed()
	must(t, r.db.Close())
	files, err := filepath.Glob(r.db.Path() + "*")
	must(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		for _, s := range []string{session, link, good} {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("%s holds %q", filepath.Base(f), s)
			}
		}
	}
}

func TestSecretsDiffer(t *testing.T) {
	d := &Desk{key: make([]byte, 32)}
	seen := map[string]bool{}
	nonce := make([]byte, 16)
	for i := range 20000 {
		nonce[0], nonce[1], nonce[2] = byte(i), byte(i>>8), byte(i>>16)
		for _, p := range []model.TokenPurpose{model.TokenSignIn, model.TokenGuest} {
			s := d.tokenSecret(store.TokenRow{Token: model.Token{Purpose: p}, Nonce: nonce}, 0)
			if len(s) != 32 || seen[s] {
				t.Fatalf("secret %q twice or short", s)
			}
			seen[s] = true
		}
	}
}
