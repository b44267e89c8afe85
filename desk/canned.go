package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

// texts are the canned responses and macros: pickers ask for them at every
// letter, so all of them are kept in memory until one is changed.
type texts struct {
	mu     sync.Mutex
	canned []model.Canned
	macros []model.Macro
	loaded bool
}

func (t *texts) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.loaded = false
}

// load gives the lists; callers must not change them.
func (t *texts) load(ctx context.Context, r store.Reader) ([]model.Canned, []model.Macro, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.loaded {
		return t.canned, t.macros, nil
	}
	canned, err := r.AllCanned(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("load canned responses: %w", err)
	}
	macros, err := r.AllMacros(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("load macros: %w", err)
	}
	t.canned, t.macros, t.loaded = canned, macros, true
	return canned, macros, nil
}

// TextFilter narrows a list of canned responses or macros.
type TextFilter struct {
	Query    string
	Category string
	Scope    model.Sharing
	Language string // texts in it, or for any
}

// CannedList are the canned responses the actor may change, most used first,
// and the categories there are.
func (d *Desk) CannedList(ctx context.Context, by model.Actor, f TextFilter) (list []model.Canned, categories []string, err error) {
	if !mayKeepTexts(by) {
		return nil, nil, model.ErrDenied
	}
	all, _, err := d.texts.load(ctx, d.db.Read())
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all {
		if !c.ManageableBy(by, by.Can(model.PermCanned)) {
			continue
		}
		if c.Category != "" && !slices.Contains(categories, c.Category) {
			categories = append(categories, c.Category)
		}
		_, spoken := c.Bodies[f.Language]
		if f.Category != "" && c.Category != f.Category || f.Scope != "" && c.Scope != f.Scope || f.Language != "" && !spoken ||
			model.Fuzzy(f.Query, c.Title, c.Category, c.Body()) == 0 {
			continue
		}
		list = append(list, c)
	}
	return list, categories, nil
}

// mayKeepTexts lets staff who write in tickets keep texts and macros.
func mayKeepTexts(by model.Actor) bool { return by.Staff() && by.Can(model.PermTicketNote) }

// Canned loads one that the actor may change, with its files.
func (d *Desk) Canned(ctx context.Context, by model.Actor, id model.CannedID) (model.Canned, []model.Attachment, error) {
	c, err := d.db.Read().Canned(ctx, id)
	if err == nil {
		err = d.mayKeep(by, c.Shared, model.PermCanned)
	}
	if err != nil {
		return c, nil, err
	}
	files, err := d.db.Read().CannedFiles(ctx, id)
	return c, files, err
}

// mayKeep refuses what the actor may not change: what they may use is denied,
// all else is not there.
func (d *Desk) mayKeep(by model.Actor, s model.Shared, right model.Permission) error {
	switch {
	case !mayKeepTexts(by):
		return model.ErrDenied
	case s.ManageableBy(by, by.Can(right)):
		return nil
	case s.UsableBy(by):
		return model.ErrDenied
	}
	return model.ErrNotFound
}

// CannedFilesChange is what happens to the files of a canned response when it
// is saved: those added from a draft slot of the actor, and those removed.
type CannedFilesChange struct {
	Slot string
	Add  []model.AttachmentID
	Drop []model.AttachmentID
}

// SaveCanned creates a canned response (id zero) or changes it.
func (d *Desk) SaveCanned(ctx context.Context, by model.Actor, in model.Canned, files CannedFilesChange) (model.CannedID, error) {
	if !mayKeepTexts(by) {
		return 0, model.ErrDenied
	}
	in.Title, in.Category = model.Clean(in.Title), model.Clean(in.Category)
	var p model.Invalid
	checkLabel(&p, "title", in.Title, model.MaxCannedTitle)
	if utf8.RuneCountInString(in.Category) > model.MaxCannedCategory {
		p.Add("category", "too_long", "Max", model.MaxCannedCategory)
	}
	in.Bodies = cleanBodies(&p, in.Bodies)
	if err := d.checkSharing(ctx, &p, by, model.PermCanned, &in.Shared); err != nil {
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
			was, err := tx.Canned(tx.Ctx, in.ID)
			if err == nil {
				err = d.mayKeep(by, was.Shared, model.PermCanned)
			}
			if err != nil {
				return err
			}
			if in.OwnerID = was.OwnerID; in.Scope == model.ShareMine {
				in.OwnerID = by.ID
			}
			if err := tx.UpdateCanned(tx.Ctx, in); err != nil {
				return err
			}
		} else {
			var err error
			in.OwnerID = by.ID
			if in.ID, err = tx.InsertCanned(tx.Ctx, in); err != nil {
				return err
			}
		}
		if err := d.changeCannedFiles(tx, by, in.ID, files); err != nil {
			return err
		}
		_, err := tx.RecordAbout(tx.Ctx, by, "canned", int64(in.ID), model.CannedSaved{Canned: in.ID, Name: in.Title, What: what})
		return err
	})
	return in.ID, err
}

// cleanBodies tidies the texts and refuses none at all.
func cleanBodies(p *model.Invalid, bodies model.Localized) model.Localized {
	out := model.Localized{}
	for lang, body := range bodies {
		body = model.CleanBody(body)
		field := strings.TrimSuffix("body_"+lang, "_")
		switch {
		case body == "":
			continue
		case len(body) > model.MaxCannedBody:
			p.Add(field, "too_long", "Max", model.MaxCannedBody)
		case len(lang) > 35 || strings.Trim(lang, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "":
			p.Add("body", "language_invalid")
		}
		out[lang] = body
	}
	if len(out) == 0 {
		p.Add("body", "required")
	}
	return out
}

// checkSharing holds that a scope is one the actor may give.
func (d *Desk) checkSharing(ctx context.Context, p *model.Invalid, by model.Actor, right model.Permission, s *model.Shared) error {
	if s.Scope != model.ShareDepartment {
		s.DepartmentID = 0
	}
	switch s.Scope {
	case model.ShareMine:
	case model.ShareAll:
		if !by.Can(right) {
			p.Add("scope", "choice_invalid")
		}
	case model.ShareDepartment:
		choices, err := d.Choices(ctx)
		if err != nil {
			return err
		}
		known := slices.ContainsFunc(choices.Departments, func(x model.Department) bool { return x.ID == s.DepartmentID })
		if !known || !by.Can(right) && !slices.Contains(by.Departments, s.DepartmentID) {
			p.Add("department_id", "choice_invalid")
		}
	default:
		p.Add("scope", "choice_invalid")
	}
	return nil
}

func (d *Desk) changeCannedFiles(tx *store.Tx, by model.Actor, id model.CannedID, c CannedFilesChange) error {
	for _, f := range c.Drop {
		if err := tx.DropCannedFile(tx.Ctx, id, f); err != nil {
			return err
		}
	}
	n, err := tx.KeepCannedFiles(tx.Ctx, id, by.OwnerKey(), c.Slot, c.Add)
	if err != nil {
		return err
	}
	if n != len(c.Add) {
		return model.Refuse("attachments", "not_found")
	}
	s, err := d.Settings(tx.Ctx)
	if err != nil {
		return err
	}
	all, err := tx.CannedFiles(tx.Ctx, id)
	if err == nil && len(all) > s.Limits().Files {
		err = model.Refuse("attachments", "too_many_files", "Max", s.Limits().Files)
	}
	return err
}

// DeleteCanned takes a canned response away; it can be brought back.
func (d *Desk) DeleteCanned(ctx context.Context, by model.Actor, id model.CannedID) error {
	defer d.texts.forget()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		c, err := tx.Canned(tx.Ctx, id)
		if err == nil {
			err = d.mayKeep(by, c.Shared, model.PermCanned)
		}
		if err != nil {
			return err
		}
		tx.Undoable(by, "canned", c.Title)
		if err := tx.DeleteCanned(tx.Ctx, id); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "canned", int64(id), model.CannedSaved{Canned: id, Name: c.Title, What: "deleted"})
		return err
	})
}

// maxPicked is how many entries a picker shows.
const maxPicked = 50

// PickCanned are the canned responses that fit the words, best and most used
// first, each filled for the ticket.
func (d *Desk) PickCanned(ctx context.Context, by model.Actor, id model.TicketID, words string) ([]model.CannedText, error) {
	t, err := d.db.Read().Ticket(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if !mayKeepTexts(by) {
		return nil, model.ErrDenied
	}
	all, _, err := d.texts.load(ctx, d.db.Read())
	if err != nil {
		return nil, err
	}
	type hit struct {
		c     model.Canned
		score int
	}
	var hits []hit
	for _, c := range all {
		if score := model.Fuzzy(words, c.Title, c.Category, c.Body()); score > 0 && c.UsableBy(by) {
			hits = append(hits, hit{c, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if a.score != b.score {
			return b.score - a.score
		}
		return b.c.Uses - a.c.Uses
	})
	f := d.filler(d.db.Read(), by, t)
	out := make([]model.CannedText, 0, min(len(hits), maxPicked))
	for _, h := range hits[:min(len(hits), maxPicked)] {
		text, err := f.canned(ctx, h.c)
		if err != nil {
			return nil, err
		}
		out = append(out, model.CannedText{Canned: h.c, Text: text})
	}
	return out, nil
}

// FillCanned is a canned response filled for a ticket, without noting its use.
func (d *Desk) FillCanned(ctx context.Context, by model.Actor, id model.TicketID, canned model.CannedID) (model.CannedText, error) {
	t, c, err := d.cannedFor(ctx, d.db.Read(), by, id, canned)
	if err != nil {
		return model.CannedText{}, err
	}
	text, err := d.filler(d.db.Read(), by, t).canned(ctx, c)
	return model.CannedText{Canned: c, Text: text}, err
}

// UseCanned fills a canned response for a ticket, puts its files into the
// actor's draft slot and counts the use. It gives the files that are new there.
func (d *Desk) UseCanned(ctx context.Context, by model.Actor, id model.TicketID, canned model.CannedID, slot string) (model.CannedText, []model.Attachment, error) {
	var out model.CannedText
	var files []model.Attachment
	defer d.texts.forget()
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		t, c, err := d.cannedFor(tx.Ctx, tx.Reader, by, id, canned)
		if err != nil {
			return err
		}
		out.Canned = c
		if out.Text, err = d.filler(tx.Reader, by, t).canned(tx.Ctx, c); err != nil {
			return err
		}
		files, err = d.takeCanned(tx, by, c, slot)
		return err
	})
	return out, files, err
}

// takeCanned counts a use and copies the files.
func (d *Desk) takeCanned(tx *store.Tx, by model.Actor, c model.Canned, slot string) ([]model.Attachment, error) {
	if err := tx.UseCanned(tx.Ctx, c.ID); err != nil || c.Files == 0 || slot == "" || len(slot) > 200 {
		return nil, err
	}
	files, err := tx.CopyCannedFiles(tx.Ctx, c.ID, by.OwnerKey(), slot)
	if err != nil {
		return nil, err
	}
	s, err := d.Settings(tx.Ctx)
	if err != nil {
		return nil, err
	}
	there, err := tx.Staged(tx.Ctx, by.OwnerKey(), slot)
	if err == nil && len(there) > s.Limits().Files {
		err = model.Refuse("attachments", "too_many_files", "Max", s.Limits().Files)
	}
	return files, err
}

func (d *Desk) cannedFor(ctx context.Context, r store.Reader, by model.Actor, id model.TicketID, canned model.CannedID) (model.Ticket, model.Canned, error) {
	t, err := r.Ticket(ctx, by, id)
	if err != nil {
		return t, model.Canned{}, err
	}
	if !mayKeepTexts(by) {
		return t, model.Canned{}, model.ErrDenied
	}
	c, err := r.Canned(ctx, canned)
	if err == nil && !c.UsableBy(by) || errors.Is(err, model.ErrNotFound) {
		return t, c, model.ErrNotFound
	}
	return t, c, err
}

// UsableCanned are the canned responses the actor may use.
func (d *Desk) UsableCanned(ctx context.Context, by model.Actor) ([]model.Canned, error) {
	if !mayKeepTexts(by) {
		return nil, model.ErrDenied
	}
	all, _, err := d.texts.load(ctx, d.db.Read())
	return slices.DeleteFunc(slices.Clone(all), func(c model.Canned) bool { return !c.UsableBy(by) }), err
}
