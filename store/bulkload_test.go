package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"escalated/model"
)

// crowd is a small desk with a bit of everything, and what is in it.
type crowd struct {
	db          *DB
	staff       []model.Actor // admin, agent, light, narrow, narrow and loose
	customers   []model.Actor
	departments []model.DepartmentID
	tags        []model.TagID
	tickets     []BulkTicket
}

var testNow = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func openTest(t testing.TB) *DB {
	t.Helper()
	db, err := Open(context.Background(), filepath.Join(t.TempDir(), "desk.db"), Options{Clock: func() time.Time { return testNow }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

var crowdWords = []string{"printer", "invoice", "login", "Größe", "étude", "東京の会議", "won't", "a@b.example", "refund", "password", "export", "تقرير"}

// newCrowd fills a desk with n tickets.
func newCrowd(t testing.TB, n int) *crowd {
	t.Helper()
	r := rand.New(rand.NewPCG(7, uint64(n)))
	c := &crowd{db: openTest(t)}
	err := c.db.BulkLoad(context.Background(), nil, func(b *Bulk) error { return c.fill(b, r, n) })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *crowd) fill(b *Bulk, r *rand.Rand, n int) error {
	for i := range 4 {
		id, err := b.Department(fmt.Sprintf("Dep %c", 'D'-i), fmt.Sprint("dep", i))
		if err != nil {
			return err
		}
		c.departments = append(c.departments, id)
	}
	for i := range 5 {
		id, err := b.Tag(fmt.Sprint("tag", i), fmt.Sprint("tag", i), "blue")
		if err != nil {
			return err
		}
		c.tags = append(c.tags, id)
	}
	for i, who := range []model.NewPerson{
		{Kind: model.KindAdmin},
		{Kind: model.KindAgent},
		{Kind: model.KindLight},
		{Kind: model.KindAgent, Narrow: true, Departments: c.departments[:1]},
		{Kind: model.KindAgent, Narrow: true, Loose: true, Departments: c.departments[1:3]},
	} {
		who.Name, who.Email = fmt.Sprintf("Staff %c", 'E'-i), fmt.Sprintf("staff%d@desk.example", i)
		id, err := b.Person(who)
		if err != nil {
			return err
		}
		c.staff = append(c.staff, model.Actor{Kind: who.Kind, ID: id, Permissions: model.PermissionsOf(who.Kind), Departments: who.Departments, Narrow: who.Narrow, Loose: who.Loose})
	}
	for i := range 12 {
		id, err := b.Person(model.NewPerson{Kind: model.KindCustomer, Name: fmt.Sprint("Customer ", i), Email: fmt.Sprintf("c%d@home.example", i)})
		if err != nil {
			return err
		}
		c.customers = append(c.customers, model.Actor{Kind: model.KindCustomer, ID: id})
	}
	for i := range n {
		c.tickets = append(c.tickets, c.random(r, i))
		if err := b.Ticket(&c.tickets[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *crowd) random(r *rand.Rand, i int) BulkTicket {
	customer := func() model.PersonID { return c.customers[r.IntN(1+r.IntN(len(c.customers)))].ID }
	var t BulkTicket
	t.Reference, t.Subject = model.Reference("ESC", model.TicketID(i+1)), crowdWords[r.IntN(len(crowdWords))]+" "+crowdWords[r.IntN(len(crowdWords))]
	t.Status, t.Priority, t.Type, t.Channel = model.Status(1+r.IntN(8)), model.Priority(1+r.IntN(5)), model.TicketType(1+r.IntN(4)), model.Channel(1+r.IntN(3))
	t.RequesterID, t.CreatedAt, t.Index = customer(), model.TimeOf(testNow)-model.Time(r.IntN(500))*1000, true
	if r.IntN(3) > 0 {
		t.DepartmentID = c.departments[r.IntN(1+r.IntN(4))]
	}
	if r.IntN(3) > 0 {
		t.AssigneeID = c.staff[r.IntN(len(c.staff))].ID
	}
	switch r.IntN(20) {
	case 0:
		t.DeletedAt = t.CreatedAt + 5
	case 1:
		t.HeldAt = t.CreatedAt + 1
	}
	if r.IntN(10) == 0 {
		t.ContactID = customer()
	}
	for _, g := range c.tags {
		if r.IntN(6) == 0 {
			t.Tags = append(t.Tags, g)
		}
	}
	for range r.IntN(2) {
		t.Participants = append(t.Participants, customer())
	}
	if r.IntN(4) == 0 {
		t.Followers = append(t.Followers, c.staff[r.IntN(len(c.staff))].ID)
	}
	for j := range 1 + r.IntN(4) {
		m := model.Message{AuthorID: t.RequesterID, Kind: model.MessageKind(1 + r.IntN(5)/4), CreatedAt: t.CreatedAt + model.Time(j*100), Via: model.Web}
		if r.IntN(2) == 0 {
			m.AuthorID = c.staff[r.IntN(3)].ID
		}
		for range 1 + r.IntN(8) {
			m.Body += crowdWords[r.IntN(len(crowdWords))] + []string{" ", "\n", ", "}[r.IntN(3)]
		}
		if m.Kind == model.NoteKind {
			m.Body += "hush"
		}
		switch r.IntN(15) {
		case 0:
			m.HeldAt = m.CreatedAt
		case 1:
			m.DeletedAt = m.CreatedAt
		}
		t.Messages = append(t.Messages, m)
	}
	return t
}

// everybody are all actors of the crowd.
func (c *crowd) everybody() []model.Actor { return append(slices.Clone(c.staff), c.customers...) }

// mayFind is the visibility of lists, written plainly.
func mayFind(by model.Actor, t BulkTicket) bool {
	if t.DeletedAt != 0 || t.HeldAt != 0 {
		return false
	}
	if by.Kind == model.KindCustomer {
		return t.RequesterID == by.ID || t.ContactID == by.ID || slices.Contains(t.Participants, by.ID)
	}
	if !by.Narrow {
		return true
	}
	return slices.Contains(by.Departments, t.DepartmentID) || t.AssigneeID == by.ID || t.DepartmentID == 0 && by.Loose
}

// mayList is mayFind with what a narrow agent follows, in the list of that.
func mayList(by model.Actor, f model.TicketFilter, t BulkTicket) bool {
	follows := f.Following == by.ID && slices.Contains(t.Followers, by.ID) && t.DeletedAt == 0 && t.HeldAt == 0
	return mayFind(by, t) || follows
}

// suits is a filter, written plainly.
func suits(f model.TicketFilter, t BulkTicket) bool {
	has := func(ok bool, set bool) bool { return !set || ok }
	status := slices.Contains(f.Statuses, t.Status)
	if len(f.Statuses) == 0 {
		status = t.Status.IsOpen()
	}
	return (f.Any || status) && has(slices.Contains(f.Priorities, t.Priority), len(f.Priorities) > 0) && has(slices.Contains(f.Types, t.Type), len(f.Types) > 0) &&
		has(slices.Contains(f.Channels, t.Channel), len(f.Channels) > 0) && has(t.AssigneeID == f.Assignee, f.Assignee != 0) && has(t.AssigneeID == 0, f.Unassigned) &&
		has(t.DepartmentID == f.Department, f.Department != 0) && has(t.DepartmentID == 0, f.NoDepartment) && has(slices.Contains(t.Tags, f.Tag), f.Tag != 0) &&
		has(t.RequesterID == f.Requester, f.Requester != 0) && has(slices.Contains(t.Followers, f.Following), f.Following != 0)
}

// anyFilter is a random filter.
func (c *crowd) anyFilter(r *rand.Rand) model.TicketFilter {
	var f model.TicketFilter
	some := func(n int) bool { return r.IntN(n) == 0 }
	switch r.IntN(3) {
	case 0:
		f.Any = true
	case 1:
		for range 1 + r.IntN(3) {
			f.Statuses = append(f.Statuses, model.Status(1+r.IntN(8)))
		}
	}
	if some(4) {
		f.Priorities = []model.Priority{model.Priority(1 + r.IntN(5)), model.Priority(1 + r.IntN(5))}
	}
	if some(5) {
		f.Types = []model.TicketType{model.TicketType(1 + r.IntN(4))}
	}
	if some(5) {
		f.Channels = []model.Channel{model.Channel(1 + r.IntN(4))}
	}
	if f.Unassigned = some(6); !f.Unassigned && some(4) {
		f.Assignee = c.staff[r.IntN(len(c.staff))].ID
	}
	if f.NoDepartment = some(6); !f.NoDepartment && some(4) {
		f.Department = c.departments[r.IntN(len(c.departments))]
	}
	if some(4) {
		f.Tag = c.tags[r.IntN(len(c.tags))]
	}
	if some(5) {
		f.Requester = c.customers[r.IntN(len(c.customers))].ID
	}
	if some(6) {
		f.Following = c.staff[r.IntN(len(c.staff))].ID
	}
	if keys := model.SortKeys(); !some(4) {
		f.Sort = model.TicketSort{Key: keys[r.IntN(len(keys))], Desc: some(2)}
	}
	return f
}

func TestBulkLoadLeavesARightDesk(t *testing.T) {
	c := newCrowd(t, 300)
	ctx := context.Background()
	faults, err := c.db.Read().CountFaults(ctx)
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v %v", faults, err)
	}
	// All indexes of the schema are back.
	fresh := openTest(t)
	const q = "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name"
	want, err := many[string](ctx, fresh.Read(), q)
	if err != nil {
		t.Fatal(err)
	}
	got, err := many[string](ctx, c.db.Read(), q)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the schema differs:\n%v\n%v", got, want)
	}
	if err := c.db.BulkLoad(ctx, nil, func(*Bulk) error { return nil }); err != ErrNotEmpty {
		t.Errorf("a second load: %v", err)
	}
	if id, err := c.db.Read().TicketIDByReference(ctx, model.System("test"), "ESC-300"); err != nil || id != 300 {
		t.Error(id, err)
	}
}
