package desk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// lists is what a URL means to somebody.
func (r *rig) lists(by model.Actor, query string) (model.TicketFilter, model.View, bool) {
	r.t.Helper()
	get := func(name string) string {
		for pair := range strings.SplitSeq(query, "&") {
			if k, v, _ := strings.Cut(pair, "="); k == name {
				return v
			}
		}
		return ""
	}
	f, v, changed, err := r.ListFor(r.ctx, by, get)
	must(r.t, err)
	return f, v, changed
}

func TestListForReadsTheURL(t *testing.T) {
	r := newRig(t)
	agent := r.person(model.KindAgent, "Lisa Field")
	id, err := r.SaveView(r.ctx, agent, model.View{Scope: model.ScopeMine, Name: "Hot", Query: "priority=high,urgent&assignee=me&sort=created&page=7"})
	must(t, err)
	for query, want := range map[string]string{
		"":                                  " view=-8",
		"view=-2":                           "assignee=me view=-2",
		"view=-2&page=2&sort=-updated":      "assignee=me&sort=-updated&page=2 view=-2",
		fmt.Sprint("view=", id):             fmt.Sprint("priority=high,urgent&assignee=me&sort=created view=", id),
		fmt.Sprint("view=", id, "&sort=-x"): fmt.Sprint("priority=high,urgent&assignee=me&sort=created view=", id),
		fmt.Sprint("view=", id, "&priority=urgent"):                  fmt.Sprint("priority=urgent view=", id, " changed"),
		fmt.Sprint("view=", id, "&assignee=me&priority=urgent,high"): fmt.Sprint("priority=high,urgent&assignee=me view=", id),
		"assignee=me":              "assignee=me view=-2",
		"assignee=lisa":            "assignee=me view=-2",
		"assignee=nobody-here":     "assignee=nobody-here view=0",
		"status=deleted":           "status=deleted view=0",
		"q=status:open csv":        "status=open&q=csv view=0",
		"view=-2&q=csv":            "q=csv view=-2 changed",
		"view=-2&nonsense=1":       "assignee=me view=-2",
		"status=nope&field.none=x": " view=-8",
		"view=-2&status=nope":      "assignee=me view=-2",
	} {
		f, v, changed := r.lists(agent, query)
		got := fmt.Sprint(f.Encode(), " view=", v.ID)
		if changed {
			got += " changed"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	must(t, r.PlaceViews(r.ctx, agent, []model.ViewPlace{{View: id, Default: true}, {View: model.ViewOpen, Hidden: true}, {View: 999}}))
	if f, v, _ := r.lists(agent, ""); v.ID != id || f.Encode() != "priority=high,urgent&assignee=me&sort=created" {
		t.Errorf("the default view: %d %s", v.ID, f.Encode())
	}
	must(t, r.DeleteView(r.ctx, agent, id))
	if _, v, _ := r.lists(agent, ""); v.ID != model.ViewOpen {
		t.Errorf("a deleted default view gives %d", v.ID)
	}
	_, _, _, err = r.ListFor(r.ctx, agent, func(name string) string { return map[string]string{"view": "77"}[name] })
	is(t, err, model.ErrNotFound)
}

func TestTypedNamesAreLookedUp(t *testing.T) {
	r := newRig(t)
	agent, ann := r.person(model.KindAgent, "Agent"), r.person(model.KindCustomer, "Ann")
	r.write(func(tx *store.Tx) error {
		_, err := tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: model.KindCustomer, Name: "Bea", Email: "bea@acme.example"})
		return err
	})
	tk := r.opens(ann, "Printer on fire")
	must(t, r.ChangeTags(r.ctx, agent, tk.ID, []string{"Refund now"}, nil))
	for text, want := range map[string]int{
		"tag:refund-now": 1, "tag:refund": 1, `tag:"Refund now"`: 1, "tag:other": 0, "-tag:refund": 0, "from:help.test": 1, "from:acme.example": 0, "from:ann@help.test": 1,
		"from:nowhere.example": 0, "-from:acme.example": 1, "assignee:none": 1, "created:<1d": 1, "created:>1d": 0, "status:resolved": 0, "is:unassigned -priority:low": 1,
	} {
		f, _, _ := r.lists(agent, "q="+text)
		p, err := r.Tickets(r.ctx, agent, f)
		must(t, err)
		if len(p.Rows) != want || f.Query != "" {
			t.Errorf("%s: %d rows, want %d (%s)", text, len(p.Rows), want, f.Encode())
		}
	}
}

func TestViewsBelongToPeople(t *testing.T) {
	r := newRig(t)
	admin := r.person(model.KindAdmin, "Admin")
	dep, err := r.SaveDepartment(r.ctx, admin, model.Department{Name: "Billing"}, nil)
	must(t, err)
	lisa, max, ann := r.person(model.KindAgent, "Lisa", dep), r.person(model.KindAgent, "Max"), r.person(model.KindCustomer, "Ann")
	save := func(by model.Actor, v model.View) model.ViewID {
		t.Helper()
		id, err := r.SaveView(r.ctx, by, v)
		must(t, err)
		return id
	}
	mine := save(lisa, model.View{Scope: model.ScopeMine, Name: " Hot  ", Query: "assignee=me&priority=urgent,high&q=x&nonsense=1", Hue: "red", Icon: "star"})
	people := save(lisa, model.View{Scope: model.ScopePeople, Name: "For Max", Query: "tag=none", People: []model.PersonID{max.ID, lisa.ID, max.ID}})
	billing := save(lisa, model.View{Scope: model.ScopeDepartment, DepartmentID: dep, Name: "Billing", Query: fmt.Sprint("department=", dep)})
	all := save(admin, model.View{Scope: model.ScopeAll, Name: "VIP", Query: "priority=critical"})
	for _, tc := range []struct {
		by    model.Actor
		sees  []model.ViewID
		edits []model.ViewID
	}{
		{lisa, []model.ViewID{mine, people, billing, all}, []model.ViewID{mine, people, billing}},
		{max, []model.ViewID{people, all}, nil},
		{admin, []model.ViewID{all}, []model.ViewID{all}},
	} {
		views, err := r.Views(r.ctx, tc.by)
		must(t, err)
		for _, id := range []model.ViewID{mine, people, billing, all} {
			i := slices.IndexFunc(views, func(v model.View) bool { return v.ID == id })
			sees := slices.Contains(tc.sees, id)
			_, err := r.View(r.ctx, tc.by, id)
			if (i >= 0) != sees || (err == nil) != sees {
				t.Errorf("%s sees view %d: %v %v", tc.by.Name, id, i >= 0, err)
			}
			if i >= 0 && views[i].CanEdit != slices.Contains(tc.edits, id) {
				t.Errorf("%s may change view %d: %v", tc.by.Name, id, views[i].CanEdit)
			}
		}
	}
	if v, err := r.View(r.ctx, lisa, mine); err != nil || v.Name != "Hot" || v.Query != "priority=high,urgent&assignee=me&q=x" || v.Group != model.GroupMine || v.Hue != "red" || v.Icon != "star" {
		t.Errorf("%+v %v", v, err)
	}
	_, err = r.SaveView(r.ctx, max, model.View{ID: mine, Scope: model.ScopeMine, Name: "Stolen"})
	is(t, err, model.ErrNotFound)
	_, err = r.SaveView(r.ctx, max, model.View{ID: people, Scope: model.ScopeMine, Name: "Stolen"})
	is(t, err, model.ErrDenied)
	_, err = r.SaveView(r.ctx, ann, model.View{Scope: model.ScopeMine, Name: "Queue"})
	is(t, err, model.ErrDenied)
	_, err = r.SaveView(r.ctx, admin, model.View{ID: model.ViewOpen, Scope: model.ScopeMine, Name: "Open"})
	is(t, err, model.ErrDenied)
	is(t, r.DeleteView(r.ctx, max, people), model.ErrDenied)
	is(t, r.DeleteView(r.ctx, max, mine), model.ErrNotFound)
	is(t, r.DeleteView(r.ctx, admin, model.ViewOpen), model.ErrDenied)
	is(t, r.PlaceViews(r.ctx, ann, nil), model.ErrDenied)
	_, err = r.Side(r.ctx, ann)
	is(t, err, model.ErrDenied)
}

func TestViewsAreChecked(t *testing.T) {
	r := newRig(t)
	admin := r.person(model.KindAdmin, "Admin")
	dep, err := r.SaveDepartment(r.ctx, admin, model.Department{Name: "Billing"}, nil)
	must(t, err)
	lisa, ann := r.person(model.KindAgent, "Lisa"), r.person(model.KindCustomer, "Ann")
	good := model.View{Scope: model.ScopeMine, Name: "Hot", Query: "priority=high"}
	for field, spoil := range map[string]func(*model.View){
		"name": func(v *model.View) { v.Name = "  " }, "name ": func(v *model.View) { v.Name = strings.Repeat("x", 101) }, "hue": func(v *model.View) { v.Hue = "mauve" },
		"icon": func(v *model.View) { v.Icon = "script" }, "scope": func(v *model.View) { v.Scope = model.ScopeAll }, "scope ": func(v *model.View) { v.Scope = "world" },
		"department_id": func(v *model.View) { v.Scope, v.DepartmentID = model.ScopeDepartment, dep }, "department_id ": func(v *model.View) { v.Scope, v.DepartmentID = model.ScopeDepartment, 99 },
		"people": func(v *model.View) { v.Scope = model.ScopePeople }, "people ": func(v *model.View) { v.Scope, v.People = model.ScopePeople, []model.PersonID{ann.ID} },
	} {
		v := good
		spoil(&v)
		_, err := r.SaveView(r.ctx, lisa, v)
		if p := model.Problems(err); len(p) != 1 || p[0].Field != strings.TrimSpace(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	id, err := r.SaveView(r.ctx, lisa, good)
	must(t, err)
	v, err := r.View(r.ctx, lisa, id)
	must(t, err)
	v.Name = "Hotter"
	_, err = r.SaveView(r.ctx, lisa, v)
	must(t, err)
	_, err = r.SaveView(r.ctx, lisa, v) // on the old picture
	is(t, err, model.ErrConflict)
	copied, err := r.DuplicateView(r.ctx, lisa, model.ViewNeedsMe, "Needs me, too")
	must(t, err)
	if v, err := r.View(r.ctx, lisa, copied); err != nil || v.Query != "status!=waiting_on_customer&assignee=me" {
		t.Errorf("%+v %v", v, err)
	}
}

func TestDeletedViewComesBack(t *testing.T) {
	r := newRig(t)
	lisa, ann := r.person(model.KindAgent, "Lisa"), r.person(model.KindCustomer, "Ann")
	r.opens(ann, "Printer on fire")
	id, err := r.SaveView(r.ctx, lisa, model.View{Scope: model.ScopeMine, Name: "Web", Query: "channel=web"})
	must(t, err)
	ctx, set := Undoing(r.ctx)
	must(t, r.DeleteView(ctx, lisa, id))
	_, err = r.View(r.ctx, lisa, id)
	is(t, err, model.ErrNotFound)
	r.opens(ann, "Another")
	_, err = r.Undo(r.ctx, lisa, *set)
	must(t, err)
	s, err := r.Side(r.ctx, lisa)
	must(t, err)
	if v, ok := s.Find(id); !ok || v.Count != 2 {
		t.Errorf("%+v", v)
	}
}

func TestSideIsOneQueryInOwnOrder(t *testing.T) {
	r := newRig(t)
	lisa, ann := r.person(model.KindAgent, "Lisa"), r.person(model.KindCustomer, "Ann")
	tk := r.opens(ann, "Printer on fire")
	other := r.opens(ann, "Second")
	must(t, r.Assign(r.ctx, lisa, tk.ID, lisa.ID, Change{}))
	old, err := r.SaveView(r.ctx, lisa, model.View{Scope: model.ScopeMine, Name: "Waiting long", Query: "waiting=>2d"})
	must(t, err)
	must(t, r.PlaceViews(r.ctx, lisa, []model.ViewPlace{{View: model.ViewOpen}, {View: old}, {View: model.ViewSnoozed, Hidden: true}}))
	_, err = r.Side(r.ctx, lisa) // reads what is kept in memory
	must(t, err)
	ctx, n := store.Counting(r.ctx)
	s, err := r.Side(ctx, lisa)
	must(t, err)
	if n.Load() != 1 {
		t.Errorf("%d queries", n.Load())
	}
	want := map[model.ViewID]int{model.ViewNeedsMe: 1, model.ViewMine: 1, model.ViewUnassigned: 1, model.ViewFollowing: 0, model.ViewOpen: 2, model.ViewSnoozed: 0, model.ViewResolved: -1, old: 0}
	for id, n := range want {
		if v, ok := s.Find(id); !ok || v.Count != n {
			t.Errorf("view %d: %+v, want %d", id, v, n)
		}
	}
	if s.Views[0].ID != model.ViewOpen || s.Views[1].ID != old || !s.Views[2].Hidden || s.Views[3].ID != model.ViewNeedsMe {
		t.Errorf("order: %d %d %d %d", s.Views[0].ID, s.Views[1].ID, s.Views[2].ID, s.Views[3].ID)
	}
	if _, ok := s.Find(model.ViewBin); ok {
		t.Error("an agent who may not delete sees the bin")
	}
	r.later(3 * 24 * time.Hour) // the number with a clock in it is counted anew
	must(t, r.Assign(r.ctx, lisa, other.ID, lisa.ID, Change{}))
	s, err = r.Side(r.ctx, lisa)
	must(t, err)
	for id, n := range map[model.ViewID]int{old: 2, model.ViewMine: 2, model.ViewUnassigned: 0} {
		if v, _ := s.Find(id); v.Count != n {
			t.Errorf("later, view %d: %+v, want %d", id, v, n)
		}
	}
}

// Whatever people do, the numbers of all views stay those of their lists.
func TestNumbersSurviveEverything(t *testing.T) {
	r := newRig(t)
	rnd := rand.New(rand.NewPCG(11, 12))
	admin := r.person(model.KindAdmin, "Admin")
	var deps []model.DepartmentID
	for _, n := range []string{"Billing", "Technical"} {
		id, err := r.SaveDepartment(r.ctx, admin, model.Department{Name: n}, nil)
		must(t, err)
		deps = append(deps, id)
	}
	staff := []model.Actor{admin, r.person(model.KindAgent, "Lisa", deps...), r.person(model.KindAgent, "Max")}
	ann := r.person(model.KindCustomer, "Ann")
	var tickets []model.TicketID
	for i := range 12 {
		tickets = append(tickets, r.opens(ann, fmt.Sprint("Ticket ", i)).ID)
	}
	for _, q := range []string{"priority=high", "tag=none", "tag!=none", "department=none&type=question", "assignee=me&priority!=low", "following=me&snoozed=any", "status!=open"} {
		_, err := r.SaveView(r.ctx, admin, model.View{Scope: model.ScopeAll, Name: q, Query: q})
		must(t, err)
	}
	var sets []model.ChangeSetID
	refused := 0
	for i := range 2000 {
		by, id := staff[rnd.IntN(3)], tickets[rnd.IntN(len(tickets))]
		ctx, set := Undoing(r.ctx)
		var err error
		switch rnd.IntN(13) {
		case 0, 1:
			err = r.SetStatus(ctx, by, id, model.Status(1+rnd.IntN(8)), Change{})
		case 2, 3:
			err = r.SetPriority(ctx, by, id, model.Priority(1+rnd.IntN(5)), Change{})
		case 4, 5:
			err = r.Assign(ctx, by, id, staff[rnd.IntN(3)].ID, Change{})
		case 6:
			err = r.SetDepartment(ctx, by, id, append(deps, 0)[rnd.IntN(3)], Change{})
		case 7:
			err = r.ChangeTags(ctx, by, id, []string{fmt.Sprint("tag", rnd.IntN(3))}, nil)
		case 8:
			err = r.Follow(ctx, by, id, rnd.IntN(2) == 0)
		case 9:
			err = r.DeleteTicket(ctx, admin, id)
		case 10:
			err = r.RestoreTicket(ctx, admin, id)
		case 11:
			_, err = r.Reply(ctx, by, id, model.NewReply{Body: fmt.Sprint("Answer ", i)})
		case 12:
			if len(sets) > 0 {
				_, err = r.Undo(ctx, admin, sets[rnd.IntN(len(sets))])
			}
		}
		if err != nil {
			refused++
		}
		if *set != 0 {
			sets = append(sets, *set)
		}
	}
	if refused > 1500 {
		t.Errorf("%d of 2,000 were refused", refused)
	}
	wrong, err := r.RecountViews(r.ctx, model.System("clock"))
	must(t, err)
	if len(wrong) > 0 {
		t.Errorf("views %v drifted", wrong)
	}
	_, err = r.RecountViews(r.ctx, admin)
	is(t, err, model.ErrDenied)
	for _, by := range staff {
		s, err := r.Side(r.ctx, by)
		must(t, err)
		for _, v := range s.Views {
			if v.Count < 0 {
				continue
			}
			f, err := r.ReadFilter(r.ctx, by, v.Query)
			must(t, err)
			p, err := r.Tickets(r.ctx, by, f)
			must(t, err)
			if p.Total != v.Count {
				t.Errorf("%s has %d in %s%s, the list %d", by.Name, v.Count, v.Key, v.Name, p.Total)
			}
		}
	}
}
