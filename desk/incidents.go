package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// maxIncidents is how many incidents one answer reaches.
const maxIncidents = 500

// Incidents are the open tickets that wait for a problem, as far as the actor
// sees them.
func (d *Desk) Incidents(ctx context.Context, by model.Actor, id model.TicketID) (model.Ticket, []model.TicketRow, error) {
	t, err := d.db.Read().Ticket(ctx, by, id)
	if err != nil {
		return t, nil, err
	}
	if !by.Can(model.PermTicketReply) {
		return t, nil, model.ErrDenied
	}
	rows, err := d.db.Read().Incidents(ctx, by, id, maxIncidents)
	return t, rows, err
}

// AnswerIncidents answers all open incidents of a problem with one text, each
// by itself with its own variables, and tells what became of each. The
// statuses can be taken back together; answers are sent.
func (d *Desk) AnswerIncidents(ctx context.Context, by model.Actor, id model.TicketID, in model.NewAnswerAll) ([]model.AnsweredIncident, error) {
	t, rows, err := d.Incidents(ctx, by, id)
	if err != nil {
		return nil, err
	}
	var p model.Invalid
	in.Body = model.CleanBody(in.Body)
	checkBody(&p, "body", in.Body)
	if in.StatusKey != "" {
		if !by.Can(model.PermTicketEdit) {
			return nil, model.ErrDenied
		}
		if _, err := d.statusNamed(ctx, nil, in.StatusKey); err != nil {
			p = append(p, model.Problems(err)...)
		}
	}
	if len(rows) == 0 {
		p.Add("", "incidents_none")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	var out []model.AnsweredIncident
	err = d.db.Write(ctx, func(tx *store.Tx) (err error) {
		out, err = d.answerIncidents(tx.Ctx, tx, by, t, rows, in)
		return err
	})
	return out, err
}

// answerIncidents writes all the answers first: what is said is not taken back
// with the statuses.
func (d *Desk) answerIncidents(ctx context.Context, tx *store.Tx, by model.Actor, problem model.Ticket, rows []model.TicketRow, in model.NewAnswerAll) ([]model.AnsweredIncident, error) {
	out := make([]model.AnsweredIncident, len(rows))
	each := func(fn func(t model.Ticket) error) error {
		for i, row := range rows {
			out[i].Ticket, out[i].Reference, out[i].Subject = row.ID, row.Reference, row.Subject
			if out[i].Problem != "" {
				continue
			}
			err := tx.Savepoint(ctx, func() error {
				t, err := tx.Ticket(ctx, by, row.ID)
				if err != nil {
					return err
				}
				return fn(t)
			})
			if out[i].Problem = skipReason(err); err != nil && out[i].Problem == "" {
				return fmt.Errorf("answer %s: %w", row.Reference, err)
			}
		}
		return nil
	}
	err := each(func(t model.Ticket) error { return d.answerIncident(ctx, tx, by, t, in) })
	if err != nil || in.StatusKey == "" {
		return out, err
	}
	to, err := d.statusNamed(ctx, tx, in.StatusKey)
	if err != nil {
		return out, err
	}
	tx.Undoable(by, "status", problem.Reference)
	return out, each(func(t model.Ticket) error { return d.moveTo(ctx, tx, by, t, to) })
}

func (d *Desk) answerIncident(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, in model.NewAnswerAll) error {
	body, err := d.filled(ctx, tx, by, t, in.Body)
	if err != nil {
		return err
	}
	reply := model.NewReply{Body: body, Markdown: true, Seen: t.LastPublicID}
	if in.Op != "" {
		reply.Op = fmt.Sprintf("%s:%d", in.Op, t.ID)
	}
	if in.StatusKey != "" {
		reply.Status = t.Status // stays for now, to be changed in a way that can be taken back
	}
	_, err = d.reply(ctx, tx, by, t, reply)
	return err
}
