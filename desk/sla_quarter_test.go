package desk

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// A quarter at a desk, minute by minute: tickets are opened, answered, put
// off, made urgent, resolved and opened again; the zone changes its clocks,
// there are holidays, the server is stopped now and then, and its clock jumps.
// A second, plain model counts each minute by itself. Every breach and warning
// must come once and with its right minute, and what the clocks say they
// counted must add up.
func TestAQuarterOfPromises(t *testing.T) {
	tickets, days := 250, 20
	if os.Getenv("ESCALATED_SLOW") != "" {
		tickets, days = 5000, 91
	}
	q := newQuarter(t, days)
	for i := range tickets {
		q.plan(i)
	}
	q.run()
	q.compare()
	t.Logf("%d tickets, %d breaches, %d warnings, %d restarts", len(q.lives), q.breaches, q.warnings, q.restarts)
}

const minute = time.Minute

type quarter struct {
	*rig
	path     string
	rnd      *rand.Rand
	start    time.Time
	minutes  int
	open     []bool // by minute, by the plain model
	people   []model.Actor
	customer model.Actor
	todo     map[int][]func(m int)
	lives    map[model.TicketID]*life
	down     map[int]int // at a minute: for how many
	back     map[int]int
	targets  map[model.Priority]map[model.SLATarget]int // in minutes
	restarts int
	breaches int
	warnings int
}

// life is what the plain model knows of a ticket.
type life struct {
	now    model.Ticket
	clocks []*plainClock
}

type plainClock struct {
	target   model.SLATarget
	active   bool
	counted  []int // the minutes that counted
	warned   bool
	breached bool
	due      []int // minutes at which a breach was told, the deadline
	warn     []int
}

func newQuarter(t *testing.T, days int) *quarter {
	q := &quarter{
		rnd: rand.New(rand.NewPCG(7, 11)), start: time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC), minutes: days * 24 * 60,
		todo: map[int][]func(int){}, lives: map[model.TicketID]*life{}, down: map[int]int{}, back: map[int]int{},
	}
	q.rig = &rig{t: t, clock: q.start, ctx: t.Context()}
	q.path = filepath.Join(t.TempDir(), "desk.db")
	q.reopen()
	t.Cleanup(func() { q.db.Close() })
	q.people = []model.Actor{q.person(model.KindAgent, "ada"), q.person(model.KindAgent, "mira")}
	q.customer = q.person(model.KindCustomer, "sarah")
	boss := q.person(model.KindAdmin, "boss")
	cal := model.Calendar{Name: "Berlin", Zone: "Europe/Berlin", Holidays: []model.Holiday{{Date: "2026-04-03", Name: "Good Friday"}, {Date: "2020-05-01", Yearly: true, Name: "May Day"}}}
	for d := range 5 {
		cal.Hours[d] = []model.Interval{{From: 9 * 60, To: 12*60 + 30}, {From: 13*60 + 30, To: 17*60 + 30}}
	}
	cal.Hours[5] = []model.Interval{{From: 22 * 60, To: 4 * 60}} // over the night in which the clocks change
	saved, err := q.SaveCalendar(q.ctx, boss, cal)
	must(t, err)
	q.open = plainlyOpen(cal, q.start, q.minutes)
	q.targets = map[model.Priority]map[model.SLATarget]int{}
	table := model.SLATable{}
	for i, p := range model.Priorities() {
		first, next, whole := 480>>i, 600>>i, 2400>>i
		q.targets[p] = map[model.SLATarget]int{model.FirstResponse: first, model.NextResponse: next, model.Resolution: whole}
		table[p] = map[model.SLATarget]model.Length{
			model.FirstResponse: length(t, first), model.NextResponse: length(t, next), model.Resolution: length(t, whole),
		}
	}
	q.write(func(tx *store.Tx) error {
		_, err := tx.InsertSLAPolicy(tx.Ctx, model.SLAPolicy{Name: "Standard", CalendarID: saved.ID, Pauses: model.DefaultPauses(), Targets: table, Warn: model.SLAWarning{Percent: 75}, IsDefault: true})
		return err
	})
	q.forgetPolicies()
	for range days / 3 {
		q.down[q.rnd.IntN(q.minutes)] = 1 + q.rnd.IntN(240)
		q.back[q.rnd.IntN(q.minutes)] = 1 + q.rnd.IntN(60)
	}
	return q
}

func length(t *testing.T, minutes int) model.Length {
	l, err := model.ParseLength(fmt.Sprintf("%dm", minutes))
	must(t, err)
	return l
}

// plainlyOpen asks of every minute whether it is open, in the most obvious way.
func plainlyOpen(c model.Calendar, start time.Time, n int) []bool {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		panic(err)
	}
	closed := func(d time.Time) bool {
		for _, h := range c.Holidays {
			if h.Date == d.Format(time.DateOnly) || h.Yearly && h.Date[5:] == d.Format("01-02") {
				return true
			}
		}
		return false
	}
	out := make([]bool, n)
	for i := range out {
		at := start.Add(time.Duration(i) * minute).In(zone)
		of := at.Hour()*60 + at.Minute()
		day := time.Date(at.Year(), at.Month(), at.Day(), 12, 0, 0, 0, time.UTC)
		if closed(day) {
			continue
		}
		for _, x := range c.Hours[(int(day.Weekday())+6)%7] {
			out[i] = out[i] || of >= x.From && (of < x.To || x.To <= x.From)
		}
		before := day.AddDate(0, 0, -1)
		for _, x := range c.Hours[(int(before.Weekday())+6)%7] {
			out[i] = out[i] || !closed(before) && x.To <= x.From && of < x.To
		}
	}
	return out
}

func (q *quarter) reopen() {
	if q.db != nil {
		must(q.t, q.db.Close())
		q.restarts++
	}
	db, err := store.Open(q.ctx, q.path, store.Options{Fast: true, Clock: func() time.Time { q.mu.Lock(); defer q.mu.Unlock(); return q.clock }})
	must(q.t, err)
	d, err := New(Options{DB: db, Key: make([]byte, 32), Settings: model.DefaultSettings(), Files: folder(filepath.Dir(q.path))})
	must(q.t, err)
	q.Desk, q.db = d, db
}

// plan puts the life of a ticket on the list.
func (q *quarter) plan(i int) {
	m := q.rnd.IntN(q.minutes * 9 / 10)
	var id model.TicketID
	q.todo[m] = append(q.todo[m], func(m int) {
		tk, err := q.OpenTicket(q.ctx, q.customer, model.NewTicket{Subject: fmt.Sprint("Ticket ", i), Body: "It says 42."})
		must(q.t, err)
		id = tk.ID
		q.lives[id] = &life{}
		q.after(m, id)
	})
	for range 2 + q.rnd.IntN(7) {
		m += 1 + int(q.rnd.ExpFloat64()*900)
		what := q.rnd.IntN(10)
		q.todo[m] = append(q.todo[m], func(m int) {
			if id != 0 {
				q.act(id, what)
				q.after(m, id)
			}
		})
	}
}

func (q *quarter) act(id model.TicketID, what int) {
	agent := q.people[q.rnd.IntN(2)]
	tk := q.now(id)
	var err error
	switch what {
	case 0, 1, 2:
		_, err = q.Reply(q.ctx, agent, id, model.NewReply{Body: "Try again."})
	case 3, 4:
		_, err = q.Reply(q.ctx, q.customer, id, model.NewReply{Body: "No."})
	case 5, 6:
		err = q.SetPriority(q.ctx, agent, id, model.Priorities()[q.rnd.IntN(5)], Change{})
	case 7:
		if tk.Status.IsOpen() {
			_, err = q.Snooze(q.ctx, agent, id, "tomorrow", "")
		}
	case 8:
		if tk.Status.IsOpen() {
			err = q.SetStatus(q.ctx, agent, id, model.Resolved, Change{})
		} else {
			err = q.SetStatus(q.ctx, agent, id, model.Reopened, Change{})
		}
	case 9:
		_, err = q.Note(q.ctx, agent, id, model.NewReply{Body: "Nothing of this counts."})
	}
	if err != nil {
		q.t.Fatalf("act %d on %d (%s): %v", what, id, tk.Status, err)
	}
}

// after tells the plain model what a ticket is now.
func (q *quarter) after(m int, id model.TicketID) {
	l := q.lives[id]
	l.now = q.rig.now(id)
	done := !l.now.Status.IsOpen()
	l.set(model.FirstResponse, l.now.FirstResponseAt == 0 && !done, false)
	l.set(model.NextResponse, l.now.FirstResponseAt != 0 && l.now.WaitingSince != model.Never && !done, true)
	l.set(model.Resolution, !done, false)
	q.tellOf(l, m, 0)
}

// counts reports whether time counts for the ticket's clocks.
func (l *life) counts() bool {
	return l.now.Status != model.WaitingOnCustomer && l.now.Pile != model.PileAsleep
}

func (l *life) set(t model.SLATarget, active, fresh bool) {
	var c *plainClock
	for _, x := range l.clocks {
		if x.target == t && (!fresh || x.active) {
			c = x
		}
	}
	if c == nil && active {
		c = &plainClock{target: t}
		l.clocks = append(l.clocks, c)
	}
	if c != nil {
		c.active = active
	}
}

func (q *quarter) at(m int, plus time.Duration) {
	q.mu.Lock()
	q.clock = q.start.Add(time.Duration(m)*minute + plus)
	q.mu.Unlock()
}

func (q *quarter) run() {
	system := model.System("clock")
	for m := 0; m < q.minutes; m++ {
		q.at(m, 0)
		q.wake(m)
		for _, do := range q.todo[m] {
			do(m)
		}
		q.at(m, 30*time.Second)
		if n := q.down[m]; n > 0 && m+n < q.minutes { // nothing is done and nothing is looked at
			for i := range n {
				q.count(m + i)
				q.todo[m+n+1] = append(q.todo[m+n+1], q.todo[m+1+i]...)
			}
			m += n
			q.at(m, 30*time.Second)
			q.reopen()
		}
		_, err := q.CheckSLA(q.ctx, system)
		must(q.t, err)
		q.tell(m)
		if n := q.back[m]; n > 0 && m > n { // a clock that was wrong for a moment
			for i := range n {
				q.at(m-n+i, 30*time.Second)
				_, err := q.CheckSLA(q.ctx, system)
				must(q.t, err)
			}
			q.at(m, 30*time.Second)
		}
		q.count(m)
	}
}

func (q *quarter) wake(m int) {
	n, err := q.WakeSnoozed(q.ctx, model.System("clock"))
	must(q.t, err)
	if n == 0 {
		return
	}
	for id, l := range q.lives {
		if l.now.Pile == model.PileAsleep {
			q.after(m, id)
		}
	}
}

// count lets a minute pass in the plain model.
func (q *quarter) count(m int) {
	if !q.open[m] {
		return
	}
	for _, l := range q.lives {
		if !l.counts() {
			continue
		}
		for _, c := range l.clocks {
			if c.active {
				c.counted = append(c.counted, m)
			}
		}
	}
}

// tell is what must have been told of all tickets by the middle of a minute.
func (q *quarter) tell(m int) {
	for _, l := range q.lives {
		q.tellOf(l, m, 30)
	}
}

// tellOf is what must have been told of a ticket by some seconds of a minute.
func (q *quarter) tellOf(l *life, m, seconds int) {
	now := m*60 + seconds
	passed := func(c *plainClock, seconds int) bool { // whether so much was used up before now
		full := seconds / 60
		if rest := seconds % 60; rest != 0 {
			if len(c.counted) > full {
				return c.counted[full]*60+rest < now
			}
			return len(c.counted) == full && q.open[m] && l.counts() && m*60+rest < now
		}
		return len(c.counted) >= full && (c.counted[full-1]+1)*60 < now
	}
	for _, c := range l.clocks {
		if !c.active || c.breached {
			continue
		}
		target := q.targets[l.now.Priority][c.target]
		switch {
		case passed(c, target*60):
			c.breached = true
			c.due = append(c.due, c.counted[target-1]+1)
		case !c.warned && passed(c, target*60*75/100):
			c.warned = true
			c.warn = append(c.warn, m)
		}
	}
}

func (q *quarter) compare() {
	type telling struct{ due, warn []int }
	got := map[model.TicketID]map[model.SLATarget]*telling{}
	of := func(id model.TicketID, t model.SLATarget) *telling {
		if got[id] == nil {
			got[id] = map[model.SLATarget]*telling{}
		}
		if got[id][t] == nil {
			got[id][t] = &telling{}
		}
		return got[id][t]
	}
	since := func(at model.Time) int { return int(at.Std().Sub(q.start) / minute) }
	for from := model.EventID(0); ; {
		recs, err := q.db.Read().RecordsAfter(q.ctx, from, 1000)
		must(q.t, err)
		if len(recs) == 0 {
			break
		}
		for _, r := range recs {
			from = r.ID
			e, err := r.Event()
			must(q.t, err)
			switch e := e.(type) {
			case model.SLABreached:
				of(r.TicketID, e.Target).due = append(of(r.TicketID, e.Target).due, since(e.Due))
				q.breaches++
			case model.SLAWarned:
				of(r.TicketID, e.Target).warn = append(of(r.TicketID, e.Target).warn, since(r.At))
				q.warnings++
			}
		}
	}
	wrong := 0
	for id, l := range q.lives {
		for _, t := range model.SLATargets() {
			var due, warn []int
			for _, c := range l.clocks {
				if c.target == t {
					due, warn = append(due, c.due...), append(warn, c.warn...)
				}
			}
			g := of(id, t)
			sort.Ints(g.due)
			sort.Ints(due)
			if fmt.Sprint(g.due) != fmt.Sprint(due) || fmt.Sprint(g.warn) != fmt.Sprint(warn) {
				if wrong++; wrong <= 10 {
					q.t.Errorf("ticket %d, %s: breached %v warned %v, want %v and %v", id, t, g.due, g.warn, due, warn)
				}
			}
		}
		q.addsUp(id, l)
	}
	if wrong > 10 {
		q.t.Errorf("%d differ in all", wrong)
	}
}

// addsUp looks at the clocks themselves: what they counted is what the plain
// model counted, and to the deadline of a running one it is the target.
func (q *quarter) addsUp(id model.TicketID, l *life) {
	clocks, err := q.db.Read().SLAClocks(q.ctx, []model.TicketID{id})
	must(q.t, err)
	for _, t := range model.SLATargets() {
		var plain, told []int
		for _, c := range l.clocks {
			if c.target == t {
				plain = append(plain, len(c.counted))
			}
		}
		for _, c := range clocks {
			if c.Target != t {
				continue
			}
			cal, err := q.calendarVersion(q.ctx, q.db.Read(), c.CalendarVersion)
			must(q.t, err)
			sum := int64(0)
			for _, s := range c.Spans {
				n, trace := cal.Between(s.From, s.To)
				for _, part := range trace {
					n -= part.Took()
				}
				if n != 0 {
					q.t.Errorf("ticket %d, %s: the trace of %v does not add up", id, t, s)
				}
				sum += s.Counted
			}
			if sum != c.UsedMS {
				q.t.Errorf("ticket %d, %s: spans %d, used %d", id, t, sum, c.UsedMS)
			}
			if c.RunningSince != 0 && c.DueAt > c.RunningSince {
				if left := cal.Open(c.RunningSince, c.DueAt); c.UsedTime()+left != c.TargetTime() {
					q.t.Errorf("ticket %d, %s: used %v and %v to the deadline, target %v", id, t, c.UsedTime(), left, c.TargetTime())
				}
			}
			told = append(told, int((c.Used(model.TimeOf(q.start.Add(time.Duration(q.minutes)*minute)), cal)+minute/2)/minute))
		}
		sort.Ints(plain)
		sort.Ints(told)
		if fmt.Sprint(plain) != fmt.Sprint(told) {
			q.t.Errorf("ticket %d, %s: counted %v minutes, want %v", id, t, told, plain)
		}
	}
}
