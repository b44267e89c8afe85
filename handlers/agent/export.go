package agent

import (
	"bufio"
	"context"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/safe"
	"escalated/text"
	"escalated/views/ui"
)

func exportRoutes(h *handler) []web.Route {
	return []web.Route{web.Get("agent/tickets/export.csv", web.Staff, h.ExportTickets).Streaming()}
}

// ExportTickets answers with a list of tickets as a table for other programs,
// written while it is read.
func (h *handler) ExportTickets(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.By(c)
	finding, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	query := map[string]string{}
	for k, v := range c.Context().QueryArgs().All() {
		query[string(k)] = string(v)
	}
	ids, err := h.desk.ExportList(finding, by, func(name string) string { return query[name] })
	if err != nil {
		return err
	}
	choices, err := h.desk.Choices(finding)
	if err != nil {
		return err
	}
	var fields []model.FieldDef
	for _, f := range choices.Fields {
		if f.Entity == model.FieldOfTicket && f.Active() {
			fields = append(fields, f)
		}
	}
	name := "tickets-" + h.desk.Now().Std().In(text.Zone(ctx)).Format("2006-01-02") + ".csv"
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, safe.Disposition("attachment", name))
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		_ = h.writeTable(ctx, by, w, ids, fields) // whoever went away reads no error
	})
	return nil
}

// writeTable writes the head and the rows, portion by portion.
func (h *handler) writeTable(ctx context.Context, by model.Actor, w *bufio.Writer, ids []model.TicketID, fields []model.FieldDef) error {
	if _, err := w.WriteString("\ufeff"); err != nil { // without it spreadsheets guess the encoding
		return err
	}
	table := csv.NewWriter(w)
	table.UseCRLF = true
	if err := table.Write(tableHead(ctx, fields)); err != nil {
		return err
	}
	for len(ids) > 0 {
		n := min(len(ids), model.ExportPortion)
		rows, err := h.desk.ExportRows(ctx, by, ids[:n])
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := table.Write(tableRow(ctx, row, fields)); err != nil {
				return err
			}
		}
		if table.Flush(); table.Error() != nil {
			return table.Error()
		}
		if err := w.Flush(); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// tableColumns are the columns of a table before those of custom fields.
var tableColumns = []string{
	"reference", "subject", "status", "priority", "type", "department", "assignee", "requester", "tags", "channel", "created", "updated", "activity", "waiting", "rating",
}

func tableHead(ctx context.Context, fields []model.FieldDef) []string {
	var out []string
	for _, c := range tableColumns {
		out = append(out, text.T(ctx, "export.col_"+c))
	}
	for _, f := range fields {
		out = append(out, model.Harmless(f.Title(text.Lang(ctx))))
	}
	return out
}

func tableRow(ctx context.Context, t model.ExportRow, fields []model.FieldDef) []string {
	when := func(at model.Time) string {
		if at == 0 || at >= model.Never {
			return ""
		}
		return at.Std().In(text.Zone(ctx)).Format("2006-01-02 15:04:05")
	}
	var tags []string
	for _, g := range t.Tags {
		tags = append(tags, g.Name)
	}
	rating := ""
	if t.Rating > 0 {
		rating = strconv.Itoa(t.Rating)
	}
	out := []string{
		t.Reference, t.Subject, ui.StatusNamed(ctx, t.StatusID, t.Status), text.T(ctx, "priority."+t.Priority.String()), text.T(ctx, "type."+t.Type.String()),
		t.DepartmentName, t.AssigneeName, t.RequesterName, strings.Join(tags, ", "), text.T(ctx, "channel."+t.Channel.String()),
		when(t.CreatedAt), when(t.UpdatedAt), when(t.CustomerAt), when(t.WaitingSince), rating,
	}
	for i := range out {
		out[i] = model.Harmless(out[i])
	}
	values := model.ReadRows(fields, t.Fields)
	for _, f := range fields {
		out = append(out, tableValue(ctx, f, values[f.ID]))
	}
	return out
}

// tableValue is the value of a field as programs read it: numbers and days
// plain, choices by their names.
func tableValue(ctx context.Context, f model.FieldDef, values []string) string {
	switch f.Kind {
	case model.CustomNumber, model.CustomDate:
		return strings.Join(values, ", ")
	}
	return model.Harmless(ui.FieldText(ctx, f, values))
}
