package store

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"escalated/model"
)

// Merged says into which ticket this one went, or with zero that it stands for
// itself again.
func (c *TicketChange) Merged(into model.TicketID) *TicketChange {
	c.Public = true
	return c.col("merged_into", into)
}

// MergedEnd is the ticket in which a merged one ended, over several merges;
// the ticket itself when it was not merged.
func (r Reader) MergedEnd(ctx context.Context, id model.TicketID) (model.TicketID, error) {
	return one[model.TicketID](ctx, r, `WITH RECURSIVE way(id, next, n) AS (SELECT id, merged_into, 0 FROM tickets WHERE id = ?
		UNION ALL SELECT t.id, t.merged_into, n + 1 FROM way JOIN tickets t ON t.id = way.next WHERE n < 50) SELECT id FROM way ORDER BY n DESC LIMIT 1`, id)
}

// KeepOpening leaves a copy of a ticket's first message in it, for the staff
// alone, before the message moves away: the ticket keeps saying what it was
// about. It has the time of the original.
func (tx *Tx) KeepOpening(ctx context.Context, t model.Ticket) error {
	if t.FirstMessageID == 0 {
		return nil
	}
	id, err := tx.insert(ctx, `INSERT INTO messages (ticket_id, author_id, kind, via, body, markdown, html, html_policy, created_at)
		SELECT ticket_id, author_id, 3, via, body, markdown, html, html_policy, created_at FROM messages WHERE id = ?`, t.FirstMessageID)
	if err != nil {
		return err
	}
	return tx.watchNew(ctx, "messages", t.ID, id)
}

// MoveSides moves the talks with third parties. Their messages move with all
// others.
func (tx *Tx) MoveSides(ctx context.Context, from, to model.TicketID) error {
	ids, err := many[int64](ctx, tx.Reader, "SELECT id FROM side_conversations WHERE ticket_id = ? ORDER BY id", from)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := tx.watch(ctx, "side_conversations", from, id); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "UPDATE side_conversations SET ticket_id = ? WHERE id = ?", to, id); err != nil {
			return err
		}
	}
	return nil
}

// MoveDrafts moves what is being written. Where its writer writes in the other
// ticket too, the older text is put aside, to be taken up from there: two
// texts in one composer would be one lost.
func (tx *Tx) MoveDrafts(ctx context.Context, from, to model.TicketID) error {
	type draft struct {
		ID    int64 `db:"id"`
		Taken bool  `db:"taken"`
	}
	list, err := many[draft](ctx, tx.Reader, `SELECT d.id, d.send_at IS NULL AND d.held_at IS NULL AND EXISTS (SELECT 1 FROM drafts x
			WHERE x.person_id = d.person_id AND x.ticket_id = ? AND x.tab = d.tab AND x.send_at IS NULL AND x.held_at IS NULL) AS taken
		FROM drafts d WHERE d.ticket_id = ? ORDER BY d.id`, to, from)
	if err != nil {
		return err
	}
	for _, d := range list {
		if err := tx.watch(ctx, "drafts", from, d.ID); err != nil {
			return err
		}
		q, args := "UPDATE drafts SET ticket_id = ? WHERE id = ?", []any{to, d.ID}
		if d.Taken {
			q, args = "UPDATE drafts SET ticket_id = ?, held_at = ?, held_why = ? WHERE id = ?", []any{to, tx.Now, model.HeldMerged, d.ID}
		}
		if _, err := tx.exec(ctx, q, args...); err != nil {
			return err
		}
	}
	return nil
}

// Along counts what goes along with a ticket beside its messages: texts in
// writing and talks with third parties.
func (r Reader) Along(ctx context.Context, id model.TicketID) (drafts, sides int, err error) {
	row, err := one[struct {
		Drafts int `db:"drafts"`
		Sides  int `db:"sides"`
	}](ctx, r, "SELECT (SELECT count(*) FROM drafts WHERE ticket_id = ?) AS drafts, (SELECT count(*) FROM side_conversations WHERE ticket_id = ?) AS sides", id, id)
	return row.Drafts, row.Sides, err
}

// candidateRows load candidates by a condition on t, as far as the actor sees
// them, without those that lie in the bin or went into another ticket.
func (r Reader) candidateRows(ctx context.Context, by model.Actor, not model.TicketID, cond, order string, args ...any) ([]model.TicketRow, error) {
	sight, more := visible(by, true)
	return many[model.TicketRow](ctx, r, `SELECT t.id, t.reference, t.subject, t.state, t.status_id, t.requester_id, p.name AS requester_name, t.message_count, t.file_count, t.public_at, t.created_at
		FROM tickets t JOIN people p ON p.id = t.requester_id WHERE t.id <> ? AND t.deleted_at IS NULL AND t.merged_into IS NULL AND `+cond+" AND "+sight+" ORDER BY "+order, append(append([]any{not}, args...), more...)...)
}

// SameRequester are the newest open tickets of a requester but one.
func (r Reader) SameRequester(ctx context.Context, by model.Actor, t model.Ticket, limit int) ([]model.TicketRow, error) {
	rows, err := r.candidateRows(ctx, by, t.ID, "t.requester_id = ? AND t.pile IN (1, 2)", "t.public_at DESC, t.id DESC LIMIT 50", t.RequesterID)
	return rows[:min(len(rows), limit)], err
}

// Tickets that could be about the same matter are looked for among so many
// messages with one of the words, from the newest.
const similarDepth = 200

// SimilarSubjects are tickets whose subject shares most words with that of
// one, the most alike first. The index is read from the newest and not to the
// end, so that common words cost nothing.
func (r Reader) SimilarSubjects(ctx context.Context, by model.Actor, t model.Ticket, limit int) ([]model.TicketRow, error) {
	wanted := subjectWords(t.Subject)
	if len(wanted) == 0 {
		return nil, nil
	}
	quoted := make([]string, len(wanted))
	for i, w := range wanted {
		quoted[i] = quote(w)
	}
	ids, err := many[int64](ctx, r, "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?", "{subject} : ("+strings.Join(quoted, " OR ")+")", similarDepth)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	cond, args := in("t.id IN (SELECT ticket_id FROM messages WHERE id IN (?))", ids)
	rows, err := r.candidateRows(ctx, by, t.ID, cond, "t.id DESC", args...)
	if err != nil {
		return nil, err
	}
	alike := map[model.TicketID]int{}
	for _, row := range rows {
		for _, w := range subjectWords(row.Subject) {
			if slices.Contains(wanted, w) {
				alike[row.ID]++
			}
		}
	}
	rows = slices.DeleteFunc(rows, func(row model.TicketRow) bool { return alike[row.ID]*2 < len(wanted) })
	slices.SortStableFunc(rows, func(a, b model.TicketRow) int { return alike[b.ID] - alike[a.ID] })
	return rows[:min(len(rows), limit)], nil
}

// subjectWords are the telling words of a subject, each once.
func subjectWords(s string) []string {
	var out []string
	words(s, func(t token) bool {
		if (utf8.RuneCountInString(t.word) > 3 || t.word[0] >= utf8.RuneSelf || strings.ContainsAny(t.word, "0123456789")) && !slices.Contains(out, t.word) {
			out = append(out, t.word)
		}
		return len(out) < 12
	})
	return out
}

// MergedSince reports whether a ticket that a change set merged others into
// went into another one itself.
func (r Reader) MergedSince(ctx context.Context, set model.ChangeSetID) (string, error) {
	return one[string](ctx, r, `SELECT t.reference FROM change_rows c JOIN tickets t ON t.id = json_extract(c.after, '$.merged_into')
		WHERE c.set_id = ? AND c.tbl = 'tickets' AND json_extract(c.after, '$.merged_into') IS NOT NULL AND t.merged_into IS NOT NULL LIMIT 1`, int64(set))
}
