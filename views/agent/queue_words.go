package agent

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// Queue is a list of tickets.
type Queue struct {
	Side    Side
	Filter  model.TicketFilter
	View    model.View // the view it began with; without an id: none
	Changed bool       // it is not the view's list any more
	Page    model.TicketPage
	Marks   map[model.TicketID]model.RowMarks
	Columns []string // as chosen; none: the desk's
	Choices Choices
	Me      model.PersonID
	Can     QueueCan
	Edit    string // the field whose form is open, or "display"
	Partial bool   // the answer to a page that has the rest
	Since   model.EventID
	Macros  []model.MacroView // for the chosen rows

	DueColumn bool // there are promises: lists show by default what is due
}

// QueueCan is what the actor may do to the rows of a list.
type QueueCan struct {
	Open, Edit, Assign, Tag, Follow, Delete bool
}

func escape(s string) string { return url.QueryEscape(s) }

// addQuery sets one parameter of a path.
func addQuery(path, name, value string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + name + "=" + url.QueryEscape(value)
}

// query is the list as it is, without the page: what a view keeps.
func (q Queue) query() string {
	f := q.Filter
	f.Page, f.PerPage = 0, 0
	return f.Encode()
}

// state is the query of the list's address, without the page.
func (q Queue) state() string { return model.Address(q.View, q.Filter) }

// path is where another filter of the same view is.
func (q Queue) path(ctx context.Context, f model.TicketFilter) string {
	p := ui.Path(ctx, "agent/tickets/")
	if s := model.Address(q.View, f); s != "" {
		return p + "?" + s
	}
	return p
}

// place names the list for the pages of its tickets: by the id of the view
// when that says all, else by the query.
func (q Queue) place() string {
	f := q.Filter
	f.PerPage = 0
	s := model.Address(q.View, f)
	if id, ok := strings.CutPrefix(s, "view="); ok && !strings.Contains(id, "&") {
		return id
	}
	return s
}

// unassigned is how many open tickets nobody has taken.
func (q Queue) unassigned() int {
	v, _ := q.Side.Find(model.ViewUnassigned)
	return max(0, v.Count)
}

// field is a field of tickets that an admin added.
func (q Queue) field(key string) (model.FieldDef, bool) {
	for _, f := range q.Choices.Fields {
		if f.Key == key && f.Entity == model.FieldOfTicket {
			return f, true
		}
	}
	return model.FieldDef{}, false
}

// fieldName is what a field or a column is called.
func fieldName(ctx context.Context, q Queue, name string) string {
	if key, ok := strings.CutPrefix(name, model.CustomField); ok {
		if f, ok := q.field(key); ok {
			return f.Title(text.Lang(ctx))
		}
		return key
	}
	return text.T(ctx, "agent.field_"+name)
}

// termLabel is a condition in words: "Status: Open, In progress".
func termLabel(ctx context.Context, q Queue, t model.Term) string {
	words := make([]string, len(t.Words))
	for i, w := range t.Words {
		words[i] = termWord(ctx, q, t.Field, w)
	}
	key := "queue.term"
	if t.Not {
		key = "queue.term_not"
	}
	return text.T(ctx, key, "Field", fieldName(ctx, q, t.Field), "Words", strings.Join(words, ", "))
}

// termWord is a word of a condition as people read it.
func termWord(ctx context.Context, q Queue, field, w string) string {
	switch field {
	case "status":
		return statusTerm(ctx, w)
	case "priority":
		return text.T(ctx, "priority."+w)
	case "type":
		return text.T(ctx, "type."+w)
	case "channel":
		return text.T(ctx, "channel."+w)
	case "sla":
		return text.T(ctx, "queue.sla_"+w)
	case "has":
		return text.T(ctx, "queue.has_attachment")
	case "snoozed":
		return text.T(ctx, "queue.asleep_"+w)
	case "assignee", "requester", "following", "mentioned":
		return q.personWord(ctx, w)
	case "department":
		return q.departmentWord(ctx, w)
	case "tag":
		return q.tagWord(ctx, w)
	case "created", "updated", "waiting":
		return spanWord(ctx, w)
	}
	if key, ok := strings.CutPrefix(field, model.CustomField); ok {
		return q.customWord(ctx, key, w)
	}
	if w == "none" {
		return text.T(ctx, "queue.none")
	}
	return w
}

func statusTerm(ctx context.Context, w string) string {
	switch w {
	case "any":
		return text.T(ctx, "agent.status_any")
	case "deleted":
		return text.T(ctx, "agent.list_bin")
	}
	return ui.StatusKeyed(ctx, w)
}

func (q Queue) personWord(ctx context.Context, w string) string {
	switch w {
	case "me":
		return text.T(ctx, "agent.me")
	case "none":
		return text.T(ctx, "agent.nobody")
	}
	for _, p := range q.Choices.Agents {
		if idWord(p.ID) == w {
			return p.Display()
		}
	}
	for _, t := range q.Page.Rows { // who asks stands beside their tickets
		if idWord(t.RequesterID) == w {
			return t.RequesterName
		}
	}
	if _, err := strconv.ParseInt(w, 10, 64); err == nil {
		return "#" + w
	}
	return w
}

func (q Queue) departmentWord(ctx context.Context, w string) string {
	if w == "none" {
		return text.T(ctx, "agent.no_department")
	}
	for _, d := range q.Choices.Departments {
		if idWord(d.ID) == w {
			return d.Name
		}
	}
	return w
}

func (q Queue) tagWord(ctx context.Context, w string) string {
	if w == "none" {
		return text.T(ctx, "agent.no_tags")
	}
	for _, g := range q.Choices.Tags {
		if idWord(g.ID) == w {
			return g.Name
		}
	}
	return w
}

// spanWord is a stretch of time: as typed, but for the words.
func spanWord(ctx context.Context, w string) string {
	switch w {
	case "today":
		return text.T(ctx, "queue.today")
	case "none":
		return text.T(ctx, "queue.waiting_none")
	case "any":
		return text.T(ctx, "queue.waiting_any")
	}
	return "\u2068" + strings.ReplaceAll(w, "..", " – ") + "\u2069"
}

func (q Queue) customWord(ctx context.Context, key, w string) string {
	f, _ := q.field(key)
	switch {
	case w == "none":
		return text.T(ctx, "queue.none")
	case f.Kind == model.CustomCheckbox:
		return yesNo(ctx, w == "yes" || w == "1")
	case f.Kind.Choice():
		if o, ok := f.Option(w); ok {
			return o.Title(text.Lang(ctx))
		}
	}
	return w
}

func yesNo(ctx context.Context, yes bool) string {
	if yes {
		return text.T(ctx, "queue.yes")
	}
	return text.T(ctx, "queue.no")
}

// options are what the value of a field is chosen from.
func (q Queue) options(ctx context.Context, f model.FilterField) []ui.Option {
	var out []ui.Option
	add := func(words ...string) {
		for _, w := range words {
			out = append(out, ui.Option{Value: w, Label: termWord(ctx, q, f.Field, w)})
		}
	}
	switch f.Kind {
	case model.FilterPerson:
		add("me")
		if slices.Contains(f.Ops, model.OpEmpty) {
			add("none")
		}
		for _, p := range q.Choices.Agents {
			if p.ID != q.Me {
				add(idWord(p.ID))
			}
		}
	case model.FilterDepartment:
		add("none")
		for _, d := range q.Choices.Departments {
			add(idWord(d.ID))
		}
	case model.FilterTag:
		add("none")
		for _, g := range q.Choices.Tags {
			add(idWord(g.ID))
		}
	case model.FilterCustom:
		d, _ := q.field(strings.TrimPrefix(f.Field, model.CustomField))
		if d.Kind == model.CustomCheckbox {
			add("yes", "no")
			break
		}
		for _, o := range d.Options {
			if !o.Archived {
				add(o.Key)
			}
		}
		add("none")
	default:
		if f.Field == "status" {
			return statusChoices(ctx)
		}
		add(f.Words...)
	}
	return out
}

// statusChoices are the statuses in the desk's order.
func statusChoices(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, d := range ui.Statuses(ctx) {
		if d.Active() {
			out = append(out, ui.Option{Value: d.Key, Label: ui.StatusName(ctx, d)})
		}
	}
	return out
}

// withChosen adds what is chosen and not offered any more.
func withChosen(ctx context.Context, q Queue, f model.FilterField, t model.Term) []ui.Option {
	out := q.options(ctx, f)
	for _, w := range t.Words {
		known := slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == w })
		if !known && w != "any" && w != "deleted" {
			out = append(out, ui.Option{Value: w, Label: termWord(ctx, q, f.Field, w)})
		}
	}
	return out
}
