package desk

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"escalated/model"
)

// move is something a person may do to a ticket and take back.
type move = func(ctx context.Context, by model.Actor, id model.TicketID) error

func (w *playground) names() []string { return slices.Sorted(maps.Keys(w.moves())) }

func (w *playground) moves() map[string]move {
	out := map[string]move{
		"status": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.SetStatus(ctx, by, id, pick(w, model.Statuses()...), Change{})
		},
		"priority": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.SetPriority(ctx, by, id, pick(w, model.Priorities()...), Change{})
		},
		"type": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.SetType(ctx, by, id, pick(w, model.TicketTypes()...), Change{})
		},
		"department": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.SetDepartment(ctx, by, id, pick(w, w.departments...), Change{})
		},
		"assign": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.Assign(ctx, by, id, pick(w, append(w.ids(), 0)...), Change{})
		},
		"subject": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.SetSubject(ctx, by, id, pick(w, "Printer", "Invoice", "Öffnung"), Change{})
		},
		"tags": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			if w.IntN(2) == 0 {
				return w.ChangeTags(ctx, by, id, []string{pick(w, "red", "green", "blue")}, nil)
			}
			return w.ChangeTags(ctx, by, id, nil, []model.TagID{1, 2})
		},
		"follow": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.Follow(ctx, by, id, w.IntN(2) == 0)
		},
		"follower": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.SetFollower(ctx, by, id, pick(w, w.ids()...), w.IntN(2) == 0)
		},
		"delete": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.DeleteTicket(ctx, by, id)
		},
		"restore": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.RestoreTicket(ctx, by, id)
		},
		"bulk": w.bulkMove,
	}
	maps.Copy(out, w.toolMoves())
	return out
}

// toolMoves are those of the ticket tools.
func (w *playground) toolMoves() map[string]move {
	return map[string]move{
		"snooze": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			_, err := w.Snooze(ctx, by, id, pick(w, "1h", "4h", "tomorrow", "next_week"), "later")
			return err
		},
		"wake": func(ctx context.Context, by model.Actor, id model.TicketID) error { return w.Wake(ctx, by, id) },
		"merge": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			if w.IntN(3) > 0 {
				return nil // or soon nothing else is left
			}
			_, err := w.Merge(ctx, by, id, model.NewMerge{Into: pick(w, w.tickets...), Tags: w.IntN(2) == 0})
			return err
		},
		"split": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			items := w.itemsOf(by, id)
			if len(items) == 0 {
				return nil
			}
			_, err := w.Split(ctx, by, id, model.NewSplit{Subject: "Part", Messages: []model.MessageID{pick(w, items...).ID}})
			return err
		},
		"link": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.LinkTicket(ctx, by, id, pick(w, w.tickets...), w.word())
		},
		"unlink": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			v, err := w.ViewTicket(w.ctx, by, id, Look{})
			if err != nil || len(v.Links) == 0 {
				return err
			}
			return w.UnlinkTicket(ctx, by, id, pick(w, w.tickets...), w.word())
		},
		"pin": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			for _, it := range w.itemsOf(by, id) {
				if it.Kind == model.NoteKind {
					_, err := w.Pin(ctx, by, id, it.ID)
					return err
				}
			}
			return nil
		},
		"fields": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			return w.SetFields(ctx, by, id, map[string][]string{"order": {pick(w, "", "A-1", "A-2")}}, Change{})
		},
		"about": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			v, err := w.ViewTicket(w.ctx, by, id, Look{})
			if err == nil && len(v.Subjects) > 0 && w.IntN(2) == 0 {
				return w.DetachSubject(ctx, by, id, v.Subjects[0].Link)
			}
			_, err = w.AttachSubject(ctx, by, id, model.SubjectRef{Type: "order", ID: pick(w, "7", "8", "9"), Role: pick(w, "", "replacement")})
			return err
		},
		"macro": func(ctx context.Context, by model.Actor, id model.TicketID) error {
			_, err := w.RunMacro(ctx, by, id, MacroUse{Macro: w.macro})
			return err
		},
	}
}

func (w *playground) word() model.LinkWord {
	return pick(w, model.WordRelated, model.WordOriginal, model.WordDuplicate, model.WordParent, model.WordChild, model.WordProblem, model.WordIncident)
}

func (w *playground) ids() []model.PersonID {
	var out []model.PersonID
	for _, p := range w.people {
		out = append(out, p.ID)
	}
	return out
}

func (w *playground) itemsOf(by model.Actor, id model.TicketID) []model.ThreadItem {
	v, err := w.ViewTicket(w.ctx, by, id, Look{All: true})
	if err != nil {
		return nil
	}
	return v.Items
}

// bulkMove does one to three actions of the table to some tickets.
func (w *playground) bulkMove(ctx context.Context, by model.Actor, _ model.TicketID) error {
	values := map[model.ActionType]func() string{
		model.ActStatus:     func() string { return pick(w, model.Statuses()...).String() },
		model.ActPriority:   func() string { return pick(w, model.Priorities()...).String() },
		model.ActType:       func() string { return pick(w, model.TicketTypes()...).String() },
		model.ActDepartment: func() string { return strconv.FormatInt(int64(w.departments[w.IntN(2)]), 10) },
		model.ActAssign:     func() string { return strconv.FormatInt(int64(pick(w, w.ids()...)), 10) },
		model.ActAddTags:    func() string { return pick(w, "red", "green", "red,blue") },
		model.ActRemoveTags: func() string { return pick(w, "1", "2", "1,2") },
		model.ActNote:       func() string { return "Noted for many." },
		model.ActSnooze:     func() string { return pick(w, "1h", "tomorrow") },
		model.ActFollow:     func() string { return "me" },
		model.ActUnfollow:   func() string { return "me" },
		model.ActDelete:     func() string { return "" },
		model.ActRestore:    func() string { return "" },
	}
	kinds := slices.Sorted(maps.Keys(values))
	var req model.BulkRequest
	for range 1 + w.IntN(3) {
		kind := pick(w, kinds...)
		req.Actions = append(req.Actions, model.Action{Type: kind, Value: values[kind]()})
	}
	for range 1 + w.IntN(6) {
		req.Tickets = append(req.Tickets, pick(w, w.tickets...))
	}
	_, err := w.Bulk(ctx, by, req)
	return err
}
