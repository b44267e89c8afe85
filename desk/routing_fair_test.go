package desk

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"escalated/model"
	"escalated/store"
)

// crowd is how many tickets come in at once; ESCALATED_SLOW=1 asks for 10,000.
func crowd() int {
	if os.Getenv("ESCALATED_SLOW") == "1" {
		return 10000
	}
	return 400
}

// rush opens n tickets through 20 doors at the same time; tags gives those of
// the nth.
func (s *shift) rush(n int, tags func(int) []model.TagID) {
	s.t.Helper()
	var doors sync.WaitGroup
	work := make(chan int)
	fault := make(chan error, 20)
	for range 20 {
		doors.Go(func() {
			for i := range work {
				_, err := s.OpenTicket(s.ctx, s.boss, model.NewTicket{Subject: fmt.Sprintf("Ticket %d", i), Body: "x", Department: s.dep, Requester: s.customer.ID, Tags: tags(i)})
				if err != nil {
					select {
					case fault <- err:
					default:
					}
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	doors.Wait()
	select {
	case err := <-fault:
		s.t.Fatal(err)
	default:
	}
}

// loads are how many active tickets each agent has.
func (s *shift) loads() []int {
	s.t.Helper()
	list, err := s.Workloads(s.ctx, s.boss)
	must(s.t, err)
	out := make([]int, len(s.agents))
	for _, w := range list {
		for i, a := range s.agents {
			if a.ID == w.ID {
				ids, err := s.db.Read().OpenTicketsOf(s.ctx, a.ID, 0)
				must(s.t, err)
				out[i] = len(ids)
			}
		}
	}
	return out
}

func untagged(int) []model.TagID { return nil }

var seven = []string{"Ann", "Bob", "Cem", "Dan", "Eva", "Fay", "Gil"}

func TestRoundRobinIsFairThroughTwentyDoors(t *testing.T) {
	s := newShift(t, model.RouteRoundRobin, seven, "agent_capacity", "0")
	n := crowd()
	s.rush(n, untagged)
	loads, sum := s.loads(), 0
	least, most := loads[0], loads[0]
	for _, l := range loads {
		least, most, sum = min(least, l), max(most, l), sum+l
	}
	t.Logf("%d tickets: %v", n, loads)
	if sum != n || most-least > 1 {
		t.Errorf("%d of %d tickets given, differences of %d: %v", sum, n, most-least, loads)
	}
}

func TestCapacityIsNeverExceededThroughTwentyDoors(t *testing.T) {
	for _, how := range []model.RoutingStrategy{model.RouteRoundRobin, model.RouteLeastBusy, model.RouteSkill} {
		t.Run(string(how), func(t *testing.T) {
			s := newShift(t, how, seven)
			n := crowd() / 4
			limits, room := make([]int, len(seven)), 0
			for i, a := range s.agents {
				limits[i] = (i + 1) * n / 50
				room += limits[i]
				must(t, s.SetCapacity(s.ctx, s.boss, a.ID, limits[i]))
			}
			s.rush(n, untagged)
			given := 0
			for i, l := range s.loads() {
				given += l
				if l > limits[i] {
					t.Errorf("%s has %d tickets of %d", seven[i], l, limits[i])
				}
			}
			if given != min(n, room) {
				t.Errorf("%d of %d tickets given, there was room for %d", given, n, room)
			}
		})
	}
}

func TestSkillsAreRespectedThroughTwentyDoors(t *testing.T) {
	s := newShift(t, model.RouteRoundRobin, seven, "agent_capacity", "0")
	var tags []model.TagID
	able := map[model.TagID]map[model.PersonID]bool{}
	for i, name := range []string{"vat", "french", "api"} {
		tag, err := s.SaveTag(s.ctx, s.boss, model.Tag{Name: name, Hue: "red"})
		must(t, err)
		tags = append(tags, tag)
		p := model.SkillPage{Skill: model.Skill{Name: name}, Tags: []model.TagID{tag}}
		able[tag] = map[model.PersonID]bool{}
		for j, a := range s.agents {
			if j%(i+2) == 0 {
				p.Holders = append(p.Holders, model.Holder{Person: a.ID, Proficiency: j%5 + 1})
				able[tag][a.ID] = true
			}
		}
		_, err = s.SaveSkill(s.ctx, s.boss, p)
		must(t, err)
	}
	n := crowd() / 2
	s.rush(n, func(i int) (out []model.TagID) {
		for j, tag := range tags {
			if i>>j&1 == 1 {
				out = append(out, tag)
			}
		}
		return out
	})
	for _, a := range s.agents {
		ids, err := s.db.Read().OpenTicketsOf(s.ctx, a.ID, 0)
		must(t, err)
		for _, id := range ids {
			has, err := s.db.Read().TagsOf(s.ctx, id)
			must(t, err)
			for _, g := range has {
				if !able[g.ID][a.ID] {
					t.Fatalf("%s got ticket %d and cannot do %s", a.Name, id, g.Name)
				}
			}
		}
	}
}

// A ticket costs a fixed number of queries to give to somebody, however many
// people there are.
func TestRoutingAsksTheSameOfManyAsOfFew(t *testing.T) {
	cost := func(agents int) int64 {
		names := make([]string, agents)
		for i := range names {
			names[i] = fmt.Sprintf("Agent%02d", i)
		}
		s := newShift(t, model.RouteLeastBusy, names)
		tk := s.opens(s.customer, "Elsewhere")
		ctx, n := store.Counting(s.ctx)
		must(t, s.SetDepartment(ctx, s.boss, tk.ID, s.dep, Change{}))
		return n.Load()
	}
	if few, many := cost(2), cost(40); few != many {
		t.Errorf("%d queries with 2 agents, %d with 40", few, many)
	}
}

// BenchmarkRoute gives tickets to one of 30 agents who have 60 active ones each,
// in one transaction: choice, assignment and facts.
func BenchmarkRoute(b *testing.B) {
	for _, how := range []model.RoutingStrategy{model.RouteRoundRobin, model.RouteLeastBusy, model.RouteSkill} {
		b.Run(string(how), func(b *testing.B) {
			names := make([]string, 30)
			for i := range names {
				names[i] = fmt.Sprintf("Agent%02d", i)
			}
			s := newShift(b, how, names, "agent_capacity", "1000")
			s.fill(60)
			s.write(func(tx *store.Tx) error {
				for range b.N {
					if err := fileFor(tx.Ctx, tx, s.customer.ID, 0, s.dep); err != nil {
						return err
					}
				}
				return nil
			})
			s.write(func(tx *store.Tx) error {
				ids, err := tx.UnassignedIn(tx.Ctx, s.dep, b.N)
				if err != nil {
					return err
				}
				b.ResetTimer()
				_, err = s.routeAll(tx.Ctx, tx, ids)
				b.StopTimer()
				return err
			})
		})
	}
}

// BenchmarkPickAgent is the choice alone, inside a transaction.
func BenchmarkPickAgent(b *testing.B) {
	names := make([]string, 30)
	for i := range names {
		names[i] = fmt.Sprintf("Agent%02d", i)
	}
	s := newShift(b, model.RouteLeastBusy, names, "agent_capacity", "1000")
	s.fill(60)
	tk := s.opens(s.customer, "Waiting")
	b.ResetTimer()
	s.write(func(tx *store.Tx) error {
		for range b.N {
			if _, _, err := s.pickAgent(tx.Ctx, tx, s.dep, model.RouteRoundRobin, tk); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill gives each agent n active tickets.
func (s *shift) fill(n int) {
	s.t.Helper()
	s.write(func(tx *store.Tx) error {
		for _, a := range s.agents {
			for range n {
				if err := fileFor(tx.Ctx, tx, s.customer.ID, a.ID, s.dep); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func fileFor(ctx context.Context, tx *store.Tx, requester, assignee model.PersonID, dep model.DepartmentID) error {
	id, err := tx.NextTicketID(ctx)
	if err != nil {
		return err
	}
	return tx.InsertTicket(ctx, model.Ticket{
		ID: id, Reference: model.Reference("ESC", id), Subject: "Work", Status: model.InProgress, Priority: model.Medium, Type: model.Question, Channel: model.Web,
		RequesterID: requester, AssigneeID: assignee, DepartmentID: dep, CreatedAt: tx.Now, WaitingSince: model.Never,
	})
}
