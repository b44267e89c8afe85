package desk

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// filler fills texts for one ticket. What it needs to know is read when the
// first text asks for it.
type filler struct {
	d         *Desk
	r         store.Reader
	by        model.Actor
	t         model.Ticket
	requester *model.Person
	vars      map[string]model.Vars // by language
	fields    []store.FieldRow
	asked     bool
}

func (d *Desk) filler(r store.Reader, by model.Actor, t model.Ticket) *filler {
	return &filler{d: d, r: r, by: by, t: t, vars: map[string]model.Vars{}}
}

// FillText fills the variables of a text for a ticket the actor sees.
func (d *Desk) FillText(ctx context.Context, by model.Actor, id model.TicketID, body string) (string, error) {
	t, err := d.db.Read().Ticket(ctx, by, id)
	if err != nil {
		return "", err
	}
	return d.filler(d.db.Read(), by, t).fill(ctx, body)
}

// filled is body filled for a ticket, inside a transaction.
func (d *Desk) filled(ctx context.Context, tx *store.Tx, by model.Actor, t model.Ticket, body string) (string, error) {
	if !strings.Contains(body, "{{") {
		return body, nil
	}
	return d.filler(tx.Reader, by, t).fill(ctx, body)
}

// languages are those in which the ticket is best answered: its own, the
// requester's, the writer's.
func (f *filler) languages(ctx context.Context) ([]string, error) {
	if f.requester == nil {
		p, err := f.r.Person(ctx, f.t.RequesterID)
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			return nil, err
		}
		f.requester = &p
	}
	return []string{f.t.Locale, f.requester.Locale, text.Lang(ctx)}, nil
}

// canned is a canned response in the best language, filled.
func (f *filler) canned(ctx context.Context, c model.Canned) (string, error) {
	langs, err := f.languages(ctx)
	if err != nil {
		return "", err
	}
	return f.fill(ctx, c.Body(langs...))
}

func (f *filler) fill(ctx context.Context, body string) (string, error) {
	if !strings.Contains(body, "{{") {
		return body, nil
	}
	langs, err := f.languages(ctx)
	if err != nil {
		return "", err
	}
	lang := text.Lang(ctx)
	for _, l := range langs {
		if l != "" {
			lang = l
			break
		}
	}
	vars, err := f.values(ctx, lang)
	if err != nil {
		return "", err
	}
	if strings.Contains(body, "ticket.field.") {
		if err := f.addFields(ctx, vars, lang); err != nil {
			return "", err
		}
	}
	return model.Fill(body, vars), nil
}

// values are the variables every ticket has, with words in a language.
func (f *filler) values(ctx context.Context, lang string) (model.Vars, error) {
	if v := f.vars[lang]; v != nil {
		return v, nil
	}
	choices, err := f.d.Choices(ctx)
	if err != nil {
		return nil, err
	}
	s, err := f.d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	words := text.In(lang)
	status := model.StatusByID(choices.Statuses, f.t.StatusID, f.t.Status).CustomerName(lang)
	if status == "" {
		status = words.T("customer_status." + f.t.Status.Customer())
	}
	department := ""
	for _, d := range choices.Departments {
		if d.ID == f.t.DepartmentID {
			department = d.Name
		}
	}
	v := model.Vars{
		"ticket.reference": f.t.Reference, "ticket.subject": f.t.Subject, "ticket.status": status, "ticket.priority": words.T("priority." + f.t.Priority.String()),
		"requester.name": f.requester.Name, "requester.first_name": model.FirstName(f.requester.Name), "requester.email": f.requester.Email,
		"agent.name": f.by.Name, "agent.first_name": model.FirstName(f.by.Name), "department.name": department, "desk.name": s.DeskName,
	}
	f.vars[lang] = v
	return v, nil
}

// addFields adds the custom fields of the ticket: ticket.field.KEY.
func (f *filler) addFields(ctx context.Context, vars model.Vars, lang string) (err error) {
	if !f.asked {
		f.asked = true
		if f.fields, err = f.r.FieldRows(ctx, f.t.ID); err != nil {
			return err
		}
	}
	values := model.Vars{}
	for _, row := range f.fields {
		name := "ticket.field." + row.Key
		if words := fieldWords(row, text.In(lang)); values[name] == "" {
			values[name] = words
		} else if words != "" {
			values[name] += ", " + words
		}
	}
	for name, v := range values {
		vars[name] = v
	}
	return nil
}

// fieldWords is one value of a custom field as people read it.
func fieldWords(row store.FieldRow, words text.Words) string {
	switch {
	case row.Option != "":
		return optionName(row, row.Option, words.Lang())
	case row.Text != nil && row.Kind == "select":
		return optionName(row, *row.Text, words.Lang())
	case row.Text != nil:
		return *row.Text
	case row.Num == nil:
		return ""
	case row.Kind == "date":
		return words.Date(time.Unix(int64(*row.Num)*86400, 0).UTC())
	case row.Kind == "checkbox" && *row.Num == 0:
		return words.T("canned.no")
	case row.Kind == "checkbox":
		return words.T("canned.yes")
	}
	return strconv.FormatFloat(*row.Num, 'f', -1, 64)
}

func optionName(row store.FieldRow, key, lang string) string {
	var options []struct {
		Key   string
		Label model.Localized
	}
	if json.Unmarshal([]byte(row.Options), &options) == nil {
		for _, o := range options {
			if o.Key == key && o.Label.In(lang) != "" {
				return o.Label.In(lang)
			}
		}
	}
	return key
}

// FieldKeys are the keys of the custom fields of tickets, for menus of
// variables.
func (d *Desk) FieldKeys(ctx context.Context, by model.Actor) ([]string, error) {
	if !by.Staff() {
		return nil, model.ErrDenied
	}
	return d.db.Read().FieldKeys(ctx)
}

func init() {
	draftFields = append(draftFields, func(in *model.NewReply, f model.DraftFields) { in.Blanks = in.Blanks || f["blanks"] == "1" })
}

// checkBlanks refuses a reply of the staff in which a blank is still open,
// unless its writer has been told and wants it so.
func checkBlanks(by model.Actor, in model.NewReply) error {
	if !by.Staff() || by.Via == model.Email || in.Imported || in.Blanks {
		return nil
	}
	if name := model.OpenBlank(in.Body); name != "" {
		return model.Refuse("body", "blank_left", "Name", name)
	}
	return nil
}

// SampleText fills a text as for a made-up ticket, in words of a language, and
// names the variables in it that mean nothing.
func (d *Desk) SampleText(ctx context.Context, by model.Actor, lang, body string) (sample string, unknown []string, err error) {
	if !mayKeepTexts(by) {
		return "", nil, model.ErrDenied
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return "", nil, err
	}
	fields, err := d.db.Read().FieldKeys(ctx)
	if err != nil {
		return "", nil, err
	}
	words := text.From(ctx)
	if lang != "" {
		words = text.In(lang)
	}
	name := words.T("canned.sample_name")
	vars := model.Vars{
		"ticket.reference": model.Reference(s.TicketReferencePrefix, 1042), "ticket.subject": words.T("canned.sample_subject"),
		"ticket.status": words.T("customer_status.in_progress"), "ticket.priority": words.T("priority.medium"),
		"requester.name": name, "requester.first_name": model.FirstName(name), "requester.email": "sarah@example.com",
		"agent.name": by.Name, "agent.first_name": model.FirstName(by.Name), "department.name": words.T("canned.sample_department"), "desk.name": s.DeskName,
	}
	for _, f := range fields {
		vars["ticket.field."+f] = words.T("canned.sample_field")
	}
	return model.Fill(body, vars), model.UnknownVariables(body, fields), nil
}
