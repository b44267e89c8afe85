package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"escalated/model"
)

// wantFound is the search, written plainly: the newest message of each ticket
// that has all the words where the actor may read them.
func (c *crowd) wantFound(by model.Actor, q query, fs ...model.TicketFilter) []model.TicketID {
	f := model.TicketFilter{}
	if len(fs) > 0 {
		f = fs[0]
	}
	type at struct {
		t model.TicketID
		m model.MessageID
	}
	var all []at
	for _, t := range c.tickets {
		if !mayList(by, f, t) {
			continue
		}
		var best model.MessageID
		for _, m := range t.Messages {
			if m.DeletedAt != 0 && m.ID != t.FirstMessageID {
				continue
			}
			subject, body := "", m.Body
			if m.ID == t.FirstMessageID {
				subject = t.Subject
			}
			if m.DeletedAt != 0 || by.Kind == model.KindCustomer && !m.Public() {
				body = ""
			}
			if q.matches(subject, body) {
				best = max(best, m.ID)
			}
		}
		if best != 0 {
			all = append(all, at{t.ID, best})
		}
	}
	slices.SortFunc(all, func(a, b at) int { return int(b.m - a.m) })
	out := make([]model.TicketID, len(all))
	for i, a := range all {
		out[i] = a.t
	}
	return out
}

func rowIDs(rows []model.TicketRow) []model.TicketID {
	out := make([]model.TicketID, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out
}

// Reading and the index give the same, for everybody, and what plain Go gives.
func TestSearchIsRight(t *testing.T) {
	c := newCrowd(t, 400)
	r := c.db.Read()
	ctx := context.Background()
	for _, text := range []string{"printer", "GROSSE", "größe", "etude", "東京", "会議", "won't", `"invoice login"`, "refund -login", "printer export", "a@b.example", "hush", "تقرير", "prin*", "nothinglikeit", "-refund"} {
		for i, by := range c.everybody() {
			s := search{list: c.db.Read().list(by, model.TicketFilter{Any: true}), q: parseQuery(text), want: 1000}
			if s.q.empty() {
				continue
			}
			want := c.wantFound(by, s.q)
			var facets []string
			if by.Kind == model.KindCustomer {
				facets = []string{facet("r", int64(by.ID))}
			} else {
				facets = s.facets()
			}
			got, err := r.searchHits(ctx, s)
			if err != nil {
				t.Fatal(err)
			}
			asked, err := r.askIndex(ctx, s, facets)
			if err != nil {
				t.Fatal(err)
			}
			same := func(how string, hits []hit, part bool) {
				t.Helper()
				var ids []model.TicketID
				for _, h := range hits {
					ids = append(ids, model.TicketID(h.ticket))
				}
				if part { // participants are not in the index: own tickets only
					ids = slices.DeleteFunc(ids, func(id model.TicketID) bool { return !slices.Contains(want, id) })
					if len(ids) != len(hits) {
						t.Errorf("%s by %s finds more than there is", text, how)
					}
					return
				}
				if !slices.Equal(ids, want) {
					t.Errorf("%q by %s for %d (%s narrow %v):\n got %v\nwant %v", text, how, i, by.Kind, by.Narrow, ids, want)
				}
			}
			same("choice", got.all, false)
			same("index", asked.all, by.Kind == model.KindCustomer)
		}
	}
}

func TestSearchWithFiltersIsRight(t *testing.T) {
	c := newCrowd(t, 400)
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		by, f := c.staff[r.IntN(len(c.staff))], c.anyFilter(r)
		if len(f.Statuses) == 0 {
			f.Any = true
		}
		f.Query, f.PerPage = crowdWords[r.IntN(4)], 100
		p, err := c.db.Read().SearchTickets(context.Background(), by, f)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.DeleteFunc(c.wantFound(by, parseQuery(f.Query), f), func(id model.TicketID) bool { return !suits(f, c.tickets[id-1]) })
		if len(want) > 100 {
			want = want[:100]
		}
		if got := rowIDs(p.Rows); !slices.Equal(got, want) {
			if q, ok := parseQuery(f.Query).begun(); ok && len(want) < 100 {
				w := slices.DeleteFunc(c.wantFound(by, q, f), func(id model.TicketID) bool { return !suits(f, c.tickets[id-1]) })
				if slices.Equal(got, w) {
					continue
				}
			}
			t.Fatalf("%+v: %v, want %v", f, got, want)
		}
	}
}

func TestSearchPages(t *testing.T) {
	c := newCrowd(t, 400)
	by := c.staff[0]
	want := c.wantFound(by, parseQuery("printer"))
	var got []model.TicketID
	for page := 1; ; page++ {
		p, err := c.db.Read().SearchTickets(context.Background(), by, model.TicketFilter{Query: "printer", Page: page, PerPage: 25})
		if err != nil || p.Page != page {
			t.Fatal(p.Page, err)
		}
		got = append(got, rowIDs(p.Rows)...)
		if !p.HasNext {
			break
		}
	}
	if !slices.Equal(got, want) || len(want) < 60 {
		t.Errorf("%d found, want %d", len(got), len(want))
	}
}

// Nothing that can be typed is an error, and every mark is a hit.
func TestSearchTakesAnything(t *testing.T) {
	c := newCrowd(t, 60)
	for _, text := range []string{
		`"`, `""`, `"unclosed`, "*", "a* OR", "NOT", "AND AND", "(", "{subject}:x", "notes:hush", "facets:r1", "body : printer", "^printer", "NEAR(a b)", "a+b", "-", "--", `-"`, `'; DROP TABLE tickets`, "\x00\xff", "🙂", "́",
		strings.Repeat("word ", 500), strings.Repeat("(", 200), `prin"ter`, "ﷺ", "東", "ab*", "printer*extra",
	} {
		for _, by := range []model.Actor{c.staff[0], c.staff[3], c.customers[0]} {
			if _, err := c.db.Read().SearchTickets(context.Background(), by, model.TicketFilter{Query: text}); err != nil {
				t.Errorf("%q: %v", text, err)
			}
			s := search{list: c.db.Read().list(by, model.TicketFilter{Any: true}), q: parseQuery(text), want: 5}
			if s.q.empty() {
				continue
			}
			if _, err := c.db.Read().askIndex(context.Background(), s, s.facets()); err != nil {
				t.Errorf("%q of the index: %v", text, err)
			}
		}
		if _, err := c.db.Read().SearchPeople(context.Background(), text, 5); err != nil {
			t.Errorf("%q of people: %v", text, err)
		}
	}
}

// What only the staff may read is never found nor shown to a customer.
func TestNotesStayInside(t *testing.T) {
	c := newCrowd(t, 400)
	ctx := context.Background()
	r := c.db.Read()
	for _, by := range c.customers {
		p, err := r.SearchTickets(ctx, by, model.TicketFilter{Query: "hush"})
		if err != nil || len(p.Rows) > 0 {
			t.Errorf("a customer finds %d notes, %v", len(p.Rows), err)
		}
		s := search{list: c.db.Read().list(by, model.TicketFilter{Any: true}), q: parseQuery("hush"), want: 9}
		if got, err := r.askIndex(ctx, s, nil); err != nil || len(got.all) > 0 {
			t.Errorf("the index gives notes to a customer: %v %v", got, err)
		}
		for _, text := range []string{"printer", "refund -hush", "login"} {
			p, err := r.SearchTickets(ctx, by, model.TicketFilter{Query: text, PerPage: 100})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range p.Rows {
				if row.Priority != 0 || row.AssigneeID != 0 || len(row.Tags) > 0 || !row.WaitingSince.IsZero() {
					t.Errorf("a customer's row says %+v", row)
				}
				for _, e := range row.Excerpt {
					if strings.Contains(e.Text, "hush") {
						t.Errorf("a note in a customer's excerpt: %q", e.Text)
					}
				}
			}
		}
	}
	p, err := r.SearchTickets(ctx, c.staff[2], model.TicketFilter{Query: "hush"})
	if err != nil || len(p.Rows) == 0 {
		t.Errorf("staff find no notes: %v", err)
	}
}

func TestExcerpts(t *testing.T) {
	long := strings.Repeat("lorem ipsum dolor ", 40) + "the Größe of\nit " + strings.Repeat("sit amet ", 60)
	for _, q := range []string{"grosse", "große", "größe", "GRÖßE"} {
		got, ok := parseQuery(q).excerpt(long)
		if q == "grosse" {
			if ok {
				t.Error("ß is not ss")
			}
			continue
		}
		text, hits := "", []string{}
		for _, e := range got {
			text += e.Text
			if e.Hit {
				hits = append(hits, e.Text)
			}
		}
		if !ok || !slices.Equal(hits, []string{"Größe"}) || len(text) > excerptLength+20 || !strings.HasPrefix(text, "…") || !strings.HasSuffix(text, "…") || !strings.Contains(text, "Größe of it") {
			t.Errorf("%s: %q %q", q, hits, text)
		}
	}
	marks := parseQuery(`"b c" c d*`).marked("A b C, dumb cc")
	if s := fmt.Sprint(marks); s != "[{A  false} {b C true} {, dumb cc false}]" {
		t.Error(s)
	}
	if s := fmt.Sprint(parseQuery("京").marked("東京の")); s != "[{東 false} {京 true} {の false}]" {
		t.Error(s)
	}
}

// The index follows the events, whatever they are and however often they come.
func TestFeedFollowsEvents(t *testing.T) {
	c := newCrowd(t, 40)
	ctx := context.Background()
	tk := c.tickets[0]
	by := c.staff[0]
	rec := func(e model.Event) model.Record {
		return model.Record{Kind: e.Kind(), TicketID: tk.ID, Data: fmt.Appendf(nil, `{"message":%d,"person":%d}`, tk.FirstMessageID, by.ID)}
	}
	step := func(what string, e model.Event, change string, args ...any) {
		t.Helper()
		for range 2 {
			if err := c.db.Write(ctx, func(tx *Tx) error {
				if _, err := tx.exec(tx.Ctx, change, args...); err != nil {
					return err
				}
				return FeedSearch(tx, []model.Record{rec(e), rec(model.TicketDeleted{}), rec(e)})
			}); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
	found := func(expr string) int {
		t.Helper()
		n, err := one[int](ctx, c.db.Read(), "SELECT count(*) FROM search WHERE search MATCH ?", expr)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	step("subject", model.SubjectChanged{}, "UPDATE tickets SET subject = 'zebra' WHERE id = ?", tk.ID)
	if found("subject : zebra") != 1 {
		t.Error("the new subject is not found")
	}
	step("assigned", model.Assigned{}, "UPDATE tickets SET assignee_id = ? WHERE id = ?", int64(by.ID), tk.ID)
	if n := found(fmt.Sprintf("subject : zebra AND facets : a%d", by.ID)); n != 1 {
		t.Error("the assignee is not in the facets")
	}
	step("held", model.MessageReleased{}, "UPDATE messages SET held_at = 1, deleted_at = NULL, kind = 1, body = 'giraffe' WHERE id = ?", int64(tk.FirstMessageID))
	if found("notes : giraffe") != 1 || found("{subject body} : giraffe") != 0 {
		t.Error("a held message is public in the index")
	}
	step("released", model.MessageReleased{}, "UPDATE messages SET held_at = NULL WHERE id = ?", int64(tk.FirstMessageID))
	if found("notes : giraffe") != 0 || found("body : giraffe") != 1 {
		t.Error("a released message is not public in the index")
	}
	step("renamed", model.PersonChanged{}, "UPDATE people SET name = 'Ördög Pál' WHERE id = ?", int64(by.ID))
	for _, text := range []string{"ordog", "pál staff0", "staff0@desk.ex", "Pal Ord"} {
		if people, err := c.db.Read().SearchPeople(ctx, text, 5); err != nil || len(people) != 1 || people[0].ID != by.ID {
			t.Errorf("%s: %v %v", text, people, err)
		}
	}
}

// One row for each message, and a rebuild from the events makes the same.
func TestIndexHasEveryMessage(t *testing.T) {
	c := newCrowd(t, 200)
	ctx := context.Background()
	want := 0
	for _, tk := range c.tickets {
		for _, m := range tk.Messages {
			if m.DeletedAt == 0 || m.ID == tk.FirstMessageID {
				want++
			}
		}
	}
	const q = "SELECT count(*) FROM search"
	if n, err := one[int](ctx, c.db.Read(), q); err != nil || n != want {
		t.Fatalf("%d rows, want %d, %v", n, want, err)
	}
	err := c.db.Write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(tx.Ctx, "DELETE FROM search"); err != nil {
			return err
		}
		all := map[int64]bool{}
		for _, tk := range c.tickets {
			all[int64(tk.ID)] = true
		}
		return tx.indexMessages(tx.Ctx, nil, all, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := one[int](ctx, c.db.Read(), q); err != nil || n != want {
		t.Fatalf("after a rebuild %d rows, want %d, %v", n, want, err)
	}
}
