package desk

import (
	"database/sql"
	"fmt"
	"strings"

	"escalated/model"
)

// newDepartment makes a department.
func (r *rig) newDepartment(name string) model.DepartmentID {
	r.t.Helper()
	id, err := r.SaveDepartment(r.ctx, model.System("test"), model.Department{Name: name}, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// rows asks the database file itself, one line a row.
func (r *rig) rows(query string) string {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+r.db.Path()+"?mode=ro")
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(r.ctx, query)
	if err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		r.t.Fatal(err)
	}
	var b strings.Builder
	values, at := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		at[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			r.t.Fatal(err)
		}
		for i, c := range columns {
			fmt.Fprintf(&b, "%s=%v ", c, values[i])
		}
		b.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
	return b.String()
}

// counted holds that the kept counts are those of a recount.
func (r *rig) counted() {
	r.t.Helper()
	if kept, real := r.rows("SELECT department_id, pile, n FROM pile_counts WHERE n <> 0 ORDER BY 1, 2"),
		r.rows("SELECT coalesce(department_id, 0) AS department_id, pile, count(*) AS n FROM tickets GROUP BY 1, 2 ORDER BY 1, 2"); kept != real {
		r.t.Fatalf("the kept counts are\n%sbut there are\n%s", kept, real)
	}
	if wrong := r.rows("SELECT g.ticket_id, g.tag_id FROM ticket_tags g JOIN tickets t ON t.id = g.ticket_id WHERE g.pile <> t.pile"); wrong != "" {
		r.t.Fatalf("tags in the wrong pile:\n%s", wrong)
	}
}
