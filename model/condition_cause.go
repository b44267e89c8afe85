package model

import "slices"

// Piles are where tickets lie for which the conditions may hold: the open ones,
// and others only when a status is asked for that they have.
func (l Tests) Piles() []Pile {
	out := []Pile{PileActive, PileAsleep}
	for i := range l {
		if s := l[i].Sieve; s != nil && len(s.Lanes) < 4 {
			out = nil
		}
	}
	if out == nil {
		for _, p := range []Pile{PileActive, PileAsleep, PileResolved, PileClosed} {
			if !slices.ContainsFunc(l, func(t Test) bool { return t.Sieve != nil && !t.Sieve.covers(p) }) {
				out = append(out, p)
			}
		}
		return out
	}
	for i := range l {
		for _, t := range l[i].Any {
			if t.Sieve == nil || len(t.Sieve.Lanes) == 4 {
				continue
			}
			for _, ln := range t.Sieve.Lanes {
				if !slices.Contains(out, ln.Pile) {
					out = append(out, ln.Pile)
				}
			}
		}
	}
	return out
}

func (s *Sieve) covers(p Pile) bool {
	return slices.ContainsFunc(s.Lanes, func(l Lane) bool { return l.Pile == p })
}

// What makes one firing of a rule by the clock another than the one before.
const (
	CauseWaiting  = "waiting"  // the customer has begun to wait again
	CauseAssigned = "assigned" // it was given to somebody again
	CauseUpdated  = "updated"  // something has happened since
	CauseSLA      = "sla"      // another deadline, or another level
	CauseOnce     = "once"     // it was opened again
)

// CauseBy is what a rule by the clock waits for, by its conditions: it fires
// for a ticket once until that begins anew.
func (l Conditions) CauseBy() string {
	best := CauseOnce
	for _, c := range l {
		switch {
		case c.Field == AgeWaiting && c.Op == CondLonger:
			return CauseWaiting
		case c.Field == AgeAssigned && c.Op == CondLonger:
			best = CauseAssigned
		case c.Field == AgeUpdated && c.Op == CondLonger && best != CauseAssigned:
			best = CauseUpdated
		case c.Field == "sla" && best == CauseOnce:
			best = CauseSLA
		}
	}
	return best
}
