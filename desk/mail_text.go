package desk

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"sync"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// PostOffice shows mails that nobody gets.
type PostOffice interface {
	// Kinds are all kinds of mail there are.
	Kinds() []model.MailKind
	// Sample is a made-up mail of a kind by the settings given.
	Sample(ctx context.Context, s model.Settings, d model.MailDraft) (model.MailShown, error)
}

// ShowsMail tells the desk who shows mails. It is told once, before the first
// request.
func (d *Desk) ShowsMail(p PostOffice) { d.mails.office = p }

// mailLook is what admins decided of mails, read once and kept until it changes:
// every mail needs it.
type mailLook struct {
	office PostOffice
	mu     sync.Mutex
	now    *model.MailLook
}

func (l *mailLook) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = nil
}

// MailLook is what admins decided of the look and the words of mails. Callers
// must not change it.
func (d *Desk) MailLook(ctx context.Context, by model.Actor) (*model.MailLook, error) {
	if by.Kind != model.KindMachine && !by.Can(model.PermSettings) {
		return nil, model.ErrDenied
	}
	return d.mailLook(ctx)
}

func (d *Desk) mailLook(ctx context.Context) (*model.MailLook, error) {
	d.mails.mu.Lock()
	defer d.mails.mu.Unlock()
	if d.mails.now != nil {
		return d.mails.now, nil
	}
	r := d.db.Read()
	texts, err := r.MailTexts(ctx)
	if err != nil {
		return nil, fmt.Errorf("load mail texts: %w", err)
	}
	l := &model.MailLook{Logos: map[model.LogoTheme]model.Logo{}, Texts: map[model.MailKind]map[string]model.MailText{}}
	for _, t := range texts {
		if l.Texts[t.Kind] == nil {
			l.Texts[t.Kind] = map[string]model.MailText{}
		}
		l.Texts[t.Kind][t.Locale] = t
	}
	logos, err := r.Logos(ctx)
	if err != nil {
		return nil, fmt.Errorf("load logos: %w", err)
	}
	for _, row := range logos {
		logo := model.Logo{File: row.ID}
		f, err := d.files.Open(ctx, [32]byte(row.SHA))
		if err != nil {
			continue // a mail without its logo is better than none
		}
		size, _, err := image.DecodeConfig(f)
		f.Close()
		if err != nil {
			continue
		}
		logo.Width, logo.Height = size.Width, size.Height
		l.Logos[row.Theme] = logo
	}
	d.mails.now = l
	return l, nil
}

// MailTexts lists all kinds of mail.
func (d *Desk) MailTexts(ctx context.Context, by model.Actor) ([]model.MailKindTexts, error) {
	if !by.Can(model.PermSettings) {
		return nil, model.ErrDenied
	}
	texts, err := d.db.Read().MailTexts(ctx)
	if err != nil || d.mails.office == nil {
		return nil, err
	}
	var out []model.MailKindTexts
	for _, k := range d.mails.office.Kinds() {
		row := model.MailKindTexts{Kind: k}
		for _, t := range texts {
			if t.Kind == k {
				row.Locales = append(row.Locales, t.Locale)
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// MailText is the admin's text of a kind in a language; without one it is
// empty and of version 0.
func (d *Desk) MailText(ctx context.Context, by model.Actor, kind model.MailKind, locale string) (model.MailText, error) {
	if err := d.mayWriteMail(by, kind, locale); err != nil {
		return model.MailText{}, err
	}
	t, err := d.db.Read().MailText(ctx, kind, locale)
	if errors.Is(err, model.ErrNotFound) {
		return model.MailText{Kind: kind, Locale: locale}, nil
	}
	return t, err
}

func (d *Desk) mayWriteMail(by model.Actor, kind model.MailKind, locale string) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	if d.mails.office == nil || !slices.Contains(d.mails.office.Kinds(), kind) || locale != "" && !knownLanguage(locale) {
		return model.ErrNotFound
	}
	return nil
}

func knownLanguage(code string) bool {
	return slices.ContainsFunc(text.Languages(), func(l text.Language) bool { return l.Code == code })
}

// SaveMailText keeps an admin's words for a kind of mail in a language.
func (d *Desk) SaveMailText(ctx context.Context, by model.Actor, in model.MailText) error {
	if err := d.mayWriteMail(by, in.Kind, in.Locale); err != nil {
		return err
	}
	version := in.Version
	in = in.Tidy()
	if err := in.Check().Err(); err != nil {
		return err
	}
	defer d.mails.forget()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		before, err := tx.MailText(tx.Ctx, in.Kind, in.Locale)
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			return err
		}
		if before.Version != version {
			return model.ErrConflict
		}
		if version > 0 && before.Subject == in.Subject && before.Body == in.Body {
			return nil
		}
		if err := tx.SaveMailText(tx.Ctx, in, by.ID); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "mail_text", 0, model.MailTextSaved{Mailing: in.Kind, Locale: in.Locale})
		return err
	})
}

// ResetMailText goes back to the built-in words.
func (d *Desk) ResetMailText(ctx context.Context, by model.Actor, kind model.MailKind, locale string, version int64) error {
	if err := d.mayWriteMail(by, kind, locale); err != nil {
		return err
	}
	defer d.mails.forget()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		before, err := tx.MailText(tx.Ctx, kind, locale)
		if errors.Is(err, model.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if before.Version != version {
			return model.ErrConflict
		}
		if _, err := tx.DropMailText(tx.Ctx, kind, locale); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "mail_text", 0, model.MailTextReset{Mailing: kind, Locale: locale})
		return err
	})
}

// PreviewMail is a made-up mail of a kind, with words, a colour, a footer and
// a logo that need not be saved. What is wrong with them comes beside it, and
// the mail then shows what is saved.
func (d *Desk) PreviewMail(ctx context.Context, by model.Actor, in model.MailDraft) (out model.MailShown, problems model.Invalid, err error) {
	if err := d.mayWriteMail(by, in.Kind, in.Locale); err != nil {
		return out, nil, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return out, nil, err
	}
	if in.Text != nil {
		t := in.Text.Tidy()
		t.Kind, t.Locale = in.Kind, in.Locale
		in.Text = &t
		if problems = t.Check(); len(problems) > 0 {
			in.Text = nil
		}
	}
	try := func(key string, value *string) {
		if value == nil {
			return
		}
		if err := s.Set(key, *value); err != nil {
			problems = append(problems, model.Problems(err)...)
		}
	}
	try("email_accent_color", in.Accent)
	try("email_footer_text", in.Footer)
	try("email_logo_url", in.Logo)
	out, err = d.mails.office.Sample(ctx, s, in)
	return out, problems, err
}

// SendSampleMail sends a made-up mail of a kind to the actor, through the queue
// that all mail goes through.
func (d *Desk) SendSampleMail(ctx context.Context, by model.Actor, in model.MailDraft) (address string, err error) {
	if err := d.mayWriteMail(by, in.Kind, in.Locale); err != nil {
		return "", err
	}
	draft := model.MailDraft{Kind: in.Kind, Locale: in.Locale}
	if in.Text != nil {
		t := in.Text.Tidy()
		t.Kind, t.Locale = in.Kind, in.Locale
		if err := t.Check().Err(); err != nil {
			return "", err
		}
		draft.Text = &t
	}
	me, err := d.db.Read().Person(ctx, by.ID)
	if err != nil {
		return "", err
	}
	if !model.ValidAddress(me.Email) {
		return "", model.Refuse("body", "email_required")
	}
	return me.Email, d.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.RecordAbout(tx.Ctx, by, "mail", 0, model.TestMailRequested{Address: me.Email, Draft: &draft})
		return err
	})
}
