package helpdesk_test

import (
	"context"
	"testing"

	"escalated/model"
	"escalated/store"
)

// TestAnAddressGivesNoRights has a host name people by addresses that belong
// to people of the desk: only somebody without an account becomes the host's.
func TestAnAddressGivesNoRights(t *testing.T) {
	d := hosted(t)
	ctx, host := context.Background(), model.System("host")
	add := func(kind model.Kind, name string) model.PersonID {
		t.Helper()
		var id model.PersonID
		if err := d.DB().Write(ctx, func(tx *store.Tx) (err error) {
			id, err = tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: kind, Name: name, Email: name + "@desk.test"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	kind := func(id model.PersonID) model.Kind {
		t.Helper()
		p, err := d.DB().Read().Person(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return p.Kind
	}
	for _, local := range []model.Kind{model.KindAdmin, model.KindAgent, model.KindLight} {
		for _, named := range []model.Kind{model.KindCustomer, model.KindAgent, model.KindAdmin, ""} {
			name := string(local) + "-" + string(named)
			id := add(local, name)
			a, p, err := d.Desk().Identified(ctx, host, model.Identity{ExternalID: "x" + name, Name: "Eve", Email: name + "@desk.test", Kind: named})
			if err != nil || a.ID == id || p.Email != "" {
				t.Errorf("the host's %q is the desk's %s: %+v %v", named, local, p, err)
			}
			if kind(id) != local {
				t.Errorf("a host made a %s of a %s by an address", kind(id), local)
			}
			again, _, err := d.Desk().Identified(ctx, host, model.Identity{ExternalID: "x" + name, Name: "Eve", Email: name + "@desk.test", Kind: named})
			if err != nil || again.ID != a.ID {
				t.Errorf("the second look finds %d, not %d: %v", again.ID, a.ID, err)
			}
		}
	}
	account := add(model.KindCustomer, "account")
	if err := d.Desk().SetPassword(ctx, host, "account@desk.test", "correct horse battery"); err != nil {
		t.Fatal(err)
	}
	if a, _, err := d.Desk().Identified(ctx, host, model.Identity{ExternalID: "1", Name: "Eve", Email: "account@desk.test"}); err != nil || a.ID == account {
		t.Errorf("an account is taken over: %v %v", a, err)
	}
	sender := add(model.KindCustomer, "sender")
	if a, _, err := d.Desk().Identified(ctx, host, model.Identity{ExternalID: "2", Name: "Sender", Email: "Sender@desk.test"}); err != nil || a.ID != sender {
		t.Errorf("somebody known by mail only is not the host's: %v %v", a, err)
	}
}
