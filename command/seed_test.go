package command

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// seeded runs seed in a directory and gives what it said.
func seeded(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs, dir: t.TempDir()}
	code := a.run(t.Context(), append([]string{"seed", "--data", dir}, args...))
	return code, out.String() + errs.String()
}

// digest is the desk in a few numbers.
func digest(t *testing.T, dir string) (store.Sample, []string) {
	t.Helper()
	db, err := store.Open(context.Background(), filepath.Join(dir, "escalated.db"), store.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := db.Read().Sample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	faults, err := db.Read().CountFaults(t.Context())
	if err != nil || len(faults) > 0 {
		t.Errorf("%v %v", faults, err)
	}
	for _, outlet := range []string{"search", "mail"} {
		last, err := db.Read().LastEventID(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c, err := db.Read().Cursor(t.Context(), outlet); err != nil || c.Last != last || last == 0 {
			t.Errorf("outlet %s stands at %d of %d, %v", outlet, c.Last, last, err)
		}
	}
	admin := model.Actor{Kind: model.KindAdmin, Permissions: model.PermissionsOf(model.KindAdmin)}
	p, err := db.Read().TicketPage(t.Context(), admin, model.TicketFilter{Any: true, PerPage: 100})
	if err != nil {
		t.Fatal(err)
	}
	var subjects []string
	for _, row := range p.Rows {
		subjects = append(subjects, row.Reference+" "+row.Subject+" "+row.AssigneeName+" "+row.Preview)
	}
	found, err := db.Read().SearchTickets(t.Context(), admin, model.TicketFilter{Query: seedCommon})
	if err != nil || len(found.Rows) == 0 {
		t.Errorf("nothing is found: %v", err)
	}
	return s, subjects
}

func TestSeedIsTheSameEachTime(t *testing.T) {
	one, two, other := t.TempDir(), t.TempDir(), t.TempDir()
	for dir, seed := range map[string]string{one: "7", two: "7", other: "8"} {
		if code, said := seeded(t, dir, "--tickets", "400", "--seed", seed, "--until", "2026-01-31"); code != Done {
			t.Fatal(said)
		}
	}
	a, first := digest(t, one)
	b, second := digest(t, two)
	_, third := digest(t, other)
	if a != b || strings.Join(first, "\n") != strings.Join(second, "\n") {
		t.Errorf("two desks of one seed differ: %+v %+v", a, b)
	}
	if strings.Join(first, "\n") == strings.Join(third, "\n") {
		t.Error("two seeds give the same desk")
	}
	if a.Tickets != 400 || a.Narrow == 0 || a.Few == 0 {
		t.Errorf("%+v", a)
	}
	if code, said := seeded(t, one, "--tickets", "10"); code != Failed || !strings.Contains(said, one) {
		t.Errorf("a desk in use: %d %s", code, said)
	}
	if code, _ := seeded(t, t.TempDir()); code != Misused {
		t.Errorf("without a number: %d", code)
	}
}

func TestBenchMeasures(t *testing.T) {
	dir := t.TempDir()
	if code, said := seeded(t, dir, "--tickets", "300"); code != Done {
		t.Fatal(said)
	}
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs, dir: t.TempDir()}
	if code := a.run(t.Context(), []string{"bench", "--data", dir, "--json", "--requests", "1", "--only", "ticket,portal,search,create,receive"}); code != Done {
		t.Fatal(errs.String())
	}
	var r benchReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	parts := map[string]int{}
	for _, c := range r.Results {
		parts[c.Part]++
		if c.Median <= 0 || c.Requests != 1 {
			t.Errorf("%+v", c)
		}
	}
	if len(parts) != 5 || r.Tickets != 300 {
		t.Errorf("%+v", parts)
	}
	if code := a.run(t.Context(), []string{"bench", "--data", dir, "--only", "nonsense"}); code != Misused {
		t.Errorf("an unknown part: %d", code)
	}
	if code := a.run(t.Context(), []string{"bench", "--data", t.TempDir()}); code != Failed {
		t.Errorf("an empty desk: %d", code)
	}
}
