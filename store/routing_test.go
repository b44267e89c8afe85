package store

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"escalated/model"
)

// What routing asks is answered by indexes, so that it costs the same beside a
// million tickets.
func TestRoutingReadsIndexesOnly(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	colleagues, args := in(colleaguesSQL, 10, 1, 1, 1, []model.SkillID{1, 2}, []model.SkillID{1, 2}, 1, 1, 1)
	for sql, args := range map[string][]any{
		routingPlanSQL: {1, 1}, colleagues: args, unassignedSQL: {1, 50}, leftByRoutingSQL: {1, 50},
	} {
		rows, err := many[struct {
			ID      int    `db:"id"`
			Parent  int    `db:"parent"`
			NotUsed int    `db:"notused"`
			Detail  string `db:"detail"`
		}](t.Context(), db.Read(), "EXPLAIN QUERY PLAN "+sql, args...)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			small := strings.HasPrefix(r.Detail, "SCAN m") || strings.Contains(r.Detail, "staff_capacity") || strings.HasPrefix(r.Detail, "SCAN (") || strings.Contains(r.Detail, "CONSTANT ROW")
			if strings.HasPrefix(r.Detail, "SCAN") && !small {
				t.Errorf("%s in the plan of\n%s", r.Detail, sql)
			}
		}
	}
}
