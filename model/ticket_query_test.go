package model

import (
	"math/rand/v2"
	"net/url"
	"reflect"
	"testing"
)

func pick[T any](r *rand.Rand, from []T) []T {
	var out []T
	for _, v := range from {
		if r.IntN(3) == 0 {
			out = append(out, v)
		}
	}
	return out
}

func TestFilterSurvivesItsURL(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		f := TicketFilter{
			Priorities: pick(r, Priorities()), Types: pick(r, TicketTypes()), Channels: pick(r, []Channel{Web, Email, API}),
			Tag: TagID(r.IntN(3)), Requester: PersonID(r.IntN(3)), Following: PersonID(r.IntN(2)), Me: 7, Page: 1 + r.IntN(3), PerPage: []int{0, 25, 100}[r.IntN(3)],
			Query: []string{"", "a & b=c", `"né, 東京" +%`}[r.IntN(3)],
		}
		switch r.IntN(4) {
		case 0:
			f.Any = true
		case 1:
			f.Bin = true
		case 2:
			f.Statuses = pick(r, Statuses())
		}
		if f.Unassigned = r.IntN(3) == 0; !f.Unassigned {
			f.Assignee = PersonID(r.IntN(3))
		}
		if f.NoDepartment = r.IntN(3) == 0; !f.NoDepartment {
			f.Department = DepartmentID(r.IntN(3))
		}
		if keys := SortKeys(); r.IntN(2) == 0 {
			f.Sort = TicketSort{keys[r.IntN(len(keys))], r.IntN(2) == 0}
		}
		v, err := url.ParseQuery(f.Encode())
		if err != nil {
			t.Fatal(err)
		}
		got := ParseTicketFilter(v.Get, 7)
		if f.Sort == DefaultTicketSort {
			f.Sort = TicketSort{}
		}
		if !reflect.DeepEqual(got, f) {
			t.Fatalf("%s\n got %+v\nwant %+v", f.Encode(), got, f)
		}
	}
}

func TestFilterIgnoresNonsense(t *testing.T) {
	for _, q := range []string{"status=No+pe!&priority=,,x&assignee=-4&department=-&tag=-x&sort=--updated&page=-1&per_page=7", "page=99999999999999999999", "sort=drop"} {
		v, _ := url.ParseQuery(q)
		if got := ParseTicketFilter(v.Get, 7); !reflect.DeepEqual(got, TicketFilter{Page: 1, Me: 7}) {
			t.Errorf("%s: %+v", q, got)
		}
	}
	v, _ := url.ParseQuery("status=open,No!,open&assignee=me&following=me&sort=-updated&page=2000&per_page=50")
	want := TicketFilter{Statuses: []Status{Open}, Assignee: 7, Following: 7, Sort: TicketSort{SortUpdated, true}, Page: 2000, PerPage: 50, Me: 7}
	if got := ParseTicketFilter(v.Get, 7); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if u := want.Encode(); u != "status=open&assignee=me&following=me&sort=-updated&page=2000" {
		t.Error(u)
	}
}
