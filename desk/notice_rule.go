package desk

import (
	"context"
	"slices"

	"escalated/model"
	"escalated/store"
)

// NoticeRules are what the desk tells whom and how.
func (d *Desk) NoticeRules(ctx context.Context, by model.Actor) (model.NoticeRules, error) {
	if !hasAccount(by) {
		return nil, model.ErrNotFound
	}
	return d.db.Read().NoticeRules(ctx)
}

// NoticeWays are how the actor wants to be told, and what the desk tells at all.
func (d *Desk) NoticeWays(ctx context.Context, by model.Actor) (model.NoticePrefs, model.NoticeRules, error) {
	if !by.Kind.Staff() {
		return nil, nil, model.ErrNotFound
	}
	return d.db.Read().NoticeWays(ctx, by.ID)
}

// SetNoticeRules sets what the desk tells whom and how: told is asked about
// each cell. Only what differs from the built-in way is kept. seen is the print
// of the rules that the form showed.
func (d *Desk) SetNoticeRules(ctx context.Context, by model.Actor, seen string, told func(model.NoticeCell) bool) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		old, err := tx.NoticeRules(tx.Ctx)
		if err != nil {
			return err
		}
		if seen != "" && seen != old.Print() {
			return model.ErrConflict
		}
		var next model.NoticeRules
		var e model.NoticeRulesSaved
		for _, c := range model.NoticeCells() {
			if c.Fixed {
				continue
			}
			on := told(c)
			if on != c.Wanted {
				next = append(next, model.NoticeSetting{Topic: c.Topic, Audience: c.Audience, Channel: c.Channel, Wanted: on})
			}
			switch was := old.Told(c.Topic, c.Audience, c.Channel); {
			case on && !was:
				e.On = append(e.On, c.Key())
			case was && !on:
				e.Off = append(e.Off, c.Key())
			}
		}
		if len(e.On)+len(e.Off) == 0 {
			return nil
		}
		if err := tx.SetNoticeRules(tx.Ctx, next); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "setting", 0, e)
		return err
	})
}

// MailChoices are a customer's choices about mail.
func (d *Desk) MailChoices(ctx context.Context, by model.Actor) (model.NoticePrefs, error) {
	if by.Kind != model.KindCustomer || !hasAccount(by) {
		return nil, model.ErrNotFound
	}
	return d.db.Read().NoticePrefs(ctx, by.ID)
}

// SetMailChoices sets about what a customer wants mail. Answers always come.
func (d *Desk) SetMailChoices(ctx context.Context, by model.Actor, wants func(model.Notice) bool) error {
	if by.Kind != model.KindCustomer || !hasAccount(by) {
		return model.ErrNotFound
	}
	var list model.NoticePrefs
	for _, n := range model.CustomerNotices() {
		if !wants(n) {
			list = append(list, model.NoticeChoice{Topic: n, Channel: model.ByMail})
		}
	}
	return d.db.Write(ctx, func(tx *store.Tx) error { return tx.SetNoticePrefs(tx.Ctx, by.ID, list) })
}

// SetQuiet sets in which hours the actor is left alone, nil for none, and
// whether mail that can wait comes gathered.
func (d *Desk) SetQuiet(ctx context.Context, by model.Actor, q *model.Quiet, digest string, at int) error {
	if !by.Kind.Staff() {
		return model.ErrNotFound
	}
	var p model.Invalid
	if q != nil {
		if q.From < 0 || q.From >= 24*60 {
			p.Add("from", "time_of_day")
		}
		if q.To < 0 || q.To >= 24*60 {
			p.Add("to", "time_of_day")
		}
		if q.From == q.To && !q.Weekend && len(p) == 0 {
			p.Add("to", "quiet_empty")
		}
		q.Through = slices.DeleteFunc(q.Through, func(n model.Notice) bool { return !slices.Contains(model.QuietThrough(), n) })
	}
	if !slices.Contains([]string{"", "hourly", "daily"}, digest) {
		p.Add("digest", "choice_invalid")
	}
	if at < 0 || at >= 24*60 {
		p.Add("digest_at", "time_of_day")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if digest == "daily" && at == 0 {
		at = 24 * 60
	}
	return d.ChangePrefs(ctx, by, func(prefs *model.Prefs) { prefs.Quiet, prefs.Digest, prefs.DigestAt = q, digest, at })
}
