package admin

import (
	"context"
	"slices"
	"strconv"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// The shapes in which a mail is looked at.
const (
	AsDesktop   = "desktop"
	AsPhone     = "phone"
	AsDark      = "dark"
	AsPhoneDark = "phone_dark"
	AsPlain     = "plain"
)

var shapes = []string{AsDesktop, AsPhone, AsDark, AsPhoneDark, AsPlain}

// KnownShape reports whether a mail can be looked at in a shape.
func KnownShape(s string) bool { return slices.Contains(shapes, s) }

// Shown is a mail in the preview.
type Shown struct {
	As, Locale           string
	Key                  string // of its frame
	From, Subject, Plain string
	RTL                  bool
	Problems             model.Invalid // of what was typed: the mail then shows what is saved
}

// Theme is the one the shape shows.
func (s Shown) Theme() string {
	if s.As == AsDark || s.As == AsPhoneDark {
		return "dark"
	}
	return "light"
}

// Branding is the page of the look of mails.
type Branding struct {
	Values   map[string]string
	Logos    map[model.LogoTheme]model.Logo
	Accents  model.Accents
	Kinds    []model.MailKind
	Kind     model.MailKind
	Shown    Shown
	Problems model.Invalid
}

// MailText is the page of one kind of mail in one language.
type MailText struct {
	model.MailText
	Saved    int64 // version of what is saved; 0 is the built-in text
	Start    model.MailText
	Locales  []string // in which the kind is rewritten
	Shown    Shown
	Problems model.Invalid
	Stale    bool
	Sent     string // address a test mail went to
}

func kindName(ctx context.Context, k model.MailKind) string {
	return text.T(ctx, "mailing."+string(k))
}

func localeName(ctx context.Context, code string) string {
	for _, l := range text.Languages() {
		if l.Code == code {
			return l.Name
		}
	}
	return text.T(ctx, "mailtexts.all_languages")
}

func localePath(code string) string {
	if code == "" {
		return "any"
	}
	return code
}

func mailTextPath(ctx context.Context, k model.MailKind, locale, do string) string {
	p := "admin/mail-texts/" + string(k) + "." + localePath(locale) + "/"
	if do != "" {
		p += do + "/"
	}
	return ui.Path(ctx, p)
}

func mailKindOptions(ctx context.Context, kinds []model.MailKind) []ui.Option {
	var out []ui.Option
	for _, k := range kinds {
		out = append(out, ui.Option{Value: string(k), Label: kindName(ctx, k)})
	}
	return out
}

func languageOptions() []ui.Option {
	var out []ui.Option
	for _, l := range text.Languages() {
		out = append(out, ui.Option{Value: l.Code, Label: l.Name})
	}
	return out
}

func shapeOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range shapes {
		out = append(out, ui.Option{Value: s, Label: text.T(ctx, "branding.as_"+s)})
	}
	return out
}

// isolated is a colour that reads from the left in any sentence.
func isolated(c model.Colour) string { return "\u2066" + c.String() + "\u2069" }

// specimen is what type is shown with; it means nothing in any language.
const specimen = "Aa"

func ratio(r float64) string { return strconv.FormatFloat(float64(int(r*10))/10, 'f', 1, 64) }

// toCustomers are the mails that go to customers, guests and third parties.
func toCustomers(rows []model.MailKindTexts, customers bool) []model.MailKindTexts {
	var out []model.MailKindTexts
	for _, r := range rows {
		if r.Kind.ToCustomers() == customers {
			out = append(out, r)
		}
	}
	return out
}

// needed reports whether a mail of the kind is of no use without a part.
func needed(k model.MailKind, name string) bool {
	return slices.ContainsFunc(k.Needs(), func(set []string) bool { return set[0] == name })
}

func braces(name string) string { return "{{" + name + "}}" }

// tabName marks the languages in which a kind is rewritten.
func tabName(ctx context.Context, name, code string, rewritten []string) string {
	if slices.Contains(rewritten, code) {
		return name + " •"
	}
	return name
}
