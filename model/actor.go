package model

import (
	"slices"
	"strconv"
)

// Kind is what a person is to the desk.
type Kind string

// The kinds. Nobody and Guest are actors without a person's rights.
const (
	KindNobody   Kind = "nobody"
	KindGuest    Kind = "guest"
	KindCustomer Kind = "customer"
	KindLight    Kind = "light"
	KindAgent    Kind = "agent"
	KindAdmin    Kind = "admin"
	KindMachine  Kind = "machine"
)

// ParseKind reads the kind of a person with an account.
func ParseKind(w string) (Kind, error) {
	switch k := Kind(w); k {
	case KindCustomer, KindLight, KindAgent, KindAdmin:
		return k, nil
	}
	return "", Refuse("kind", "choice_invalid")
}

// Staff reports whether the kind works at the desk.
func (k Kind) Staff() bool { return k == KindLight || k == KindAgent || k == KindAdmin }

// Actor is whoever does something: always the second argument of a verb,
// never hidden in a context. It is a value; changing a copy changes nothing.
type Actor struct {
	Kind        Kind
	ID          PersonID // zero for nobody
	Name        string
	Permissions []Permission
	Departments []DepartmentID // memberships
	Narrow      bool           // sees only tickets of own departments (and assigned or followed ones)
	Loose       bool           // a narrow actor who also sees tickets without a department
	Zone        string         // in which the actor's days begin; empty: the desk's
	Ticket      TicketID       // guest: the one ticket the token opens
	Part        string         // machine: which part of the desk acts, such as "mail"
	Via         Channel        // the door
	Depth       int            // of what rules do: one more than of the fact that set them off
	Session     SessionID      // zero unless signed in with a session
	Address     string         // network address, for throttles; never stored with events
}

// Nobody is a visitor who did not say who they are.
func Nobody() Actor { return Actor{Kind: KindNobody, Via: Web} }

// System is a part of the desk acting by itself, such as "mail" or "clock".
func System(part string) Actor { return Actor{Kind: KindMachine, Part: part, Via: Machine} }

// Can reports whether the actor holds a permission. Machines hold all: they
// act only through code of ours.
func (a Actor) Can(p Permission) bool {
	return a.Kind == KindMachine || slices.Contains(a.Permissions, p)
}

// Staff reports whether the actor works at the desk, machines included.
func (a Actor) Staff() bool { return a.Kind.Staff() || a.Kind == KindMachine }

// Customer reports whether the actor is a customer or a guest.
func (a Actor) Customer() bool { return a.Kind == KindCustomer || a.Kind == KindGuest }

// OwnerKey names the actor as the owner of draft slots; empty for nobody.
func (a Actor) OwnerKey() string {
	switch {
	case a.Kind == KindGuest:
		return "g" + strconv.FormatInt(int64(a.Ticket), 10) + ":" + strconv.FormatInt(int64(a.ID), 10)
	case a.ID != 0:
		return "p" + strconv.FormatInt(int64(a.ID), 10)
	}
	return ""
}
