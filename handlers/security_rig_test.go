package handlers_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"escalated/helpdesk"
	"escalated/helpdesk/helpdesktest"
	"escalated/store"
)

// ledger is a second look at a desk's database, past the desk's own code.
type ledger struct {
	t  *testing.T
	db *sql.DB
}

func lookInto(t *testing.T, db *store.DB) ledger {
	t.Helper()
	c, err := sql.Open("sqlite", "file:"+(&url.URL{Path: db.Path()}).EscapedPath()+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return ledger{t, c}
}

// tables hashes each table: equal hashes mean that nothing was written.
func (l ledger) tables() map[string]string {
	l.t.Helper()
	out := map[string]string{}
	for _, table := range l.words("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE 'people_search%' AND name NOT LIKE 'sqlite%'") {
		lines := l.rows("SELECT * FROM " + table)
		slices.Sort(lines)
		out[table] = fmt.Sprintf("%d rows %x", len(lines), sha256.Sum256([]byte(strings.Join(lines, "\n"))))
	}
	return out
}

// rows are the rows of a query as text.
func (l ledger) rows(q string, args ...any) []string {
	l.t.Helper()
	rows, err := l.db.QueryContext(context.Background(), q, args...)
	if err != nil {
		l.t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		l.t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		cells, at := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			at[i] = &cells[i]
		}
		if err := rows.Scan(at...); err != nil {
			l.t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%q", fmt.Sprint(cells...)))
	}
	if err := rows.Err(); err != nil {
		l.t.Fatal(err)
	}
	return out
}

func (l ledger) words(q string, args ...any) []string {
	l.t.Helper()
	rows, err := l.db.QueryContext(context.Background(), q, args...)
	if err != nil {
		l.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			l.t.Fatal(err)
		}
		out = append(out, s.String)
	}
	return out
}

// columns are the names of all columns of all tables: what a form would have
// to carry to write past its own fields.
func (l ledger) columns() []string {
	l.t.Helper()
	return l.words("SELECT DISTINCT c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY 1")
}

// changed names the tables that differ.
func changed(before, after map[string]string) []string {
	var out []string
	for name := range after {
		if before[name] != after[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// request is a request of a browser with exactly these headers.
func request(method, path, kind, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "http://localhost/support/"+path, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// denials are the cells of the access table where nothing may happen.
func denials(fn func(method, pattern, column, want string)) {
	for _, r := range helpdesk.Routes() {
		line := strings.Fields(access[r.Method+" "+r.Path])
		for i, column := range columns {
			if i < len(line) && slices.Contains([]string{"in", "no", "404"}, line[i]) {
				fn(r.Method, r.Path, column, line[i])
			}
		}
	}
}

// everything is a form with all column names, and the names forms use.
func everything(names []string) helpdesktest.Form {
	f := helpdesktest.F("subject", "taken over", "body", "taken over", "description", "taken over", "email", "eve@evil.test", "name", "Eve",
		"requester_email", "eve@evil.test", "status", "closed", "priority", "urgent", "ticket_type", "problem", "agent_id", "1", "department_id", "1",
		"add_tags[]", "taken", "on", "1", "kind", "admin", "hand_to", "1", "password", "correct horse battery", "address", "eve@evil.test")
	for _, n := range names {
		if f.Get(n) == "" {
			f.Set(n, "1")
		}
	}
	return f
}
