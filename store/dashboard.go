package store

import (
	"context"
	"strings"

	"escalated/model"
)

// firstEventSince finds the first event of a time by halving: ids grow with
// time, and no index on the time is needed for that. It has
// the time four times.
const firstEventSince = `WITH RECURSIVE half(lo, hi) AS (
	SELECT 1, coalesce((SELECT max(id) FROM events), 0) + 1
	UNION ALL
	SELECT CASE WHEN coalesce((SELECT at FROM events WHERE id >= (lo + hi) / 2 ORDER BY id LIMIT 1), ?) < ? THEN (lo + hi) / 2 + 1 ELSE lo END,
		CASE WHEN coalesce((SELECT at FROM events WHERE id >= (lo + hi) / 2 ORDER BY id LIMIT 1), ?) < ? THEN hi ELSE (lo + hi) / 2 END
	FROM half WHERE lo < hi)
	SELECT max(lo) FROM half`

// AnswersOf are the public replies a person wrote since a time, newest first,
// on tickets they still see.
func (r Reader) AnswersOf(ctx context.Context, by model.Actor, since model.Time, limit int) ([]model.Answer, error) {
	cond, args := visible(by, true)
	return many[model.Answer](ctx, r, `SELECT e.at, e.ticket_id, json_extract(e.data, '$.message') AS message_id, t.reference, t.subject,
		CASE WHEN t.first_response_at = e.at THEN t.created_at END AS first_of
		FROM events e JOIN tickets t ON t.id = e.ticket_id WHERE e.id >= (`+firstEventSince+`) AND e.kind = 'reply.added' AND e.actor_id = ? AND `+cond+`
		ORDER BY e.id DESC LIMIT ?`, append(append([]any{int64(since), int64(since), int64(since), int64(since), by.ID}, args...), limit)...)
}

// DayCounts counts what came and what was resolved between the given times,
// one row for each two neighbours, in one query.
func (r Reader) DayCounts(ctx context.Context, by model.Actor, marks []model.Time) ([]model.DayCount, error) {
	sight := r.list(by, model.TicketFilter{}).sight()
	var q strings.Builder
	var args []any
	out := make([]model.DayCount, len(marks)-1)
	for i := range out {
		out[i] = model.DayCount{From: marks[i], Until: marks[i+1]}
		if i > 0 {
			q.WriteString(" UNION ALL ")
		}
		q.WriteString("SELECT (SELECT count(*) FROM tickets t INDEXED BY tickets_created WHERE t.pile IN (1, 2, 3, 4) AND t.created_at >= ? AND t.created_at < ? AND " + sight.sql + ") AS new, " +
			"(SELECT count(*) FROM tickets t INDEXED BY tickets_solved WHERE t.resolved_at >= ? AND t.resolved_at < ? AND t.pile <= 4 AND " + sight.sql + ") AS solved")
		args = append(args, int64(marks[i]), int64(marks[i+1]))
		args = append(args, sight.args...)
		args = append(args, int64(marks[i]), int64(marks[i+1]))
		args = append(args, sight.args...)
	}
	rows, err := many[struct{ New, Solved int }](ctx, r, q.String(), args...)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		out[i].New, out[i].Solved = row.New, row.Solved
	}
	return out, nil
}

// MyDay counts what a person solved since midnight and how their tickets were
// rated since ratings, and how many of theirs wake before the day ends.
func (r Reader) MyDay(ctx context.Context, by model.Actor, midnight, tomorrow, ratings model.Time) (model.MyDay, int, error) {
	row, err := one[struct{ Solved, Ratings, Sum, Asleep int }](ctx, r, `SELECT
		(SELECT count(*) FROM tickets t INDEXED BY tickets_solved WHERE t.resolved_at >= ? AND t.assignee_id = ? AND t.pile <= 4) AS solved,
		(SELECT count(*) FROM ratings g JOIN tickets t ON t.id = g.ticket_id WHERE g.at >= ? AND t.assignee_id = ?) AS ratings,
		(SELECT coalesce(sum(g.score), 0) FROM ratings g JOIN tickets t ON t.id = g.ticket_id WHERE g.at >= ? AND t.assignee_id = ?) AS sum,
		(SELECT count(*) FROM tickets t INDEXED BY tickets_asleep WHERE t.snoozed_until > 0 AND t.snoozed_until < ? AND t.assignee_id = ? AND t.pile = 2) AS asleep`,
		int64(midnight), by.ID, int64(ratings), by.ID, int64(ratings), by.ID, int64(tomorrow), by.ID)
	return model.MyDay{From: midnight, Solved: row.Solved, Ratings: row.Ratings, RatingSum: row.Sum}, row.Asleep, err
}

// OpenByAssignee counts the open tickets of each agent, as far as the actor
// sees them, by the index of assignees.
func (r Reader) OpenByAssignee(ctx context.Context, by model.Actor, people []model.PersonID) (map[model.PersonID]int, error) {
	out := map[model.PersonID]int{}
	if len(people) == 0 {
		return out, nil
	}
	sight := r.list(by, model.TicketFilter{}).sight()
	var q strings.Builder
	var args []any
	for i, id := range people {
		if i > 0 {
			q.WriteString(" UNION ALL ")
		}
		q.WriteString("SELECT ? AS id, (SELECT count(*) FROM (SELECT 1 FROM tickets t INDEXED BY tickets_assignee WHERE t.assignee_id = ? AND t.pile = 1 AND " + sight.sql + " LIMIT 1000)) AS n")
		args = append(args, int64(id), int64(id))
		args = append(args, sight.args...)
	}
	rows, err := many[struct {
		ID model.PersonID
		N  int
	}](ctx, r, q.String(), args...)
	for _, row := range rows {
		out[row.ID] = row.N
	}
	return out, err
}
