package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"escalated/model"
)

// How many tickets the merge dialog offers.
const (
	mergeSame    = 5
	mergeSimilar = 5
	mergeFound   = 8
)

// MergeCandidates are tickets that one could be merged with: those that match
// what was typed, a reference or words, or without words the requester's other
// open ones and those with a similar subject.
func (d *Desk) MergeCandidates(ctx context.Context, by model.Actor, id model.TicketID, typed string) ([]model.MergeCandidate, error) {
	r := d.db.Read()
	t, err := r.Ticket(ctx, by, id)
	if err != nil {
		return nil, err
	}
	var out []model.MergeCandidate
	seen := map[model.TicketID]bool{id: true}
	add := func(rows []model.TicketRow, most int) {
		for _, row := range rows {
			if !seen[row.ID] && most > 0 {
				seen[row.ID] = true
				out = append(out, model.MergeCandidate{TicketRow: row, Same: row.RequesterID == t.RequesterID})
				most--
			}
		}
	}
	if typed = strings.TrimSpace(typed); typed != "" {
		one, err := d.TicketByReference(ctx, by, strings.TrimPrefix(typed, "#"))
		switch {
		case err == nil && !one.Deleted():
			add([]model.TicketRow{{ID: one.ID, Reference: one.Reference, Subject: one.Subject, Status: one.Status, StatusID: one.StatusID, RequesterID: one.RequesterID, PublicAt: one.PublicAt}}, 1)
			if len(out) > 0 {
				return out, nil
			}
		case err != nil && !errors.Is(err, model.ErrNotFound):
			return nil, err
		}
		page, err := r.SearchTickets(ctx, by, model.TicketFilter{Query: typed, Any: true, PerPage: 25})
		if err != nil {
			return nil, fmt.Errorf("search tickets: %w", err)
		}
		add(page.Rows, mergeFound)
		return out, nil
	}
	same, err := r.SameRequester(ctx, by, t, mergeSame)
	if err != nil {
		return nil, fmt.Errorf("find other tickets: %w", err)
	}
	add(same, mergeSame)
	similar, err := r.SimilarSubjects(ctx, by, t, mergeSame+mergeSimilar)
	if err != nil {
		return nil, fmt.Errorf("find similar tickets: %w", err)
	}
	add(similar, mergeSimilar)
	return out, nil
}

// PreviewMerge says what merging a ticket into another would do, or why it is
// refused.
func (d *Desk) PreviewMerge(ctx context.Context, by model.Actor, id, into model.TicketID) (model.MergePreview, error) {
	var p model.MergePreview
	r := d.db.Read()
	var err error
	if p.From, err = d.mayMerge(ctx, r, by, id); err != nil {
		return p, err
	}
	if p.Into, err = d.mergeTarget(ctx, r, by, p.From, into); err != nil {
		return p, err
	}
	people, err := r.Refs(ctx, []model.PersonID{p.From.RequesterID, p.Into.RequesterID})
	if err != nil {
		return p, fmt.Errorf("load requesters: %w", err)
	}
	p.FromAsks, p.IntoAsks = people[p.From.RequesterID], people[p.Into.RequesterID]
	p.Reopens = p.From.Status.IsOpen() && !p.Into.Status.IsOpen()
	p.Drafts, p.Conversation, err = r.Along(ctx, id)
	return p, err
}
