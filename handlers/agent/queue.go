package agent

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func queueRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/tickets/:id/peek/", web.Staff, h.PeekTicket),
		web.Post("agent/preferences/list/", web.Staff, h.UpdateListPrefs),
	}
}

// ListTickets answers with a list of tickets as the URL says it. An exact
// reference in the search goes straight to its ticket. What a form has changed
// is answered by the address that says it, so that every list has one.
func (h *handler) ListTickets(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	get := func(name string) string { return web.Query(c, name) }
	if get("set") != "" {
		return h.changeFilter(c)
	}
	f, v, changed, err := h.desk.ListFor(ctx, by, get)
	if err != nil {
		return err
	}
	if typed, _ := model.ParseTyped(get("q")); len(typed) > 0 {
		return goToList(c, model.View{}, f)
	}
	q := view.Queue{Filter: f, View: v, Changed: changed, Me: by.ID, Edit: get("edit"), Partial: web.IsHTMX(c) && web.Target(c) == "list"}
	if q.Since, err = h.desk.LastEvent(ctx, model.System("live")); err != nil {
		return err
	}
	if q.Page, err = h.desk.Tickets(ctx, by, f); err != nil {
		return err
	}
	if q.Page.Jump != 0 {
		return web.Go(c, ticketPath(q.Page.Jump))
	}
	if err := h.furnish(c, &q); err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.QueuePage(q), "list", "display")
}

// furnish loads what stands around the rows of a list.
func (h *handler) furnish(c *fiber.Ctx, q *view.Queue) (err error) {
	ctx, by := c.UserContext(), web.By(c)
	if q.Side, err = h.sideAt(c, q.View); err != nil {
		return err
	}
	if v, ok := q.Side.Find(q.View.ID); ok { // with what the reader has made of it
		q.View.Hidden, q.View.Default = v.Hidden, v.Default
	}
	if q.Choices, err = h.choices(ctx); err != nil {
		return err
	}
	q.Can = view.QueueCan{
		Open: by.Can(model.PermTicketOpen), Edit: by.Can(model.PermTicketEdit), Assign: by.Can(model.PermTicketAssign), Tag: by.Can(model.PermTicketTag),
		Follow: by.Can(model.PermTicketFollow), Delete: by.Can(model.PermTicketDelete),
	}
	if q.Macros, err = h.desk.BulkMacros(ctx, by); err != nil {
		return err
	}
	if q.DueColumn, err = h.desk.SLAInForce(ctx); err != nil {
		return err
	}
	q.Columns = web.Who(c).Prefs.Columns
	if len(q.View.Columns) > 0 {
		q.Columns = q.View.Columns
	}
	q.Columns = model.CleanColumns(q.Columns)
	ids := make([]model.TicketID, len(q.Page.Rows))
	for i, t := range q.Page.Rows {
		ids[i] = t.ID
	}
	q.Marks, err = h.desk.RowMarks(ctx, by, ids, fieldColumns(q.Columns, q.Choices.Fields))
	return err
}

// fieldColumns are the added fields among the columns.
func fieldColumns(columns []string, fields []model.FieldDef) (ids []model.FieldID) {
	for _, f := range fields {
		if f.Entity == model.FieldOfTicket && f.Active() && slices.Contains(columns, model.ColumnField+f.Key) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// changeFilter puts what a chip's form says into the filter it was opened on.
func (h *handler) changeFilter(c *fiber.Ctx) error {
	base, err := url.ParseQuery(web.Query(c, "base"))
	if err != nil {
		base = url.Values{}
	}
	f, v, _, err := h.desk.ListFor(c.UserContext(), web.By(c), base.Get)
	if err != nil {
		return err
	}
	field := web.Query(c, "set")
	f = f.Without(field, web.Query(c, "was") == "not").With(field, web.Query(c, "not") != "", formWords(c)...)
	return goToList(c, v, f)
}

// formWords are the words of a chip's form: those ticked, those typed with
// commas, or the days between two.
func formWords(c *fiber.Ctx) (words []string) {
	if from, to := web.Query(c, "from"), web.Query(c, "to"); from != "" || to != "" {
		return []string{from + ".." + to}
	}
	for _, w := range web.QueryList(c, "w") {
		for part := range strings.SplitSeq(w, ",") {
			if part = strings.TrimSpace(part); part != "" {
				words = append(words, part)
			}
		}
	}
	return words
}

// goToList sends the browser to the one address of a list.
func goToList(c *fiber.Ctx, v model.View, f model.TicketFilter) error {
	to := "agent/tickets/"
	if s := model.Address(v, f); s != "" {
		to += "?" + s
	}
	return web.Go(c, to)
}

// UpdateListPrefs keeps columns and density, for the person or with a view of
// their own.
func (h *handler) UpdateListPrefs(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	columns := model.CleanColumns(f.List("columns[]"))
	back := web.Next(c, f.Text("next"))
	if back == "" {
		back = web.Path(c, "agent/tickets/")
	}
	if move := f.Text("move"); move != "" {
		way, column, _ := strings.Cut(move, ":")
		columns = moved(columns, column, way)
		back = withEdit(back, "display")
	}
	if f.Text("for") == "reset" {
		columns = nil
	}
	kept, err := h.keepColumns(ctx, by, f, columns)
	if err != nil {
		return err
	}
	err = h.desk.ChangePrefs(ctx, by, func(p *model.Prefs) {
		if !kept {
			p.Columns = columns
		}
		if d := f.Text("density"); d == "compact" || d == "comfortable" {
			p.Density = d
		}
	})
	if err != nil {
		return err
	}
	return web.Done(c, back)
}

// keepColumns keeps the columns with the view of the form, when it is the
// actor's own and they want it so, or it has columns of its own already.
func (h *handler) keepColumns(ctx context.Context, by model.Actor, f *web.Form, columns []string) (bool, error) {
	id := model.ViewID(f.Int("view"))
	if id <= 0 {
		return false, nil
	}
	v, err := h.desk.View(ctx, by, id)
	if err != nil || !v.CanEdit || v.OwnerID != by.ID || f.Text("for") != "view" && len(v.Columns) == 0 {
		return false, err
	}
	v.Columns = columns
	_, err = h.desk.SaveView(ctx, by, v)
	return err == nil, err
}

// withEdit opens a form of the list again.
func withEdit(path, field string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set("edit", field)
	u.RawQuery = q.Encode()
	return u.String()
}

// PeekTicket answers with a glance at a ticket, without marking it as read.
func (h *handler) PeekTicket(c *fiber.Ctx) error {
	id, ok, err := web.TicketID(c, "id")
	if !ok {
		return err
	}
	p, err := h.load(c.UserContext(), web.By(c), id, false)
	if err != nil {
		return err
	}
	if !web.IsHTMX(c) {
		if p.Side, err = h.side(c, ""); err != nil {
			return err
		}
	}
	return web.PageOr(c, fiber.StatusOK, view.PeekPage(p), "dialog")
}
