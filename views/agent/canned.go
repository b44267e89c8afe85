package agent

import (
	"context"
	"strings"

	"escalated/model"
	"escalated/text"
	"escalated/views/layout"
	"escalated/views/ui"
)

// Keep says where a set of pages for texts or macros stands: among those of
// the administration, or an agent's own.
type Keep struct {
	Admin bool
	Base  string // path of the list
	Side  Side
}

// CannedPick is what there is to insert into an answer to a ticket.
type CannedPick struct {
	Side   Side
	Ticket model.Ticket
	List   []model.CannedText
	Query  string
}

// CannedList is the list of canned responses somebody keeps.
type CannedList struct {
	Keep
	List       []model.Canned
	Categories []string
	Query      string
	Category   string
	Scope      model.Sharing
}

// CannedForm is the form of one canned response.
type CannedForm struct {
	Keep
	model.Canned
	Kept        []model.Attachment // files it has
	Staged      []model.Attachment // files added in this form
	Slot, Op    string
	Limits      model.Limits
	Departments []model.Department // it may be shared with
	CanAll      bool
	Categories  []string
	Fields      []string // keys of custom fields
	Preview     []CannedPreview
	Problems    model.Invalid
	Stale       bool
}

// CannedPreview is a text as a customer would read it.
type CannedPreview struct {
	Language string
	Body     string
	Unknown  []string // variables that mean nothing
}

// maxKept is how many rows the lists of texts and macros show.
const maxKept = 200

// cannedLanguages are those the form has a field for: any, those the desk
// speaks, and others there is a text in already.
func cannedLanguages(c model.Canned) []string {
	out := []string{""}
	for _, l := range text.Languages() {
		out = append(out, l.Code)
	}
	for _, l := range c.Languages() {
		known := false
		for _, have := range out {
			known = known || have == l
		}
		if !known {
			out = append(out, l)
		}
	}
	return out
}

func languageName(ctx context.Context, code string) string {
	if code == "" {
		return text.T(ctx, "canned.any_language")
	}
	for _, l := range text.Languages() {
		if l.Code == code {
			return l.Name
		}
	}
	return code
}

// bodyField names the field of a language's text.
func bodyField(lang string) string {
	if lang == "" {
		return "body"
	}
	return "body_" + lang
}

func scopeOptions(ctx context.Context, all, departments bool) []ui.Option {
	var out []ui.Option
	for _, s := range model.Sharings() {
		if s == model.ShareAll && !all || s == model.ShareDepartment && !departments {
			continue
		}
		out = append(out, ui.Option{Value: string(s), Label: text.T(ctx, "canned.scope_"+string(s)), Hint: text.T(ctx, "canned.scope_"+string(s)+"_what")})
	}
	return out
}

func scopeName(ctx context.Context, s model.Shared) string {
	if s.Scope == model.ShareDepartment && s.DepartmentName != "" {
		return s.DepartmentName
	}
	return text.T(ctx, "canned.scope_"+string(s.Scope))
}

func keepDepartments(list []model.Department) []ui.Option {
	var out []ui.Option
	for _, d := range list {
		out = append(out, ui.Option{Value: num(d.ID), Label: d.Name})
	}
	return out
}

// languagesOf says in which languages there is a text.
func languagesOf(ctx context.Context, c model.Canned) string {
	var out []string
	for _, l := range c.Languages() {
		out = append(out, languageName(ctx, l))
	}
	return strings.Join(out, text.T(ctx, "macros.comma"))
}

func asKept(p layout.Page, item string) layout.Page {
	p.Item = item
	return p
}

func asOwn(ctx context.Context, p layout.Page, k Keep) layout.Page {
	p.Nav, p.Side, p.SideLabel = "tickets", sideBar(k.Side), text.T(ctx, "agent.views")
	return p
}

func cannedUse(ctx context.Context, id model.TicketID, canned model.CannedID) string {
	return ticketPath(ctx, id, "canned/"+num(canned)+"/")
}

// clip is the beginning of a text with its lines.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

// openBlank reports whether a message was refused for a blank nobody filled.
func openBlank(problems model.Invalid) bool {
	for _, p := range problems {
		if p.Key == "blank_left" {
			return true
		}
	}
	return false
}
