package desk

import (
	"context"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/store"
)

// act does one action to a ticket inside a transaction, with the rights of the
// actor and by the same verbs people use. Macros, bulk changes and rules are
// lists of actions. The caller has checked that the actor sees the ticket; it
// is read again, because an action before may have changed it.
func (d *Desk) act(ctx context.Context, tx *store.Tx, by model.Actor, id model.TicketID, a model.Action) error {
	t, err := tx.Ticket(ctx, model.System("desk"), id)
	if err != nil {
		return err
	}
	return d.actOn(ctx, tx, by, t, a)
}

// mayAct says whether the actor may do an action at all, whatever the ticket.
func mayAct(by model.Actor, a model.Action) error {
	switch do, ok := acts[a.Type]; {
	case !ok:
		return model.Refuse("action", "choice_invalid")
	case do.may != "" && !by.Can(do.may):
		return model.ErrDenied
	}
	return nil
}

// actOn is act on a ticket as it was just read.
func (d *Desk) actOn(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, a model.Action) error {
	if err := mayAct(by, a); err != nil {
		return err
	}
	do := acts[a.Type]
	if t.Deleted() && a.Type != model.ActRestore && a.Type != model.ActDelete {
		return model.ErrNotFound
	}
	if t.MergedInto != 0 && !mergedMayAct[a.Type] {
		return model.Refuse("", "ticket_merged")
	}
	return do.run(d, ctx, tx, by, t, strings.TrimSpace(a.Value))
}

// doing is how one type of action is done, and the right it needs.
type doing struct {
	may model.Permission
	run func(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error
}

// acts is the table of actions. Features that bring an action of their own add
// it in their file.
var acts = map[model.ActionType]doing{
	model.ActStatus:     {model.PermTicketEdit, actStatus},
	model.ActPriority:   {model.PermTicketEdit, actPriority},
	model.ActType:       {model.PermTicketEdit, actType},
	model.ActDepartment: {model.PermTicketEdit, actDepartment},
	model.ActAssign:     {model.PermTicketAssign, actAssign},
	model.ActAddTags:    {model.PermTicketTag, actAddTags},
	model.ActRemoveTags: {model.PermTicketTag, actRemoveTags},
	model.ActNote:       {model.PermTicketNote, actNote},
	model.ActReply:      {model.PermTicketReply, actReply},
	model.ActFollow:     {model.PermTicketFollow, actFollow(true)},
	model.ActUnfollow:   {model.PermTicketFollow, actFollow(false)},
	model.ActDelete:     {model.PermTicketDelete, actDelete},
	model.ActRestore:    {model.PermTicketDelete, actRestore},
}

func actStatus(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	to, err := d.statusNamed(ctx, tx, value)
	if err != nil {
		return err
	}
	return d.moveTo(ctx, tx, by, t, to)
}

// moveTo sets a status chosen by somebody, as far as the table allows it.
func (d *Desk) moveTo(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, to model.StatusDef) error {
	if to.ID == t.StatusID {
		return nil
	}
	ok, err := d.mayMove(ctx, t, to)
	if err != nil {
		return err
	}
	if !ok {
		now, err := d.statusOf(ctx, t)
		if err != nil {
			return err
		}
		return model.Refuse("status", "transition", "From", now, "To", to)
	}
	return d.setStatusDef(ctx, tx, by, t, to, false)
}

// statusNamed finds a status that is in use by its key.
func (d *Desk) statusNamed(ctx context.Context, _ *store.Tx, key string) (model.StatusDef, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return model.StatusDef{}, err
	}
	s, ok := model.StatusByKey(c.Statuses, key)
	if !ok || !s.Active() {
		return s, model.Refuse("status", "choice_invalid")
	}
	return s, nil
}

func actPriority(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	to, err := model.ParsePriority(value)
	if err != nil {
		return model.Refuse("priority", "choice_invalid")
	}
	return d.setPriority(ctx, tx, by, t, to)
}

func actType(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	to, err := model.ParseTicketType(value)
	if err != nil {
		return model.Refuse("ticket_type", "choice_invalid")
	}
	return d.setType(ctx, tx, by, t, to)
}

func actDepartment(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	id, ok := idOrNone(value)
	if !ok {
		return model.Refuse("department_id", "choice_invalid")
	}
	return d.setDepartment(ctx, tx, by, t, model.DepartmentID(id))
}

func actAssign(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	id, ok := idOrNone(value)
	if value == "me" {
		id, ok = int64(by.ID), true
	}
	switch to := model.PersonID(id); {
	case !ok:
		return model.Refuse("agent_id", "choice_invalid")
	case to == t.AssigneeID:
		return nil
	case to == 0:
		return d.unassign(ctx, tx, by, t)
	default:
		s, err := d.Settings(ctx)
		if err != nil {
			return err
		}
		return d.assign(ctx, tx, by, t, to, s)
	}
}

func actAddTags(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	return d.changeTags(ctx, tx, by, t.ID, commaList(value), nil)
}

func actRemoveTags(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	var ids []model.TagID
	for _, w := range commaList(value) {
		id, ok := idOrNone(w)
		if !ok {
			return model.Refuse("remove_tags", "choice_invalid")
		}
		ids = append(ids, model.TagID(id))
	}
	return d.changeTags(ctx, tx, by, t.ID, nil, ids)
}

func actNote(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	body, err := d.filled(ctx, tx, by, t, value)
	if err != nil {
		return err
	}
	_, err = d.note(ctx, tx, by, t, model.NewReply{Body: body, Markdown: true})
	return err
}

func actReply(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	body, err := d.filled(ctx, tx, by, t, value)
	if err != nil {
		return err
	}
	_, err = d.reply(ctx, tx, by, t, model.NewReply{Body: body, Markdown: true})
	return err
}

func actFollow(on bool) func(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	return func(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
		who := by.ID
		if value != "" && value != "me" {
			id, ok := idOrNone(value)
			p, err := tx.Person(ctx, model.PersonID(id))
			if !ok || err != nil || !p.Kind.Staff() || !p.Active() {
				return model.Refuse("person_id", "choice_invalid")
			}
			who = p.ID
		}
		if who != by.ID && !by.Can(model.PermTicketEdit) { // it gives sight of the ticket, or takes it
			return model.ErrDenied
		}
		return d.setFollow(ctx, tx, by, t.ID, who, on)
	}
}

func actDelete(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, _ string) error {
	return d.remove(ctx, tx, by, t)
}

func actRestore(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, _ string) error {
	return d.restore(ctx, tx, by, t)
}

// idOrNone reads an id; empty and "none" are zero.
func idOrNone(w string) (int64, bool) {
	if w == "" || w == "none" {
		return 0, true
	}
	n, err := strconv.ParseInt(w, 10, 64)
	return n, err == nil && n > 0
}

func commaList(s string) []string {
	var out []string
	for w := range strings.SplitSeq(s, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
