package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"escalated/model"
	"escalated/store"
)

// seedPlan is how a desk is made up. The same plan makes the same desk.
type seedPlan struct {
	Tickets int
	Seed    uint64
	Until   model.Time // the newest happening
	Prefix  string     // of references
}

// The people of a seeded desk with a name of their own, for trying things.
const (
	seedAdmin    = "admin@seed.test"
	seedNarrow   = "narrow@seed.test" // an agent who sees one small department
	seedFive     = "five@seed.test"   // a customer with five tickets
	seedYears    = 3
	seedStaff    = 50
	seedMessages = 3
)

// seedDesk is the desk while it is made.
type seedDesk struct {
	seedPlan
	r           *rand.Rand
	say         *speaker
	departments []model.DepartmentID
	tags        []model.TagID
	staff       []model.PersonID
	customers   []model.PersonID
	five        model.PersonID

	zDepartment, zTag, zStaff, zCustomer *rand.Zipf
}

// batchSize is how many tickets share a transaction.
const batchSize = 5_000

// write fills the desk. Texts are made beside the writing. told is called with
// the number of tickets written so far.
func (p seedPlan) write(ctx context.Context, b *store.Bulk, told func(int)) error {
	r := rand.New(rand.NewPCG(p.Seed, 0x9e3779b97f4a7c15))
	s := &seedDesk{seedPlan: p, r: r, say: newSpeaker(r)}
	if err := s.furnish(b); err != nil {
		return err
	}
	making, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan []store.BulkTicket, 2)
	go func() {
		defer close(batches)
		for from := 0; from < p.Tickets; from += batchSize {
			batch := make([]store.BulkTicket, min(batchSize, p.Tickets-from))
			for i := range batch {
				batch[i] = s.ticket(from + i)
			}
			select {
			case batches <- batch:
			case <-making.Done():
				return
			}
		}
	}()
	n := 0
	for batch := range batches {
		for i := range batch {
			if err := b.Ticket(&batch[i]); err != nil {
				return err
			}
		}
		if err := b.Flush(ctx); err != nil {
			return err
		}
		n += len(batch)
		told(n)
	}
	return errors.Join(ctx.Err(), b.Promises(ctx, seedPolicy(), p.Until))
}

// seedPolicy is what a made-up desk promises: the lengths only show what a
// policy looks like, deadlines are spread by hand.
func seedPolicy() model.SLAPolicy {
	table := model.SLATable{}
	for _, p := range model.Priorities() {
		table[p] = map[model.SLATarget]model.Length{model.FirstResponse: {Days: 30}, model.Resolution: {Days: 30}}
	}
	return model.SLAPolicy{Name: "Standard", Pauses: model.DefaultPauses(), Targets: table, Warn: model.SLAWarning{Percent: 75}, IsDefault: true}
}

// furnish makes departments, tags and people.
func (s *seedDesk) furnish(b *store.Bulk) error {
	b.Tx.At(s.Until.Add(-seedYears * 365 * 24 * 3600 * 1e9))
	names := []string{"Support", "Billing", "Sales", "Shipping", "Returns", "Technical", "Onboarding", "Accounts", "Security", "Legal", "Partners", "Training", "Field service", "Hardware", "Cloud", "Mobile", "Press", "Recruiting", "Facilities", "Archive"}
	for i, name := range names {
		id, err := b.Department(name, "seed-"+strconv.Itoa(i+1))
		if err != nil {
			return fmt.Errorf("department %s: %w", name, err)
		}
		s.departments = append(s.departments, id)
	}
	hues := model.Hues()
	for i := range 200 {
		name := s.say.words[100+i*3] + "-" + strconv.Itoa(i+1)
		id, err := b.Tag(name, name, hues[i%len(hues)])
		if err != nil {
			return fmt.Errorf("tag %s: %w", name, err)
		}
		s.tags = append(s.tags, id)
	}
	if err := s.people(b); err != nil {
		return err
	}
	s.zDepartment = rand.NewZipf(s.r, 1.3, 2, uint64(len(s.departments)-1))
	s.zTag = rand.NewZipf(s.r, 1.2, 4, uint64(len(s.tags)-1))
	s.zStaff = rand.NewZipf(s.r, 1.1, 12, uint64(len(s.staff)-1))
	s.zCustomer = rand.NewZipf(s.r, 1.05, 5, uint64(len(s.customers)-1))
	return nil
}

func (s *seedDesk) people(b *store.Bulk) error {
	add := func(n model.NewPerson) (model.PersonID, error) {
		n.Verified = true
		id, err := b.Person(n)
		if err != nil {
			return 0, fmt.Errorf("person %s: %w", n.Email, err)
		}
		return id, nil
	}
	if _, err := add(model.NewPerson{Kind: model.KindAdmin, Name: "Seed Admin", Email: seedAdmin}); err != nil {
		return err
	}
	last := s.departments[len(s.departments)-1:]
	if _, err := add(model.NewPerson{Kind: model.KindAgent, Name: "Nora Narrow", Email: seedNarrow, Narrow: true, Departments: last}); err != nil {
		return err
	}
	first, family := seedNames()
	name := func() string { return first[s.r.IntN(len(first))] + " " + family[s.r.IntN(len(family))] }
	for i := range seedStaff {
		id, err := add(model.NewPerson{Kind: model.KindAgent, Name: name(), Email: fmt.Sprintf("agent%d@seed.test", i+1), Departments: s.departments[i%len(s.departments) : i%len(s.departments)+1]})
		if err != nil {
			return err
		}
		s.staff = append(s.staff, id)
	}
	var err error
	if s.five, err = add(model.NewPerson{Kind: model.KindCustomer, Name: "Fiona Five", Email: seedFive}); err != nil {
		return err
	}
	for i := range min(20_000, max(20, s.Tickets/20)) {
		id, err := add(model.NewPerson{Kind: model.KindCustomer, Name: name(), Email: fmt.Sprintf("c%d@customer%d.test", i+1, i%700)})
		if err != nil {
			return err
		}
		s.customers = append(s.customers, id)
	}
	return nil
}

func seedNames() (first, family []string) {
	return []string{"Anna", "Ben", "Carla", "David", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Mona", "Noah", "Olga", "Paul", "Rania", "Sven", "Tara", "Umar", "Vera", "Wei", "Yuki", "Zoe"},
		[]string{"Adams", "Bauer", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Khan", "Lehmann", "Meyer", "Novak", "Okafor", "Petrov", "Rossi", "Schmidt", "Tanaka", "Vogel", "Weber", "Yilmaz"}
}

// weighted picks an index by weights that sum to 100.
func (s *seedDesk) weighted(weights ...int) int {
	n := s.r.IntN(100)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

const seedDay = 24 * 3600 * 1000 // milliseconds

// ticket makes the i-th ticket. They come in order of time; what is open lies
// at the young end.
func (s *seedDesk) ticket(i int) store.BulkTicket {
	step := int64(seedYears*365*seedDay) / int64(s.Tickets)
	age := 1 - float64(i)/float64(s.Tickets)
	t := store.BulkTicket{Index: true}
	t.Reference = model.Reference(s.Prefix, model.TicketID(i+1))
	t.Subject = s.say.subject()
	t.CreatedAt = s.Until - model.Time(int64(s.Tickets-i)*step) + model.Time(s.r.Int64N(step))
	t.Priority = model.Priority(1 + s.weighted(22, 48, 18, 8, 4))
	t.Type = model.TicketType(1 + s.weighted(55, 20, 15, 10))
	t.Channel = model.Channel(1 + s.weighted(45, 44, 6, 3, 2))
	t.RequesterID = s.customers[s.zCustomer.Uint64()]
	if every := max(1, s.Tickets/5); i%every == every/2 {
		t.RequesterID = s.five
	}
	open := s.r.Float64() < math.Min(0.85, 1.3*math.Exp(-age*17))
	if s.r.IntN(100) < 92 {
		t.DepartmentID = s.departments[s.zDepartment.Uint64()]
	}
	if s.r.IntN(100) < map[bool]int{true: 72, false: 97}[open] {
		t.AssigneeID = s.staff[s.zStaff.Uint64()]
	}
	for n := s.weighted(40, 35, 17, 8); len(t.Tags) < n; {
		t.Tags = append(t.Tags, s.tags[s.zTag.Uint64()])
	}
	if s.r.IntN(100) < 4 {
		t.Followers = []model.PersonID{s.staff[s.r.IntN(len(s.staff))]}
	}
	if s.r.IntN(100) < 3 {
		t.Participants = []model.PersonID{s.customers[s.r.IntN(len(s.customers))]}
	}
	s.talk(&t)
	s.finish(&t, open)
	s.record(&t)
	return t
}

// talk writes the messages: a question, an answer or a note, and one more.
func (s *seedDesk) talk(t *store.BulkTicket) {
	staff := t.AssigneeID
	if staff == 0 {
		staff = s.staff[s.zStaff.Uint64()]
	}
	at := t.CreatedAt
	for j := range seedMessages {
		m := model.Message{AuthorID: t.RequesterID, Kind: model.ReplyKind, Via: t.Channel, Body: s.say.message()}
		if j > 0 {
			at = min(s.Until, at+model.Time(s.r.ExpFloat64()*seedDay/2))
		}
		if j == 1 || j == 2 && s.r.IntN(2) == 0 {
			m.AuthorID, m.Via = staff, model.Web
			if s.r.IntN(100) < 15 {
				m.Kind = model.NoteKind
			}
		}
		m.CreatedAt = at
		t.Messages = append(t.Messages, m)
	}
}

// finish sets the status and the times that follow from it.
func (s *seedDesk) finish(t *store.BulkTicket, open bool) {
	last := t.Messages[len(t.Messages)-1]
	if open {
		t.Status = model.Status(1 + s.weighted(25, 25, 25, 17, 4, 4))
		return
	}
	done := min(s.Until, last.CreatedAt+model.Time(s.r.ExpFloat64()*seedDay))
	t.ResolvedAt, t.UpdatedAt, t.PublicAt = done, done, done
	t.Status = model.Resolved
	if s.Until-done > 7*seedDay {
		t.Status, t.ClosedAt = model.Closed, min(s.Until, done+7*seedDay)
		t.UpdatedAt, t.PublicAt = t.ClosedAt, t.ClosedAt
	}
}

// record writes the facts: opened, assigned, said, resolved, closed.
func (s *seedDesk) record(t *store.BulkTicket) {
	first, _ := model.ParseReference(s.Prefix, t.Reference, false)
	message := func(j int) model.MessageID { return model.MessageID((int64(first)-1)*seedMessages + int64(j) + 1) }
	n := 0
	add := func(at model.Time, by model.PersonID, via model.Channel, e model.Event) {
		data, err := json.Marshal(e)
		if err != nil {
			return // events are plain structs
		}
		n++
		t.Records = append(t.Records, model.Record{At: at, Kind: e.Kind(), ActorID: by, Via: via, IsPublic: e.Public(), ActionID: "seed-" + strconv.FormatInt(int64(first), 36) + "-" + strconv.Itoa(n), Data: data})
	}
	add(t.CreatedAt, t.RequesterID, t.Channel, model.TicketOpened{Subject: t.Subject, Priority: t.Priority, Channel: t.Channel, Requester: t.RequesterID, Message: message(0), Silent: true})
	staff := t.Messages[1].AuthorID
	if t.AssigneeID != 0 {
		add(t.Messages[1].CreatedAt, staff, model.Web, model.Assigned{To: t.AssigneeID})
	}
	for j, m := range t.Messages[1:] {
		if m.Kind == model.NoteKind {
			add(m.CreatedAt, m.AuthorID, m.Via, model.NoteAdded{Message: message(j + 1)})
		} else {
			add(m.CreatedAt, m.AuthorID, m.Via, model.ReplyAdded{Message: message(j + 1), Staff: m.AuthorID != t.RequesterID})
		}
	}
	if t.Status != model.Open {
		to := t.Status
		if to == model.Closed {
			to = model.Resolved
		}
		add(max(t.ResolvedAt, t.Messages[1].CreatedAt), staff, model.Web, model.StatusChanged{From: model.Open, To: to})
	}
	if t.Status == model.Closed {
		add(t.ClosedAt, staff, model.Web, model.StatusChanged{From: model.Resolved, To: model.Closed, Automatic: true})
	}
}
