package store

import (
	"context"
	"time"

	"escalated/model"
)

// Sample is what a measurement looks at: people and properties of a desk as
// it is, chosen by what they cost.
type Sample struct {
	Tickets    int64              `db:"tickets"`
	Newest     model.TicketID     `db:"newest"`
	Admin      model.PersonID     `db:"admin"`
	Agent      model.PersonID     `db:"agent"`  // sees everything
	Narrow     model.PersonID     `db:"narrow"` // sees own departments only
	Few        model.PersonID     `db:"few"`    // a customer with few tickets
	Many       model.PersonID     `db:"many"`   // the customer with the most
	Common     model.TagID        `db:"common"` // the tag used most, and a rare one
	Rare       model.TagID        `db:"rare"`
	Department model.DepartmentID `db:"department"`
	Small      model.DepartmentID `db:"small"`
}

// Sample chooses. It reads some indexes from end to end.
func (r Reader) Sample(ctx context.Context) (Sample, error) {
	return one[Sample](ctx, r, `WITH tag AS (SELECT tag_id, count(*) AS n FROM ticket_tags GROUP BY tag_id),
		dep AS (SELECT department_id, sum(n) AS n FROM pile_counts WHERE department_id <> 0 GROUP BY department_id),
		own AS (SELECT requester_id, count(*) AS n FROM tickets GROUP BY requester_id)
		SELECT (SELECT coalesce(sum(n), 0) FROM pile_counts) AS tickets, (SELECT max(id) FROM tickets) AS newest,
		(SELECT min(id) FROM people WHERE kind = 'admin' AND deactivated_at IS NULL) AS admin,
		(SELECT min(id) FROM people WHERE kind = 'agent' AND narrow = 0 AND deactivated_at IS NULL) AS agent,
		(SELECT min(id) FROM people WHERE kind = 'agent' AND narrow = 1 AND deactivated_at IS NULL) AS narrow,
		(SELECT requester_id FROM own JOIN people p ON p.id = requester_id WHERE p.kind = 'customer' ORDER BY abs(n - 5), requester_id LIMIT 1) AS few,
		(SELECT requester_id FROM own JOIN people p ON p.id = requester_id WHERE p.kind = 'customer' ORDER BY n DESC, requester_id LIMIT 1) AS many,
		(SELECT tag_id FROM tag ORDER BY n DESC LIMIT 1) AS common, (SELECT tag_id FROM tag ORDER BY n LIMIT 1) AS rare,
		(SELECT department_id FROM dep ORDER BY n DESC LIMIT 1) AS department, (SELECT department_id FROM dep ORDER BY n LIMIT 1) AS small`)
}

// HurrySLA makes so many running clocks fall due just now, for measuring.
func (tx *Tx) HurrySLA(ctx context.Context, n int) error {
	due := tx.Now.Add(-time.Second)
	_, err := tx.exec(ctx, `UPDATE sla_clocks SET due_at = ?, next_at = ?, warned_at = ? WHERE id IN
		(SELECT id FROM sla_clocks WHERE next_at IS NOT NULL AND breached_at IS NULL ORDER BY next_at LIMIT ?)`, due, due, due, n)
	return err
}
