package model

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// anyFilter is a filter with random conditions on all fields.
func anyFilter(r *rand.Rand) TicketFilter {
	f := TicketFilter{Me: 7}
	words := map[string][]string{
		"status": {"open", "in_progress", "closed", "own_word"}, "assignee": {"none", "me", "3", "12", "Lisa F"}, "department": {"none", "2", "billing"}, "tag": {"none", "4", "5", "refund"},
		"requester": {"9", "me", "acme.example", "ann@acme.example"}, "following": {"me", "3"}, "mentioned": {"me", "4"}, "has": {"attachment"}, "snoozed": {"yes", "no", "any"},
		"resolved": {"<7d", "2026-01-01.."}, "created": {"<7d", ">12h", "2026-01-01..", "2026-01-01..2026-02-01", "today"}, "updated": {"..2026-01-01", "2026-03-03"}, "waiting": {">2d", "none", "any"},
		"field.plan": {"gold", "none", `a, "b" \c`}, "field.seats": {"3..7", "9"},
	}
	fields := FilterFields()
	for range r.IntN(6) {
		x := fields[r.IntN(len(fields))]
		list := append(slices.Clone(x.Words), words[x.Field]...)
		if r.IntN(5) == 0 {
			x.Field = []string{"field.plan", "field.seats"}[r.IntN(2)]
			list = words[x.Field]
		}
		var some []string
		for range 1 + r.IntN(3) {
			some = append(some, list[r.IntN(len(list))])
		}
		f = f.With(x.Field, r.IntN(4) == 0, some...)
	}
	return f
}

func TestEveryFilterSurvivesItsText(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		f := anyFilter(r)
		text := f.Encode()
		got := FilterReader{Me: 7}.ReadQuery(text)
		if got.Page = 0; !reflect.DeepEqual(got, f) {
			t.Fatalf("%s\n got %+v\nwant %+v", text, got, f)
		}
		for _, term := range f.Terms() {
			without := f.Without(term.Field, term.Not)
			if slices.ContainsFunc(without.Terms(), func(u Term) bool { return u.Field == term.Field && u.Not == term.Not }) {
				t.Fatalf("%s without %v is %s", text, term, without.Encode())
			}
			if again := without.With(term.Field, term.Not, term.Words...); again.Encode() != text {
				t.Fatalf("%s, without and with %v, is %s", text, term, again.Encode())
			}
			if !slices.Equal(f.Has(term.Field, term.Not), term.Words) {
				t.Fatalf("%s has %v", text, f.Has(term.Field, term.Not))
			}
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"status=open,closed&priority!=low&q=tag:a+b", "created=<7d&waiting=>2d&field.x=a\\,b", "snoozed!=yes&assignee=me,none,4,Lisa", "q=%22x+-is:open", "tag=%2C%2C&status=any,open"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		read := FilterReader{Me: 7}
		one := read.ReadQuery(query)
		text := one.Encode()
		if two := read.ReadQuery(text); two.Encode() != text {
			t.Errorf("%q: %q becomes %q", query, text, two.Encode())
		}
		one.Sieve(1)
	})
}

func TestTypedConditions(t *testing.T) {
	for text, want := range map[string]string{
		"status:open from:acme.example tag:refund -priority:low created:>2d csv": "status=open&priority!=low&tag=refund&requester=acme.example&created=>2d&q=csv",
		`csv "status:open" x`:                                `q=csv "status:open" x`,
		"tag:a tag:b,c":                                      "tag=a,b,c",
		"http://example.com foo:bar tag: :":                  "q=http://example.com foo:bar tag: :",
		"priority:banana is:weird":                           "q=priority:banana is:weird",
		"is:open is:snoozed is:mine":                         "status=open&assignee=me&snoozed=yes",
		`assignee:"Lisa Field" has:attachment Priority:HIGH`: "priority=high&assignee=Lisa Field&has=attachment",
		"-is:closed":                                         "status!=closed",
		"created:2026-02-30 waiting:any":                     "waiting=any&q=created:2026-02-30",
		`field.plan:gold -field.plan:"a b"`:                  "field.plan=gold&field.plan!=a b",
	} {
		f := FilterReader{Me: 7}.ReadQuery(url.Values{"q": {text}}.Encode())
		got, err := url.QueryUnescape(f.Encode())
		if err != nil || got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	f := FilterReader{}.ReadQuery("status=any&priority=low&q=status:open")
	if f.Encode() != "status=open&priority=low" {
		t.Errorf("what is typed wins: %s", f.Encode())
	}
}

func TestSpans(t *testing.T) {
	now := TimeOf(time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC))
	at := func(s string) Time {
		if s == "" {
			return 0
		}
		d, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return TimeOf(d)
	}
	for word, want := range map[string][2]string{
		"2026-01-01..2026-01-31": {"2025-12-31 23:00", "2026-01-31 23:00"}, "2026-07-01": {"2026-06-30 22:00", "2026-07-01 22:00"}, "2026-01-01..": {"2025-12-31 23:00", ""}, "..2026-01-01": {"", "2026-01-01 23:00"},
		"<2d": {"2026-11-21 09:30", ""}, ">12h": {"", "2026-11-22 21:30"}, "<1w": {"2026-11-16 09:30", ""}, "today": {"2026-11-22 23:00", "2026-11-23 23:00"}, "2026-03-29": {"2026-03-28 23:00", "2026-03-29 22:00"},
	} {
		s, ok := ParseSpan(word)
		got := s.Stretch(now, "Europe/Berlin")
		to := at(want[1])
		if to == 0 {
			to = endless
		}
		if !ok || string(s) != word || !got.Set || got.From != at(want[0]) || got.To != to {
			t.Errorf("%s: %v %s..%s", word, ok, got.From, got.To)
		}
	}
	for _, word := range []string{"", "..", "7d", "<0d", "<99999d", "2026-13-01", "2026-02-01..2026-01-01", "yesterday?", "<7m"} {
		if s, ok := ParseSpan(word); ok {
			t.Errorf("%s is %s", word, s)
		}
	}
}

func TestWhatExcludingMeans(t *testing.T) {
	piles := func(q string) string {
		var out []string
		for _, l := range (FilterReader{}).ReadQuery(q).Sieve(1).Lanes {
			out = append(out, fmt.Sprint(int(l.Pile), l.Some))
		}
		return strings.Join(out, " ")
	}
	for q, want := range map[string]string{
		"": "1false", "status=open": "1true", "status=any": "1false 2false 3false 4false", "snoozed=yes": "2false", "snoozed=any": "1false 2false", "status=any&snoozed=no": "1false 3false 4false",
		"status!=open": "1true", "status!=closed": "1false 3false", "status=resolved&snoozed=yes": "", "status=deleted": "5false", "status=any&status!=resolved": "1false 2false 4false",
		"status=open&status!=open": "", "status=open,in_progress,waiting_on_customer,waiting_on_agent,escalated,reopened": "1false",
	} {
		if got := strings.ReplaceAll(piles(q), " false", "false"); strings.ReplaceAll(got, " true", "true") != want {
			t.Errorf("%q lies in %q, want %q", q, got, want)
		}
	}
}
