package model

import (
	"slices"
	"strconv"
	"strings"
)

// RoutingStrategy is how a department gives its tickets to people.
type RoutingStrategy string

// The strategies. All but manual give a ticket to somebody by themselves.
const (
	RouteManual     RoutingStrategy = "manual"
	RouteRoundRobin RoutingStrategy = "round_robin"
	RouteLeastBusy  RoutingStrategy = "least_busy"
	RouteSkill      RoutingStrategy = "skill"
)

// RoutingStrategies lists them in the order forms show them.
func RoutingStrategies() []RoutingStrategy {
	return []RoutingStrategy{RouteManual, RouteRoundRobin, RouteLeastBusy, RouteSkill}
}

// Known reports whether it is one of the strategies.
func (s RoutingStrategy) Known() bool { return slices.Contains(RoutingStrategies(), s) }

// Automatic reports whether it gives tickets to people.
func (s RoutingStrategy) Automatic() bool { return s.Known() && s != RouteManual }

// Why somebody, or everybody, gets no ticket. The later a reason stands, the
// nearer they were to getting one.
const (
	NotNobody = "nobody" // there is no agent
	NotLight  = "light"  // light agents take no tickets
	NotSkills = "skills" // a skill the ticket needs is missing
	NotAway   = "away"
	NotAbsent = "absent"
	NotFull   = "full"
)

// StandIn is the way of routing by which somebody gets an away person's work.
const StandIn = "stand_in"

var refusals = []string{NotNobody, NotLight, NotSkills, NotAway, NotAbsent, NotFull}

// RoutingPlan is what routing asks of a department for one ticket.
type RoutingPlan struct {
	Department  DepartmentID    `db:"id"`
	Strategy    RoutingStrategy `db:"routing"`
	PresentOnly bool            `db:"present_only"`
	After       PersonID        `db:"rr_after"`  // round robin gave work to them last
	Needs       string          `db:"needs"`     // ids of skills, by comma
	Widest      int             `db:"widest"`    // the largest capacity of anybody
	Boundless   bool            `db:"boundless"` // somebody has no limit
	ArchivedAt  Time            `db:"archived_at"`
}

// Required are the skills a person must have.
func (p RoutingPlan) Required() []SkillID {
	var out []SkillID
	for part := range strings.SplitSeq(p.Needs, ",") {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			out = append(out, SkillID(n))
		}
	}
	return out
}

// Colleague is a person as routing sees them.
type Colleague struct {
	PersonRef
	Absence
	Member   bool `db:"member"`       // of the department; else only a stand-in
	Own      int  `db:"own_capacity"` // their own limit, -1 for the desk's
	Load     int  `db:"load"`         // active tickets they have
	Present  bool `db:"present"`      // seen lately
	SeenAt   Time `db:"seen_at"`
	GivenAt  Time `db:"given_at"` // last given a ticket
	Skilled  int  `db:"skilled"`  // how many of the skills they have
	Strength int  `db:"strength"` // sum of their proficiencies in them
}

// Absence is whether somebody is away, and who stands in.
type Absence struct {
	AwayAt    Time     `db:"away_at"`
	AwayUntil Time     `db:"away_until"` // zero: until they say so
	AwayTo    PersonID `db:"away_to"`
}

// IsAway reports whether they are away at a time.
func (a Absence) IsAway(now Time) bool {
	return a.AwayAt != 0 && (a.AwayUntil == 0 || a.AwayUntil > now)
}

// Round is what holds for all candidates for a ticket.
type Round struct {
	Now         Time
	PresentOnly bool
	Needs       int // number of skills
	Capacity    int // of whoever has none of their own; 0 no limit
}

// Capacity is the most active tickets routing gives a person, 0 for no limit.
func (c Colleague) Capacity(desk int) int {
	if c.Own < 0 {
		return desk
	}
	return c.Own
}

// WhyNot says why a person gets no ticket of a round; empty when they may.
func (c Colleague) WhyNot(r Round) string {
	limit := c.Capacity(r.Capacity)
	switch {
	case c.Kind != KindAgent && c.Kind != KindAdmin:
		return NotLight
	case c.Skilled < r.Needs:
		return NotSkills
	case c.IsAway(r.Now):
		return NotAway
	case r.PresentOnly && !c.Present:
		return NotAbsent
	case limit > 0 && c.Load >= limit:
		return NotFull
	}
	return ""
}

// RouteChoice is who gets a ticket: To by How, or nobody because of Why. Turn is
// whose turn it was, which differs from To when somebody stands in.
type RouteChoice struct {
	To   PersonID
	Turn PersonID
	How  string
	Why  string
}

// Choose finds who of a department gets a ticket, the people being in the
// order of their ids. It changes nothing.
func Choose(how RoutingStrategy, people []Colleague, after PersonID, r Round) RouteChoice {
	seats := seatsOf(people, r)
	if len(seats) == 0 {
		return RouteChoice{Why: mostTelling(people, r)}
	}
	best := seats[0]
	if how == RouteRoundRobin {
		for _, s := range seats {
			if s.turn > after {
				best = s
				break
			}
		}
	} else {
		for _, s := range seats[1:] {
			if s.before(best, how, r.Capacity) {
				best = s
			}
		}
	}
	c := RouteChoice{To: best.person.ID, Turn: best.turn, How: string(how)}
	if best.turn != best.person.ID {
		c.How = StandIn
	}
	return c
}

// seat is somebody whose turn it can be, with the person who then takes the
// ticket: themselves, or their stand-in.
type seat struct {
	turn   PersonID
	person Colleague
}

// seatsOf are those whose turn it can be, in order.
func seatsOf(people []Colleague, r Round) []seat {
	var out []seat
	for _, p := range people {
		if !p.Member {
			continue
		}
		switch p.WhyNot(r) {
		case "":
			out = append(out, seat{p.ID, p})
		case NotAway:
			i := slices.IndexFunc(people, func(c Colleague) bool { return c.ID == p.AwayTo })
			if i >= 0 && people[i].WhyNot(r) == "" {
				out = append(out, seat{p.ID, people[i]})
			}
		}
	}
	return out
}

// before orders two seats: the better skilled first when skills decide, then
// who has less to do for what they can take, then who waits longest for work.
// Of one person's two seats their own counts.
func (s seat) before(o seat, how RoutingStrategy, desk int) bool {
	a, b := s.person, o.person
	if how == RouteSkill && a.Strength != b.Strength {
		return a.Strength > b.Strength
	}
	if l, m := a.Load*b.room(desk), b.Load*a.room(desk); l != m {
		return l < m
	}
	if a.GivenAt != b.GivenAt {
		return a.GivenAt < b.GivenAt
	}
	if a.ID != b.ID {
		return a.ID < b.ID
	}
	return s.turn == a.ID
}

// usualRoom is what a load is measured by where nobody has a limit.
const usualRoom = 10

// room is what a person's load is measured by.
func (c Colleague) room(desk int) int {
	if n := c.Capacity(desk); n > 0 {
		return n
	}
	if desk > 0 {
		return desk
	}
	return usualRoom
}

// mostTelling is why nobody got a ticket: the reason of whoever was nearest.
func mostTelling(people []Colleague, r Round) string {
	best := NotNobody
	for _, p := range people {
		if why := p.WhyNot(r); why != NotLight && slices.Index(refusals, why) > slices.Index(refusals, best) {
			best = why
		}
	}
	return best
}

// InLine is a person in the answer to who would get the next ticket.
type InLine struct {
	Colleague
	Limit   int      // the most active tickets they get, 0 without limit
	Why     string   // why they would not; empty when they could
	Next    bool     // it is them
	Instead string   // the away person they stand in for, when it is them
	Lacks   []string // skills they would need
	StandIn string   // name of whoever stands in while they are away
}

// NextInLine answers who would get the next ticket of a department.
type NextInLine struct {
	Strategy    RoutingStrategy
	PresentOnly bool
	People      []InLine
	Why         string // why nobody would
}

// The facts of people being away.
type (
	// PersonAway is somebody who takes no new work.
	PersonAway struct {
		Person PersonID `json:"person"`
		Until  Time     `json:"until,omitempty"`
		To     PersonID `json:"to,omitempty"`
	}
	// PersonBack takes new work again.
	PersonBack struct {
		Person PersonID `json:"person"`
		How    string   `json:"how"` // by_hand, clock
	}
	// CapacityChanged is another limit for somebody; -1 is the desk's.
	CapacityChanged struct {
		Person PersonID `json:"person"`
		From   int      `json:"from"`
		To     int      `json:"to"`
	}
)

// Kind is person.away.
func (PersonAway) Kind() string { return "person.away" }

// Kind is person.back.
func (PersonBack) Kind() string { return "person.back" }

// Kind is person.capacity_changed.
func (CapacityChanged) Kind() string { return "person.capacity_changed" }

// Public is false.
func (PersonAway) Public() bool { return false }

// Public is false.
func (PersonBack) Public() bool { return false }

// Public is false.
func (CapacityChanged) Public() bool { return false }

func init() {
	register[PersonAway]()
	register[PersonBack]()
	register[CapacityChanged]()
}
