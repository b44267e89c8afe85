package model

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Matched is a ticket as conditions see it. What is not needed may be left out.
type Matched struct {
	Facets
	ID        TicketID
	Subject   string
	Addresses []string // of the requester
	Reopened  int      // how often it was
	Previous  Previous
}

// Previous is what an event changed of a ticket, with its value before.
type Previous struct {
	Field    string // status, priority, type, department, assignee; empty: none of them
	Value    int64
	StatusID StatusID // of a status, the desk's own
}

// Ages are since when, by the names of fields.
const (
	AgeCreated    = "created_for"
	AgeUpdated    = "updated_for"
	AgeAssigned   = "assigned_for"
	AgeWaiting    = "waiting_for"
	AgeUnanswered = "unanswered_for"
)

// Test is a condition made ready to be asked of tickets: one of its parts says
// how. Filters of lists and conditions look at most fields in the same way,
// with a sieve.
type Test struct {
	Condition Condition
	Any       []Test
	Sieve     *Sieve
	Text      *TextTest
	Age       *AgeTest
	Requester *RequesterTest
	Was       *WasTest
	Count     *CountTest
	Hours     *HoursTest
}

// TextTest looks for words in the subject, or in a field an admin added.
type TextTest struct {
	Field FieldID // zero: the subject
	Op    string
	Words []string // folded
}

// AgeTest compares how long something has been so.
type AgeTest struct {
	Of     string
	Longer bool
	Length time.Duration
}

// RequesterTest asks who asks.
type RequesterTest struct {
	Not       bool
	IDs       []int64
	Addresses []string
	Domains   []string
}

// WasTest asks for the value before the event.
type WasTest struct {
	Field  string
	Values []int64
	IDs    []StatusID // of statuses, single ones
}

// HoursTest asks whether the desk is open now.
type HoursTest struct {
	Calendar Calendar
	Open     bool
}

// Holds reports whether it is so at a time.
func (h *HoursTest) Holds(now Time) bool { return h.Calendar.IsOpen(now) == h.Open }

// CountTest compares how often a ticket was opened again.
type CountTest struct{ Min, Max int }

// Tests must all let a ticket through.
type Tests []Test

// Prepare makes the conditions ready. It does not depend on the time.
// Something named that is not there any more lets no ticket through.
func (l Conditions) Prepare(n Names) Tests {
	out := make(Tests, 0, len(l))
	for _, c := range l {
		t := Test{Condition: c}
		if c.Group() {
			t.Any = Conditions(c.Any).Prepare(n)
		} else {
			c.prepare(&t, n)
		}
		out = append(out, t)
	}
	return out
}

func (c Condition) prepare(t *Test, n Names) {
	f, ok := conditionField(c.Field, n.Fields)
	switch {
	case !ok || !slices.Contains(f.Ops, c.Op) || len(c.Words) == 0:
		t.Sieve = &Sieve{Nothing: true}
	case c.Op == CondWas:
		t.Was = c.was(n)
	case f.Kind == ConditionLength:
		l, err := ParseLength(c.Words[0])
		if err != nil {
			t.Sieve = &Sieve{Nothing: true}
			return
		}
		t.Age = &AgeTest{Of: c.Field, Longer: c.Op == CondLonger, Length: l.In(Calendar{})}
	case c.Field == "requester":
		t.Requester = c.requester()
	case c.Field == "hours":
		t.Hours = &HoursTest{n.Calendar, c.Words[0] == "open"}
	case c.Field == "reopened":
		t.Count = c.count()
	case c.Field == "subject":
		t.Text = &TextTest{Op: c.Op, Words: foldAll(c.Words)}
	case f.Kind == ConditionText && (c.Op == CondContains || c.Op == CondContainsNo):
		t.Text = &TextTest{Field: f.Custom.ID, Op: c.Op, Words: foldAll(c.Words)}
	default:
		f := c.filter(n)
		s := f.Sieve(0)
		s.Nothing = s.Nothing || len(s.Lanes) == 0 || !f.asks(c)
		t.Sieve = &s
	}
}

// filter is the condition as the filter of a list of all tickets.
func (c Condition) filter(n Names) TicketFilter {
	f := TicketFilter{Any: true}
	not := c.Op == CondNot
	words := c.Words
	switch {
	case c.Field == "status" && !not:
		f = TicketFilter{Snoozed: SnoozedAny}
	case c.Field == "attachment":
		return f.With("has", words[0] == "no", "attachment")
	case c.Op == CondAtLeast || c.Op == CondAtMost:
		words = nil
		for _, w := range c.Words {
			if c.Op == CondAtLeast {
				words = append(words, w+"..")
			} else {
				words = append(words, ".."+w)
			}
		}
	}
	return f.With(c.Field, not, words...).Known(n.Statuses, n.Fields)
}

// asks reports whether anything of the condition came into the filter: what
// names nothing there is would let everything through.
func (f TicketFilter) asks(c Condition) bool {
	if c.Field == "attachment" {
		return true
	}
	return len(f.Has(c.Field, c.Op == CondNot)) > 0
}

func (c Condition) was(n Names) *WasTest {
	w := &WasTest{Field: c.Field}
	for _, word := range c.Words {
		switch c.Field {
		case "status":
			if s, err := ParseStatus(word); err == nil {
				w.Values = append(w.Values, int64(s))
			} else if d, ok := StatusByKey(n.Statuses, word); ok {
				w.IDs = append(w.IDs, d.ID)
			}
		case "priority":
			if v, err := ParsePriority(word); err == nil {
				w.Values = append(w.Values, int64(v))
			}
		case "type":
			if v, err := ParseTicketType(word); err == nil {
				w.Values = append(w.Values, int64(v))
			}
		default:
			if id := parseID(word); id != 0 || word == "none" {
				w.Values = append(w.Values, id)
			}
		}
	}
	return w
}

func (c Condition) requester() *RequesterTest {
	r := &RequesterTest{Not: c.Op == CondNot}
	for _, w := range c.Words {
		address := FoldAddress(w)
		switch id := parseID(w); {
		case id != 0:
			r.IDs = append(r.IDs, id)
		case strings.HasPrefix(address, "@") || !strings.Contains(address, "@"):
			r.Domains = append(r.Domains, strings.TrimPrefix(address, "@"))
		default:
			r.Addresses = append(r.Addresses, address)
		}
	}
	return r
}

func (c Condition) count() *CountTest {
	t := &CountTest{Max: 1 << 30}
	n, _ := strconv.ParseFloat(c.Words[0], 64)
	if c.Op == CondAtLeast {
		t.Min = int(n)
	} else {
		t.Max = int(n)
	}
	return t
}

// Fold is the form in which texts are compared: without regard to capitals.
func Fold(s string) string { return strings.ToLower(s) }

func foldAll(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = Fold(w)
	}
	return out
}

// Match reports whether the ticket is let through, as of now.
func (l Tests) Match(t *Matched, now Time) bool {
	for i := range l {
		if !l[i].Lets(t, now) {
			return false
		}
	}
	return true
}

// Lets reports whether one condition lets the ticket through.
func (c *Test) Lets(t *Matched, now Time) bool {
	switch {
	case c.Sieve != nil:
		return c.Sieve.Lets(t.Facets)
	case c.Age != nil:
		return c.Age.lets(t, now)
	case c.Text != nil:
		return c.Text.lets(t)
	case c.Requester != nil:
		return c.Requester.lets(t)
	case c.Was != nil:
		return c.Was.lets(t.Previous)
	case c.Count != nil:
		return t.Reopened >= c.Count.Min && t.Reopened <= c.Count.Max
	case c.Hours != nil:
		return c.Hours.Holds(now)
	}
	for i := range c.Any {
		if c.Any[i].Lets(t, now) {
			return true
		}
	}
	return false
}

// Since is since when what an age asks for has been so; zero: it is not so.
func (t *Matched) Since(age string) Time {
	switch age {
	case AgeCreated:
		return t.CreatedAt
	case AgeUpdated:
		return t.UpdatedAt
	case AgeAssigned:
		if t.AssigneeID != 0 {
			return t.AssignedAt
		}
	case AgeWaiting:
		if t.Pile <= PileAsleep && t.WaitingSince != Never {
			return t.WaitingSince
		}
	case AgeUnanswered:
		if t.FirstResponseAt == 0 {
			return t.CreatedAt
		}
	}
	return 0
}

func (a *AgeTest) lets(t *Matched, now Time) bool {
	since := t.Since(a.Of)
	if since == 0 {
		return false
	}
	return (since <= now.Add(-a.Length)) == a.Longer
}

func (x *TextTest) lets(t *Matched) bool {
	if x.Field == 0 {
		return x.is(Fold(t.Subject))
	}
	hit := false
	for _, r := range t.Fields {
		if r.FieldID == x.Field && r.Text != nil {
			text := Fold(*r.Text)
			hit = hit || slices.ContainsFunc(x.Words, func(w string) bool { return strings.Contains(text, w) })
		}
	}
	return hit == (x.Op == CondContains)
}

func (x *TextTest) is(text string) bool {
	for _, w := range x.Words {
		var hit bool
		switch x.Op {
		case CondStarts:
			hit = strings.HasPrefix(text, w)
		case CondIs:
			hit = text == w
		default:
			hit = strings.Contains(text, w)
		}
		if hit {
			return x.Op != CondContainsNo
		}
	}
	return x.Op == CondContainsNo
}

func (r *RequesterTest) lets(t *Matched) bool {
	hit := slices.Contains(r.IDs, int64(t.RequesterID))
	for _, a := range t.Addresses {
		_, domain, _ := strings.Cut(a, "@")
		hit = hit || slices.Contains(r.Addresses, a) || slices.Contains(r.Domains, domain)
	}
	return hit != r.Not
}

func (w *WasTest) lets(p Previous) bool {
	return p.Field == w.Field && (slices.Contains(w.Values, p.Value) || p.StatusID != 0 && slices.Contains(w.IDs, p.StatusID))
}
