package desk

import (
	"errors"
	"testing"
	"time"

	"escalated/model"
)

func policyNamed(name string, conditions ...model.Condition) model.SLAPolicy {
	return model.SLAPolicy{Name: name, Conditions: conditions, Targets: model.StandardTargets(), Pauses: model.DefaultPauses(), Warn: model.SLAWarning{Percent: 75}}
}

func (r *rig) checked() {
	r.t.Helper()
	if _, err := r.CheckSLA(r.ctx, model.System("sla")); err != nil {
		r.t.Fatal(err)
	}
}

// held is the policy that holds for a ticket; empty: none.
func (r *rig) held(by model.Actor, id model.TicketID) string {
	r.t.Helper()
	r.checked()
	v, err := r.SLAWhy(r.ctx, by, id)
	if err != nil {
		r.t.Fatal(err)
	}
	name := ""
	for _, c := range v.Clocks {
		if c.Active() {
			name = c.Policy
		}
	}
	return name
}

func TestPoliciesAreChecked(t *testing.T) {
	r := newRig(t)
	root, agent := r.person(model.KindAdmin, "root"), r.person(model.KindAgent, "bob")
	if _, err := r.SaveSLAPolicy(r.ctx, agent, policyNamed("X"), false); !errors.Is(err, model.ErrDenied) {
		t.Errorf("an agent: %v", err)
	}
	bad := model.SLAPolicy{CalendarID: 99, Pauses: model.PauseList{"nonsense"}, Conditions: model.Conditions{{Field: "status", Op: "is", Words: []string{"open"}}}}
	_, err := r.SaveSLAPolicy(r.ctx, root, bad, false)
	got := map[string]bool{}
	for _, p := range model.Problems(err) {
		got[p.Field] = true
	}
	for _, want := range []string{"name", "calendar_id", "pauses", "targets", "conditions.0"} {
		if !got[want] {
			t.Errorf("no problem with %s: %v", want, err)
		}
	}
	id, err := r.SaveSLAPolicy(r.ctx, root, policyNamed("Standard"), false)
	must(t, err)
	if _, err := r.SaveSLAPolicy(r.ctx, root, policyNamed(" standard"), false); len(model.Problems(err)) == 0 {
		t.Errorf("a name twice: %v", err)
	}
	p, err := r.SLAPolicy(r.ctx, root, id)
	must(t, err)
	p.Name = "Standards"
	_, err = r.SaveSLAPolicy(r.ctx, root, p.SLAPolicy, false)
	must(t, err)
	if _, err = r.SaveSLAPolicy(r.ctx, root, p.SLAPolicy, false); !errors.Is(err, model.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	late := policyNamed("Late")
	late.Warn = model.SLAWarning{Before: model.Length{Days: 30}}
	if _, err := r.SaveSLAPolicy(r.ctx, root, late, false); len(model.Problems(err)) != 1 {
		t.Errorf("a warning before the beginning: %v", err)
	}
}

func TestPoliciesHoldSwitchAndGo(t *testing.T) {
	r := newRig(t)
	root, ada := r.person(model.KindAdmin, "root"), r.person(model.KindCustomer, "ada")
	old := r.opens(ada, "Before all policies")
	r.later(time.Minute)
	standard := policyNamed("Standard")
	standard.IsDefault = true
	base, err := r.SaveSLAPolicy(r.ctx, root, standard, false)
	must(t, err)
	r.later(time.Minute)
	young := r.opens(ada, "After it")
	if a, b := r.held(root, old.ID), r.held(root, young.ID); a != "" || b != "Standard" {
		t.Fatalf("a new policy holds for %q and %q", a, b)
	}
	medium, err := r.SaveSLAPolicy(r.ctx, root, policyNamed("Medium", model.Condition{Field: "priority", Op: "is", Words: []string{"medium"}}), true)
	must(t, err)
	if a, b := r.held(root, old.ID), r.held(root, young.ID); a != "Medium" || b != "Medium" {
		t.Fatalf("one for open tickets too holds for %q and %q", a, b)
	}
	list, err := r.SLAPolicies(r.ctx, root)
	must(t, err)
	if len(list) != 2 || list[0].ID != medium || list[0].Tickets != 2 || list[1].Tickets != 0 {
		t.Fatalf("the list is %+v", list)
	}
	if n, err := r.SLAEffect(r.ctx, root, list[0].SLAPolicy); err != nil || n != 2 {
		t.Errorf("its conditions hold for %d, %v", n, err)
	}
	must(t, r.SwitchSLAPolicy(r.ctx, root, medium, false))
	if a, b := r.held(root, old.ID), r.held(root, young.ID); a != "" || b != "Standard" {
		t.Fatalf("switched off, %q and %q hold", a, b)
	}
	must(t, r.SwitchSLAPolicy(r.ctx, root, medium, true))
	if a := r.held(root, old.ID); a != "Medium" {
		t.Fatalf("switched on, %q holds", a)
	}
	// With a replacement the tickets get it though they are older than it.
	must(t, r.DeleteSLAPolicy(r.ctx, root, medium, base))
	if a, b := r.held(root, old.ID), r.held(root, young.ID); a != "Standard" || b != "Standard" {
		t.Fatalf("deleted with a replacement, %q and %q hold", a, b)
	}
	if err := r.DeleteSLAPolicy(r.ctx, root, base, 77); len(model.Problems(err)) == 0 {
		t.Errorf("an unknown replacement: %v", err)
	}
	must(t, r.DeleteSLAPolicy(r.ctx, root, base, 0))
	if a := r.held(root, young.ID); a != "" {
		t.Errorf("without policies %q holds", a)
	}
	if on, err := r.SLAInForce(r.ctx); on || err != nil {
		t.Errorf("in force without any: %v", err)
	}
}

func TestPoliciesInOrder(t *testing.T) {
	r := newRig(t)
	root, ada := r.person(model.KindAdmin, "root"), r.person(model.KindCustomer, "ada")
	first, err := r.SaveSLAPolicy(r.ctx, root, policyNamed("First"), false)
	must(t, err)
	_, err = r.SaveSLAPolicy(r.ctx, root, policyNamed("Second"), false)
	must(t, err)
	r.later(time.Minute)
	tk := r.opens(ada, "Whose")
	if got := r.held(root, tk.ID); got != "First" {
		t.Fatalf("%q holds", got)
	}
	must(t, r.MoveSLAPolicy(r.ctx, root, first, false))
	if got := r.held(root, tk.ID); got != "Second" {
		t.Fatalf("moved down, %q holds", got)
	}
	copied, err := r.DuplicateSLAPolicy(r.ctx, root, first, "First")
	must(t, err)
	p, err := r.SLAPolicy(r.ctx, root, copied)
	must(t, err)
	if p.Name != "First (2)" || p.Active() || p.IsDefault {
		t.Errorf("the copy is %+v", p)
	}
	// The default is one, and the last.
	for _, name := range []string{"A", "B"} {
		d := policyNamed(name)
		d.IsDefault = true
		_, err = r.SaveSLAPolicy(r.ctx, root, d, false)
		must(t, err)
	}
	list, err := r.SLAPolicies(r.ctx, root)
	must(t, err)
	defaults := 0
	for _, p := range list {
		if p.IsDefault {
			defaults++
		}
	}
	if last := list[len(list)-1]; defaults != 1 || last.Name != "B" {
		t.Errorf("%d defaults, the last is %s", defaults, last.Name)
	}
}

// The explanation adds up: to the target while a clock runs, else to what it
// has used.
func TestWhyAddsUp(t *testing.T) {
	r := newRig(t)
	root, ada, bob := r.person(model.KindAdmin, "root"), r.person(model.KindCustomer, "ada"), r.person(model.KindAgent, "bob")
	row, err := r.SaveCalendar(r.ctx, root, model.Calendar{Name: "Office", Zone: "Europe/Berlin", Hours: [7][]model.Interval{{{From: 540, To: 1020}}, {{From: 540, To: 1020}}, {{From: 540, To: 1020}}, {{From: 540, To: 1020}}, {{From: 540, To: 1020}}}})
	must(t, err)
	p := policyNamed("Standard")
	p.CalendarID, p.IsDefault = row.ID, true
	p.Targets[model.Medium][model.Resolution] = model.Length{Days: 2}
	_, err = r.SaveSLAPolicy(r.ctx, root, p, false)
	must(t, err)
	r.later(time.Minute)
	tk := r.opens(ada, "Printer on fire")
	r.later(5 * time.Hour)
	_, err = r.Reply(r.ctx, bob, tk.ID, model.NewReply{Body: "What colour is it?"})
	must(t, err)
	must(t, r.SetStatus(r.ctx, bob, tk.ID, model.WaitingOnCustomer, Change{}))
	r.later(20 * time.Hour)
	_, err = r.Reply(r.ctx, ada, tk.ID, model.NewReply{Body: "Red."})
	must(t, err)
	r.later(3 * time.Hour)
	w, err := r.SLAWhy(r.ctx, bob, tk.ID)
	must(t, err)
	if len(w.Clocks) != 3 {
		t.Fatalf("%d clocks", len(w.Clocks))
	}
	for _, c := range w.Clocks {
		sum, pauses := int64(0), 0
		for i, x := range c.Pieces {
			sum += x.Sum
			counted := int64(0)
			for _, s := range x.Counted {
				counted += s.Took().Milliseconds()
			}
			if counted != x.Sum {
				t.Errorf("%s: piece %d counts %d, says %d", c.Target, i, counted, x.Sum)
			}
			if x.Pause {
				pauses++
			}
			if i > 0 && x.From != c.Pieces[i-1].To {
				t.Errorf("%s: a hole before piece %d", c.Target, i)
			}
		}
		n := len(c.Pieces)
		switch {
		case n > 0 && c.Pieces[n-1].Rest && sum != c.TargetMS:
			t.Errorf("%s: the pieces are %d, the target %d", c.Target, sum, c.TargetMS)
		case !c.Active() && sum != c.UsedMS:
			t.Errorf("%s: the pieces are %d, used %d", c.Target, sum, c.UsedMS)
		}
		if c.Target == model.Resolution && (pauses != 1 || !c.Pieces[n-1].Rest || c.Pieces[n-1].To != c.DueAt) {
			t.Errorf("resolution: %d pauses, the rest ends %v, due %v", pauses, c.Pieces[n-1].To, c.DueAt)
		}
	}
}

func TestAFreshDeskPromises(t *testing.T) {
	r := newRig(t)
	must(t, r.StandardSLA(r.ctx, model.System("setup"), r.Now()))
	must(t, r.StandardSLA(r.ctx, model.System("setup"), r.Now()))
	list, err := r.SLAPolicies(r.ctx, r.person(model.KindAdmin, "root"))
	must(t, err)
	if len(list) != 1 || !list[0].IsDefault || list[0].Targets[model.Critical][model.FirstResponse].String() != "30m" || list[0].Targets[model.Low][model.Resolution].String() != "72h" {
		t.Errorf("a fresh desk promises %+v", list)
	}
}
