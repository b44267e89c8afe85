package desk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"escalated/model"
	"escalated/store"
)

// Bulk does the same to many tickets, to each by the same rules as to one
// alone: those the actor does not see, may not change or that cannot change so
// are left out and named. All of it is one action that can be taken back as
// one. Up to model.BulkAtOnce tickets change in the request; more are worked
// off beside it (RunBulk), and the job tells how far it is.
func (d *Desk) Bulk(ctx context.Context, by model.Actor, req model.BulkRequest) (model.BulkJob, error) {
	if by.ID == 0 || !by.Kind.Staff() {
		return model.BulkJob{}, model.ErrDenied
	}
	if len(req.Actions) == 0 {
		return model.BulkJob{}, model.Refuse("action", "required")
	}
	for _, a := range req.Actions {
		if err := mayAct(by, a); err != nil {
			return model.BulkJob{}, err
		}
		if err := d.mayMacro(ctx, by, a); err != nil {
			return model.BulkJob{}, err
		}
	}
	ids, err := d.bulkTickets(ctx, by, req)
	if err != nil {
		return model.BulkJob{}, err
	}
	defer d.ForgetChoices() // a name may have become a tag
	var id model.BulkID
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		job := model.BulkJob{PersonID: by.ID, Actions: req.Actions, Query: req.Query, Total: len(ids), State: model.BulkWaiting, ActionID: tx.Action(), At: tx.Now}
		if job.ID, err = tx.InsertBulk(tx.Ctx, job, ids); err != nil {
			return err
		}
		id = job.ID
		if len(ids) > model.BulkAtOnce {
			return d.bulkMoved(tx.Ctx, tx, by, job)
		}
		tx.Undoable(by, "bulk", "")
		if err := d.bulkPart(tx.Ctx, tx, by, &job, ids); err != nil {
			return err
		}
		return d.endBulk(tx.Ctx, tx, by, job, model.BulkDone, "")
	})
	if err != nil {
		return model.BulkJob{}, err
	}
	return d.db.Read().BulkJob(ctx, id)
}

// bulkTickets are the tickets a request is for, each once.
func (d *Desk) bulkTickets(ctx context.Context, by model.Actor, req model.BulkRequest) ([]model.TicketID, error) {
	var ids []model.TicketID
	if req.All {
		values, err := url.ParseQuery(req.Query)
		if err != nil {
			return nil, model.Refuse("query", "invalid")
		}
		f := model.ParseTicketFilter(values.Get, by.ID)
		if err := maySeeQueue(by, f); err != nil {
			return nil, err
		}
		if ids, err = d.listed(ctx, by, f); err != nil {
			return nil, err
		}
	} else {
		seen := map[model.TicketID]bool{}
		for _, id := range req.Tickets {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
		if len(ids) > model.BulkNamed {
			return nil, model.Refuse("tickets", "bulk_named", "Max", model.BulkNamed)
		}
	}
	switch {
	case len(ids) == 0:
		return nil, model.Refuse("tickets", "bulk_none")
	case len(ids) > model.BulkMost:
		return nil, model.Refuse("tickets", "bulk_most", "Max", model.BulkMost)
	}
	return ids, nil
}

// listed are all tickets of a list. A search that ends before its end has no
// "all", and is refused.
func (d *Desk) listed(ctx context.Context, by model.Actor, f model.TicketFilter) ([]model.TicketID, error) {
	if f.Query == "" {
		return d.db.Read().FilteredTickets(ctx, by, f, model.BulkMost+1)
	}
	f.Page, f.PerPage = 1, 2*model.BulkChunk
	page, err := d.db.Read().SearchTickets(ctx, by, f)
	if err != nil {
		return nil, err
	}
	if page.HasNext || page.Slow {
		return nil, model.Refuse("tickets", "bulk_search", "Max", f.PerPage)
	}
	ids := make([]model.TicketID, len(page.Rows))
	for i, t := range page.Rows {
		ids[i] = t.ID
	}
	return ids, nil
}

// bulkPart does the actions of a job to some of its tickets.
func (d *Desk) bulkPart(ctx context.Context, tx *store.Tx, by model.Actor, job *model.BulkJob, ids []model.TicketID) error {
	seen, err := tx.TicketsSeen(ctx, by, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		job.Done++
		t, ok := seen[id]
		if !ok {
			job.Skip("not_found", model.BulkTicket{ID: id})
			continue
		}
		facts := tx.Facts()
		err := tx.Savepoint(ctx, func() error {
			for i, a := range job.Actions {
				if i > 0 || tx.Touched(id) {
					if t, err = tx.Ticket(ctx, model.System("desk"), id); err != nil {
						return err
					}
				}
				if err := d.actOn(ctx, tx, by, t, a); err != nil {
					return err
				}
			}
			return nil
		})
		switch reason := skipReason(err); {
		case err == nil && tx.Facts() == facts:
			job.Same++
		case err == nil:
			job.Changed++
		case reason != "":
			job.Skip(reason, model.BulkTicket{ID: id, Reference: t.Reference})
		default:
			return fmt.Errorf("change ticket %d: %w", id, err)
		}
	}
	return tx.UndoLabel(ctx, strconv.Itoa(job.Changed))
}

// skipReason is the word for a refusal; "" for what is none.
func skipReason(err error) string {
	var stale *model.Stale
	switch problems := model.Problems(err); {
	case len(problems) > 0:
		if slices.Contains([]string{"transition", "required", "choice_invalid"}, problems[0].Key) {
			return problems[0].Key
		}
		if problems[0].Key == "field_resolve" {
			return "required"
		}
		return "refused"
	case errors.Is(err, model.ErrNotFound):
		return "not_found"
	case errors.Is(err, model.ErrDenied):
		return "not_allowed"
	case errors.Is(err, model.ErrConflict), errors.As(err, &stale):
		return "conflict"
	}
	return ""
}

func (d *Desk) bulkMoved(ctx context.Context, tx *store.Tx, by model.Actor, job model.BulkJob) error {
	_, err := tx.RecordAbout(ctx, by, "bulk", int64(job.ID), model.BulkMoved{Job: job.ID, Done: job.Done, State: job.State})
	return err
}

// BulkJob is a change of many tickets as its owner asked for it.
func (d *Desk) BulkJob(ctx context.Context, by model.Actor, id model.BulkID) (model.BulkJob, error) {
	job, err := d.db.Read().BulkJob(ctx, id)
	if err == nil && (by.ID == 0 || job.PersonID != by.ID || !by.Kind.Staff()) {
		return model.BulkJob{}, model.ErrNotFound
	}
	return job, err
}
