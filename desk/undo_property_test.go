package desk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"escalated/model"
)

// keptTables are what undoing has to give back as it was. The version of a
// ticket always grows.
var keptTables = []string{
	"SELECT * FROM tickets ORDER BY id",
	"SELECT * FROM ticket_tags ORDER BY ticket_id, tag_id",
	"SELECT * FROM ticket_people ORDER BY ticket_id, role, person_id",
	"SELECT * FROM ticket_links ORDER BY a, b, kind",
	"SELECT id, ticket_id, kind, pinned_at, pinned_by, deleted_at, came_from, side_id FROM messages ORDER BY id",
	"SELECT id, message_id FROM attachments ORDER BY id",
	"SELECT * FROM field_values ORDER BY entity, entity_id, field_id, option",
	"SELECT id, ticket_id FROM drafts ORDER BY id",
	"SELECT ticket_id, type, object_id, role, position FROM ticket_subjects ORDER BY ticket_id, type, object_id",
}

// picture is the tables as one text a table.
func (r *rig) picture() []string {
	r.t.Helper()
	out := make([]string, len(keptTables))
	for i, q := range keptTables {
		var lines []string
		for line := range strings.Lines(r.rows(q)) {
			var kept []string
			for field := range strings.FieldsSeq(line) {
				if !strings.HasPrefix(field, "version=") {
					kept = append(kept, field)
				}
			}
			lines = append(lines, strings.Join(kept, " "))
		}
		out[i] = strings.Join(lines, "\n")
	}
	return out
}

// differ says where two pictures differ first.
func differ(a, b []string) string {
	for i := range a {
		x, y := strings.Split(a[i], "\n"), strings.Split(b[i], "\n")
		for k := range max(len(x), len(y)) {
			var one, two string
			if k < len(x) {
				one = x[k]
			}
			if k < len(y) {
				two = y[k]
			}
			if one != two {
				return fmt.Sprintf("%s\nwas %s\nis  %s", keptTables[i], one, two)
			}
		}
	}
	return ""
}

// A random sequence of actions by five people, taken back newest first, gives
// the tables back as they were.
func TestUndoingAllGivesTheStartBack(t *testing.T) {
	actions, seeds := 200, 2
	if os.Getenv("ESCALATED_SLOW") != "" {
		actions, seeds = 1000, 5
	}
	for seed := range uint64(seeds) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			w := newPlayground(t, seed)
			start := w.picture()
			for tries := 0; len(w.sets) < actions && tries < 10*actions; tries++ {
				w.later(time.Minute)
				w.act()
			}
			w.counted()
			w.viewsCounted()
			if differ(start, w.picture()) == "" {
				t.Fatal("nothing was done")
			}
			for i := len(w.sets) - 1; i >= 0; i-- {
				s := w.sets[i]
				done, err := w.Undo(w.ctx, s.by, s.id)
				if err != nil {
					t.Fatalf("undo of %s: %v", s.what, err)
				}
				if len(done.Conflicts) > 0 {
					t.Fatalf("undo of %s leaves alone %+v", s.what, done.Conflicts)
				}
			}
			if d := differ(start, w.picture()); d != "" {
				t.Fatalf("after %d actions (%v) and as many undoings:\n%s", len(w.sets), w.done, d)
			}
			w.counted()
			w.viewsCounted()
			t.Logf("%d actions: %v", len(w.sets), w.done)
		})
	}
}

// playground is a desk with people, tickets and a die.
type playground struct {
	*rig
	*rand.Rand
	people      []model.Actor
	tickets     []model.TicketID
	departments []model.DepartmentID
	field       model.FieldID
	macro       model.MacroID
	sets        []playedSet
	done        map[string]int
}

type playedSet struct {
	by   model.Actor
	id   model.ChangeSetID
	what string
}

func newPlayground(t *testing.T, seed uint64) *playground {
	w := &playground{rig: newRig(t, "ticket_subject_types", "order"), Rand: rand.New(rand.NewPCG(seed, 7)), done: map[string]int{}}
	w.departments = []model.DepartmentID{w.newDepartment("Support"), w.newDepartment("Sales"), 0}
	boss := w.person(model.KindAdmin, "boss")
	narrow := w.person(model.KindAgent, "nora", w.departments[0])
	narrow.Narrow, narrow.Loose = true, true
	w.people = []model.Actor{boss, w.person(model.KindAdmin, "ben"), w.person(model.KindAgent, "ada"), w.person(model.KindAgent, "mira"), narrow}
	sarah := w.person(model.KindCustomer, "sarah")
	var err error
	w.field, err = w.SaveField(w.ctx, boss, model.FieldDef{Entity: "ticket", Key: "order", Kind: "text", Audience: "staff", Label: model.Localized{"en": "Order"}})
	must(t, err)
	for i := range 30 {
		tk := w.opens(sarah, fmt.Sprint("Ticket ", i))
		w.tickets = append(w.tickets, tk.ID)
		for range w.IntN(3) {
			_, err := w.Note(w.ctx, boss, tk.ID, model.NewReply{Body: "A note"})
			must(t, err)
			_, err = w.Reply(w.ctx, sarah, tk.ID, model.NewReply{Body: "And another thing"})
			must(t, err)
		}
	}
	w.macro, err = w.SaveMacro(w.ctx, boss, model.Macro{
		Shared: model.Shared{Scope: "all"}, Name: "Sweep",
		Actions: model.Actions{{Type: model.ActAddTags, Value: "swept"}, {Type: model.ActPriority, Value: "low"}, {Type: model.ActNote, Value: "Swept."}},
	})
	must(t, err)
	return w
}

func pick[T any](w *playground, list ...T) T { return list[w.IntN(len(list))] }

// act does one random thing; what is refused is no fault.
func (w *playground) act() {
	w.t.Helper()
	by, id := pick(w, w.people...), pick(w, w.tickets...)
	moves := w.moves()
	name := pick(w, w.names()...)
	ctx, set := Undoing(w.ctx)
	err := moves[name](ctx, by, id)
	var stale *model.Stale
	if err != nil && len(model.Problems(err)) == 0 && !errors.Is(err, model.ErrNotFound) && !errors.Is(err, model.ErrDenied) && !errors.Is(err, model.ErrConflict) && !errors.As(err, &stale) {
		w.t.Fatalf("%s: %v", name, err)
	}
	if *set != 0 {
		w.sets = append(w.sets, playedSet{by, *set, name})
		w.done[name]++
	}
}

func (w *playground) viewsCounted() {
	w.t.Helper()
	wrong, err := w.db.RecountViews(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(wrong) > 0 {
		w.t.Fatalf("the counts of the views %v are wrong", wrong)
	}
}
