package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

// MacroList are the macros the actor may change, with their steps in words.
func (d *Desk) MacroList(ctx context.Context, by model.Actor, f TextFilter) ([]model.MacroView, error) {
	if !mayKeepTexts(by) {
		return nil, model.ErrDenied
	}
	return d.macros(ctx, by, func(m model.Macro) bool {
		return m.ManageableBy(by, by.Can(model.PermMacros)) && (f.Scope == "" || m.Scope == f.Scope) && model.Fuzzy(f.Query, m.Name, "", m.Description) > 0
	})
}

// PickMacros are the macros the actor may use on tickets, in order.
func (d *Desk) PickMacros(ctx context.Context, by model.Actor, words string) ([]model.MacroView, error) {
	if !mayKeepTexts(by) {
		return nil, model.ErrDenied
	}
	list, err := d.macros(ctx, by, func(m model.Macro) bool {
		return m.UsableBy(by) && model.Fuzzy(words, m.Name, "", m.Description) > 0
	})
	return list[:min(len(list), maxPicked)], err
}

func (d *Desk) macros(ctx context.Context, by model.Actor, keep func(model.Macro) bool) ([]model.MacroView, error) {
	_, all, err := d.texts.load(ctx, d.db.Read())
	if err != nil {
		return nil, err
	}
	var out []model.MacroView
	for _, m := range all {
		if !keep(m) {
			continue
		}
		v, err := d.viewMacro(ctx, by, m)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// viewMacro names what the steps are about and says which of them cannot be
// done any more.
func (d *Desk) viewMacro(ctx context.Context, by model.Actor, m model.Macro) (model.MacroView, error) {
	v := model.MacroView{Macro: m}
	c, err := d.stepCheck(ctx, by, m.Shared)
	if err != nil {
		return v, err
	}
	for i, a := range m.Actions {
		s := c.step(a)
		if a.Type == model.ActDelete && i != len(m.Actions)-1 {
			s.Problem = "macro_delete_last"
		}
		v.Steps = append(v.Steps, s)
	}
	return v, nil
}

// DescribeMacro gives the steps of a macro that is not saved yet.
func (d *Desk) DescribeMacro(ctx context.Context, by model.Actor, m model.Macro) (model.MacroView, error) {
	if !mayKeepTexts(by) {
		return model.MacroView{}, model.ErrDenied
	}
	return d.viewMacro(ctx, by, m)
}

// Macro loads one that the actor may change.
func (d *Desk) Macro(ctx context.Context, by model.Actor, id model.MacroID) (model.MacroView, error) {
	m, err := d.db.Read().Macro(ctx, id)
	if err == nil {
		err = d.mayKeep(by, m.Shared, model.PermMacros)
	}
	if err != nil {
		return model.MacroView{}, err
	}
	return d.viewMacro(ctx, by, m)
}

// MacroField names the field of the form that holds the value of a step.
func MacroField(step int) string { return fmt.Sprintf("a%d_value", step) }

// SaveMacro creates a macro (id zero) or changes it. Each value must be one
// that exists now.
func (d *Desk) SaveMacro(ctx context.Context, by model.Actor, in model.Macro) (model.MacroID, error) {
	if !mayKeepTexts(by) {
		return 0, model.ErrDenied
	}
	in.Name, in.Description = model.Clean(in.Name), model.CleanBody(in.Description)
	var p model.Invalid
	checkLabel(&p, "name", in.Name, model.MaxMacroName)
	if utf8.RuneCountInString(in.Description) > model.MaxMacroDescription {
		p.Add("description", "too_long", "Max", model.MaxMacroDescription)
	}
	if err := d.checkSharing(ctx, &p, by, model.PermMacros, &in.Shared); err != nil {
		return 0, err
	}
	if in.ID == 0 || in.Scope == model.ShareMine {
		in.OwnerID = by.ID
	}
	if err := d.checkActions(ctx, &p, by, &in); err != nil {
		return 0, err
	}
	if err := p.Err(); err != nil {
		return 0, err
	}
	defer d.texts.forget()
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		what := "created"
		if in.ID != 0 {
			what = "changed"
			was, err := tx.Macro(tx.Ctx, in.ID)
			if err == nil {
				err = d.mayKeep(by, was.Shared, model.PermMacros)
			}
			if err != nil {
				return err
			}
			if in.OwnerID == 0 {
				in.OwnerID = was.OwnerID
			}
			if err := tx.UpdateMacro(tx.Ctx, in); err != nil {
				return err
			}
		} else {
			var err error
			if in.ID, err = tx.InsertMacro(tx.Ctx, in); err != nil {
				return err
			}
		}
		_, err := tx.RecordAbout(tx.Ctx, by, "macro", int64(in.ID), model.MacroSaved{Macro: in.ID, Name: in.Name, What: what})
		return err
	})
	return in.ID, err
}

// DeleteMacro takes a macro away; it can be brought back.
func (d *Desk) DeleteMacro(ctx context.Context, by model.Actor, id model.MacroID) error {
	defer d.texts.forget()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Macro(tx.Ctx, id)
		if err == nil {
			err = d.mayKeep(by, m.Shared, model.PermMacros)
		}
		if err != nil {
			return err
		}
		tx.Undoable(by, "macro", m.Name)
		if err := tx.DeleteMacro(tx.Ctx, id); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "macro", int64(id), model.MacroSaved{Macro: id, Name: m.Name, What: "deleted"})
		return err
	})
}

// usableMacro loads a macro the actor may use.
func (d *Desk) usableMacro(ctx context.Context, by model.Actor, id model.MacroID) (model.Macro, error) {
	if !mayKeepTexts(by) {
		return model.Macro{}, model.ErrDenied
	}
	m, err := d.db.Read().Macro(ctx, id)
	if err == nil && !m.UsableBy(by) {
		err = model.ErrNotFound
	}
	return m, err
}

// MacroUse is how a macro is used on a ticket.
type MacroUse struct {
	Macro model.MacroID
	Slot  string          // draft slot for files that come with texts
	Seen  model.MessageID // as of a reply: the newest public message the actor has seen
	Op    string          // a repeat does nothing
}

// RunMacro does all steps of a macro to a ticket, or none. Texts that are not
// sent at once come back for the composer.
func (d *Desk) RunMacro(ctx context.Context, by model.Actor, id model.TicketID, use MacroUse) (model.MacroRun, error) {
	var run model.MacroRun
	t, err := d.db.Read().Ticket(ctx, by, id)
	if err != nil {
		return run, err
	}
	m, err := d.usableMacro(ctx, by, use.Macro)
	if err != nil {
		return run, err
	}
	if err := d.unbroken(ctx, by, m); err != nil {
		return run, err
	}
	defer d.ForgetChoices() // a name may have become a tag
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		run = model.MacroRun{Macro: m}
		if use.Op != "" {
			_, err := tx.Operation(tx.Ctx, by.OwnerKey(), use.Op, "macro")
			if !errors.Is(err, model.ErrNotFound) {
				return err
			}
			if err := tx.SaveOperation(tx.Ctx, by.OwnerKey(), use.Op, "macro", int64(m.ID)); err != nil {
				return err
			}
		}
		if t, err = tx.Ticket(tx.Ctx, by, id); err != nil {
			return err
		}
		if t.Deleted() {
			return model.ErrNotFound
		}
		return d.runMacro(tx, by, t, use, &run)
	})
	return run, err
}

func (d *Desk) runMacro(tx *store.Tx, by model.Actor, t model.Ticket, use MacroUse, run *model.MacroRun) error {
	m := run.Macro
	tx.Undoable(by, "macro", m.Name)
	if _, err := tx.Record(tx.Ctx, by, t.ID, model.MacroApplied{Macro: m.ID, Name: m.Name}); err != nil {
		return err
	}
	for i, a := range m.Actions {
		if err := d.runStep(tx, by, t.ID, a, use, run); err != nil {
			return d.stepFailed(tx.Ctx, i, a, err)
		}
	}
	return tx.UseMacro(tx.Ctx, m.ID)
}

// runStep does one step, or keeps its text for the composer.
func (d *Desk) runStep(tx *store.Tx, by model.Actor, id model.TicketID, a model.Action, use MacroUse, run *model.MacroRun) error {
	ctx := tx.Ctx
	t, err := tx.Ticket(ctx, model.System("desk"), id) // as the steps before left it
	if err != nil {
		return err
	}
	add := func(text string) {
		run.Text = strings.TrimSpace(run.Text + "\n\n" + text)
	}
	switch {
	case a.Type == model.ActCanned:
		cid, _ := idOrNone(a.Value)
		c, err := tx.Canned(ctx, model.CannedID(cid))
		if err != nil {
			return err
		}
		text, err := d.filler(tx.Reader, by, t).canned(ctx, c)
		if err != nil {
			return err
		}
		add(text)
		files, err := d.takeCanned(tx, by, c, use.Slot)
		run.Files = append(run.Files, files...)
		return err
	case a.Type == model.ActReply && !run.Macro.Sends:
		text, err := d.filled(ctx, tx, by, t, a.Value)
		add(text)
		return err
	case a.Type == model.ActReply:
		body, err := d.filled(ctx, tx, by, t, a.Value)
		if err != nil {
			return err
		}
		_, err = d.reply(ctx, tx, by, t, model.NewReply{Body: body, Markdown: true, Seen: use.Seen})
		return err
	case a.Type == model.ActStatus && run.Macro.Composes():
		run.Status = a.Value
	}
	return d.act(ctx, tx, by, id, a)
}

// MacroActions are the steps of a macro for doing them to many tickets. A
// macro that leaves text to its user cannot be.
func (d *Desk) MacroActions(ctx context.Context, by model.Actor, id model.MacroID) ([]model.Action, error) {
	m, err := d.usableMacro(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if m.Composes() {
		return nil, model.Refuse("macro", "macro_composes", "Name", m.Name)
	}
	return m.Actions, d.unbroken(ctx, by, m)
}

// BulkMacros are the macros that can be used on many tickets at once.
func (d *Desk) BulkMacros(ctx context.Context, by model.Actor) ([]model.MacroView, error) {
	if !mayKeepTexts(by) {
		return nil, nil
	}
	list, err := d.macros(ctx, by, func(m model.Macro) bool { return m.UsableBy(by) && !m.Composes() })
	return slices.DeleteFunc(list, model.MacroView.Broken), err
}

// mayMacro refuses a macro for many tickets before the first of them.
func (d *Desk) mayMacro(ctx context.Context, by model.Actor, a model.Action) error {
	if a.Type != model.ActMacro {
		return nil
	}
	id, ok := idOrNone(a.Value)
	if !ok || id == 0 {
		return model.Refuse("macro", "choice_invalid")
	}
	_, err := d.MacroActions(ctx, by, model.MacroID(id))
	return err
}

func init() { acts[model.ActMacro] = doing{model.PermTicketNote, actMacro} }

// actMacro does a macro's steps to one of many tickets. It is counted and
// recorded where it changed something.
func actMacro(d *Desk, ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, value string) error {
	id, _ := idOrNone(value)
	m, err := tx.Macro(ctx, model.MacroID(id))
	if err == nil && (!m.UsableBy(by) || m.Composes()) {
		err = model.ErrNotFound
	}
	if err != nil {
		return err
	}
	facts := tx.Facts()
	for i, a := range m.Actions {
		if err := d.act(ctx, tx, by, t.ID, a); err != nil {
			return d.stepFailed(ctx, i, a, err)
		}
	}
	if tx.Facts() == facts {
		return nil
	}
	if _, err := tx.Record(ctx, by, t.ID, model.MacroApplied{Macro: m.ID, Name: m.Name}); err != nil {
		return err
	}
	return tx.UseMacro(ctx, m.ID)
}

// MacroText is the text a macro has for the composer, filled for a ticket,
// without doing anything.
func (d *Desk) MacroText(ctx context.Context, by model.Actor, id model.TicketID, macro model.MacroID) (string, error) {
	t, err := d.db.Read().Ticket(ctx, by, id)
	if err != nil {
		return "", err
	}
	m, err := d.usableMacro(ctx, by, macro)
	if err != nil {
		return "", err
	}
	if err := d.unbroken(ctx, by, m); err != nil { // such as by a text that is not shared any more
		return "", err
	}
	f := d.filler(d.db.Read(), by, t)
	var parts []string
	for _, a := range m.Actions {
		text := ""
		switch {
		case a.Type == model.ActCanned:
			cid, _ := idOrNone(a.Value)
			c, err := d.db.Read().Canned(ctx, model.CannedID(cid))
			if errors.Is(err, model.ErrNotFound) {
				continue
			}
			if err != nil {
				return "", err
			}
			text, err = f.canned(ctx, c)
			if err != nil {
				return "", err
			}
		case a.Type == model.ActReply && !m.Sends:
			if text, err = f.fill(ctx, a.Value); err != nil {
				return "", err
			}
		default:
			continue
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n\n"), nil
}
