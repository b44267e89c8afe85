package desk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

// StatusDefs lists all statuses for the admin panel.
func (d *Desk) StatusDefs(ctx context.Context, by model.Actor) ([]model.StatusRow, error) {
	if !by.Can(model.PermSettings) {
		return nil, model.ErrDenied
	}
	return d.db.Read().StatusesFull(ctx)
}

// StatusDef loads one for its form.
func (d *Desk) StatusDef(ctx context.Context, by model.Actor, id model.StatusID) (model.StatusRow, error) {
	if !by.Can(model.PermSettings) {
		return model.StatusRow{}, model.ErrDenied
	}
	return d.db.Read().StatusDef(ctx, id)
}

// maxStatuses keeps pickers usable.
const maxStatuses = 100

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// keyFrom makes a key of a label: Latin letters, digits and underscores. What
// is written in another script gets the word with a number that is free.
func keyFrom(l model.Localized, word string, taken func(string) bool) string {
	key := strings.ReplaceAll(model.Slug(l.In("en")), "-", "_")
	if key != "" && key[0] >= '0' && key[0] <= '9' {
		key = word + "_" + key
	}
	if key = key[:min(len(key), 60)]; keyForm.MatchString(key) {
		return key
	}
	key = word
	for n := 2; taken(key); n++ {
		key = word + "_" + strconv.Itoa(n)
	}
	return key
}

// SaveStatus creates a status (id zero) or changes it. What it means, its
// state, is fixed for the core ones and once a ticket has it.
func (d *Desk) SaveStatus(ctx context.Context, by model.Actor, in model.StatusDef) (model.StatusID, error) {
	if !by.Can(model.PermSettings) {
		return 0, model.ErrDenied
	}
	in.Label, in.CustomerLabel = cleanLabels(in.Label), cleanLabels(in.CustomerLabel)
	defer d.ForgetChoices()
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		was, err := d.checkStatus(tx.Ctx, tx, &in)
		if err != nil {
			return err
		}
		what := "changed"
		if in.ID == 0 {
			what = "created"
			in.ID, err = tx.InsertStatus(tx.Ctx, in)
		} else {
			in.Key = was.Key
			err = tx.UpdateStatus(tx.Ctx, in)
		}
		if errors.Is(err, store.ErrTaken) {
			return model.Refuse("key", "taken")
		}
		if err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "status", int64(in.ID), model.StatusSaved{Status: in.ID, Key: in.Key, What: what})
		return err
	})
	return in.ID, err
}

// checkStatus collects what is wrong with a status.
func (d *Desk) checkStatus(ctx context.Context, tx *store.Tx, in *model.StatusDef) (was model.StatusRow, err error) {
	var p model.Invalid
	if in.ID != 0 {
		if was, err = tx.StatusDef(ctx, in.ID); err != nil {
			return was, err
		}
		if in.State == 0 {
			in.State = was.State
		}
	}
	checkLabels(&p, "label", in.Label, !in.Core(), 60)
	checkLabels(&p, "customer_label", in.CustomerLabel, false, 60)
	if in.Hue != "" && !slices.Contains(model.Hues(), in.Hue) {
		p.Add("hue", "choice_invalid")
	}
	switch {
	case !in.State.Known():
		p.Add("state", "choice_invalid")
	case in.ID != 0 && in.State != was.State && (was.Core() || was.Tickets > 0):
		p.Add("state", "in_use")
	}
	if in.ID == 0 {
		list, err := tx.Statuses(ctx)
		if err != nil {
			return was, err
		}
		if in.Key == "" {
			in.Key = keyFrom(in.Label, "status", func(key string) bool { _, ok := model.StatusByKey(list, key); return ok })
		}
		if !keyForm.MatchString(in.Key) {
			p.Add("key", "slug_invalid")
		}
		if len(list) >= maxStatuses {
			p.Add("key", "too_many", "Max", maxStatuses)
		}
	}
	return was, p.Err()
}

// cleanLabels tidies texts by language and drops empty ones.
func cleanLabels(l model.Localized) model.Localized {
	out := model.Localized{}
	for lang, s := range l {
		if s = model.Clean(s); s != "" {
			out[lang] = s
		}
	}
	return out
}

func checkLabels(p *model.Invalid, field string, l model.Localized, required bool, longest int) {
	if required && len(l) == 0 {
		p.Add(field, "required")
	}
	for _, s := range l {
		if utf8.RuneCountInString(s) > longest {
			p.Add(field, "too_long", "Max", longest)
			return
		}
	}
}

// MoveStatus changes the place of a status in the list: one up or one down.
func (d *Desk) MoveStatus(ctx context.Context, by model.Actor, id model.StatusID, up bool) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Statuses(tx.Ctx)
		if err != nil {
			return err
		}
		order := make([]model.StatusID, len(list))
		for i, s := range list {
			order[i] = s.ID
		}
		at := slices.Index(order, id)
		if at < 0 {
			return model.ErrNotFound
		}
		if !step(order, at, up) {
			return nil
		}
		if err := tx.PlaceStatuses(tx.Ctx, order); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "status", int64(id), model.StatusSaved{Status: id, Key: list[at].Key, What: "moved"})
		return err
	})
}

// step swaps an element with its neighbour; false at the end of the list.
func step[T any](list []T, at int, up bool) bool {
	to := at + 1
	if up {
		to = at - 1
	}
	if to < 0 || to >= len(list) {
		return false
	}
	list[at], list[to] = list[to], list[at]
	return true
}

// SaveStatusMoves replaces the table of moves that narrows what may follow
// which status. A status without a row moves as its state does.
func (d *Desk) SaveStatusMoves(ctx context.Context, by model.Actor, moves []model.StatusMove) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Statuses(tx.Ctx)
		if err != nil {
			return err
		}
		known := func(id model.StatusID) bool {
			return slices.ContainsFunc(list, func(s model.StatusDef) bool { return s.ID == id })
		}
		for _, m := range moves {
			if !known(m.From) || !known(m.To) || m.From == m.To {
				return model.Refuse("moves", "choice_invalid")
			}
		}
		if err := tx.SetStatusMoves(tx.Ctx, moves); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "status", 0, model.StatusMovesSaved{Moves: moves})
		return err
	})
}

// archivePortion is how many tickets one transaction moves to another status.
const archivePortion = 200

// ArchiveStatus takes a status out of use. Its tickets get the replacement,
// which means the same, in portions and each on the record; what a broken
// request leaves over follows when it is asked for again. The core ones stay.
func (d *Desk) ArchiveStatus(ctx context.Context, by model.Actor, id, replacement model.StatusID) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	var to model.StatusRow
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.StatusDef(tx.Ctx, id)
		if err != nil {
			return err
		}
		if s.Core() {
			return model.ErrDenied
		}
		if replacement == 0 {
			replacement = model.CoreStatus(s.State).ID
		}
		to, err = tx.StatusDef(tx.Ctx, replacement)
		if errors.Is(err, model.ErrNotFound) || err == nil && (!to.Active() || to.ID == id || to.State != s.State) {
			return model.Refuse("replacement", "choice_invalid")
		}
		if err != nil || !s.Active() {
			return err
		}
		if err := tx.ArchiveStatus(tx.Ctx, id, tx.Now); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "status", int64(id), model.StatusSaved{Status: id, Key: s.Key, What: "archived"})
		return err
	})
	if err != nil {
		return err
	}
	return d.portions(ctx, func(tx *store.Tx) (int64, error) {
		list, err := tx.TicketsOfStatus(tx.Ctx, id, archivePortion)
		if err != nil {
			return 0, err
		}
		for _, t := range list {
			if err := d.setStatusDef(tx.Ctx, tx, by, t, to.StatusDef, true); err != nil {
				return 0, fmt.Errorf("replace status: %w", err)
			}
		}
		return int64(len(list)), nil
	})
}

// RestoreStatus brings an archived status back into the pickers.
func (d *Desk) RestoreStatus(ctx context.Context, by model.Actor, id model.StatusID) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	defer d.ForgetChoices()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.StatusDef(tx.Ctx, id)
		if err != nil || s.Active() {
			return err
		}
		if err := tx.ArchiveStatus(tx.Ctx, id, 0); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "status", int64(id), model.StatusSaved{Status: id, Key: s.Key, What: "restored"})
		return err
	})
}
