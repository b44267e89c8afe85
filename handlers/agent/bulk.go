package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

func bulkRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Post("agent/tickets/bulk/", web.Staff, h.ChangeMany),
		web.Page("agent/bulk/:id/", web.Staff, h.ShowBulk),
		web.Post("agent/bulk/:id/stop/", web.Staff, h.StopBulk),
	}
}

// bulkPath is the page of a change of many tickets, below the prefix.
func bulkPath(id model.BulkID) string { return "agent/bulk/" + strconv.FormatInt(int64(id), 10) + "/" }

// ChangeMany does one or several actions to the tickets of a form or of a body
// in JSON.
func (h *handler) ChangeMany(c *fiber.Ctx) error {
	if web.SendsJSON(c) {
		return h.changeManyJSON(c)
	}
	web.Slot(c, "list-msg")
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	req := model.BulkRequest{Query: f.Text("query"), All: f.Bool("all")}
	for _, v := range f.List("ticket_ids[]") {
		id, ok := web.ParseID[model.TicketID](v)
		if !ok {
			return model.Refuse("ticket_ids", "choice_invalid")
		}
		req.Tickets = append(req.Tickets, id)
	}
	for _, do := range f.List("do") {
		kind, value, _ := strings.Cut(do, ":")
		if value == "" {
			value = strings.Join(slices.Concat(f.List(kind), f.List("value"), f.List("value[]")), ",")
		}
		req.Actions = append(req.Actions, bulkAction(kind, value))
	}
	if kind := f.Text("action"); kind != "" {
		req.Actions = append(req.Actions, bulkAction(kind, strings.Join(f.List("value[]"), ",")))
	}
	job, err := h.desk.Bulk(c.UserContext(), web.By(c), req)
	if problems := model.Problems(err); len(problems) > 0 && !web.IsHTMX(c) && len(req.Tickets) <= model.BulkNamed {
		web.Say(c, "warn", "errors."+problems[0].Key, problems[0].Args...)
		return web.Done(c, web.Back(c, "agent/tickets/"))
	}
	if err != nil {
		return err
	}
	return h.changedMany(c, job)
}

// bulkAction reads an action by its own name, or by the short one of the
// queue's form.
func bulkAction(kind, value string) model.Action {
	switch kind {
	case "status":
		kind = string(model.ActStatus)
	case "priority":
		kind = string(model.ActPriority)
	case "type":
		kind = string(model.ActType)
	case "department":
		kind = string(model.ActDepartment)
	case "tag":
		kind = string(model.ActAddTags)
	case "close":
		kind, value = string(model.ActStatus), model.Closed.String()
	}
	return model.Action{Type: model.ActionType(kind), Value: value}
}

// changedMany tells what was done, and shows the list again where it stands.
func (h *handler) changedMany(c *fiber.Ctx, job model.BulkJob) error {
	if !job.Over() {
		web.Say(c, "ok", "bulk.begun")
		return web.Done(c, bulkPath(job.ID))
	}
	kind, undo, show, more := "ok", "", "", ""
	if job.Set != 0 {
		undo = undoPath(job.Set)
	}
	if job.Left() > 0 {
		kind, show, more = "warn", bulkPath(job.ID), view.BulkMore(c.UserContext())
	}
	web.SayMore(c, kind, view.BulkSummary(c.UserContext(), job), undo, show, more)
	to := web.Back(c, "agent/tickets/")
	path, _, _ := strings.Cut(to, "?")
	if !web.IsHTMX(c) || path != web.Path(c, "agent/tickets/") {
		return web.Done(c, to)
	}
	web.Trigger(c, "list:changed", true)
	there, err := json.Marshal(map[string]string{"path": to, "target": "#list", "select": "#list", "swap": "outerHTML", "push": "false"})
	if err != nil {
		return fmt.Errorf("say where the list is: %w", err)
	}
	c.Set("HX-Location", string(there))
	return web.Nothing(c)
}

// bulkBody is a change of many tickets in JSON.
type bulkBody struct {
	Action  string           `json:"action"`
	Value   json.RawMessage  `json:"value"`
	Actions []model.Action   `json:"actions"`
	Tickets []model.TicketID `json:"ticket_ids"`
	All     bool             `json:"all"`
	Query   string           `json:"query"`
}

// words is the value of the body, which may be a word, a number or a list.
func (b bulkBody) words() string {
	var one any
	if len(b.Value) == 0 || json.Unmarshal(b.Value, &one) != nil || one == nil {
		return ""
	}
	list, ok := one.([]any)
	if !ok {
		list = []any{one}
	}
	out := make([]string, len(list))
	for i, v := range list {
		if n, ok := v.(float64); ok {
			v = strconv.FormatInt(int64(n), 10)
		}
		out[i] = fmt.Sprint(v)
	}
	return strings.Join(out, ",")
}

// bulkAnswer is what came of it, in JSON.
type bulkAnswer struct {
	Succeeded int               `json:"succeeded"`
	Unchanged int               `json:"unchanged"` // of these, those that were so already
	Failed    []bulkFailure     `json:"failed"`
	Total     int               `json:"total"`
	Job       model.BulkID      `json:"job"`
	State     model.BulkState   `json:"state"`
	Set       model.ChangeSetID `json:"change_set,omitempty"`
}

type bulkFailure struct {
	ID     model.TicketID `json:"id"`
	Reason string         `json:"reason"`
}

func (h *handler) changeManyJSON(c *fiber.Ctx) error {
	var b bulkBody
	if err := web.ReadJSON(c, &b); err != nil {
		return err
	}
	req := model.BulkRequest{Tickets: b.Tickets, All: b.All, Query: b.Query, Actions: b.Actions}
	if b.Action != "" {
		req.Actions = append(req.Actions, bulkAction(b.Action, b.words()))
	}
	job, err := h.desk.Bulk(c.UserContext(), web.By(c), req)
	if err != nil {
		return err
	}
	status := fiber.StatusOK
	if !job.Over() {
		status = fiber.StatusAccepted
	}
	a := bulkAnswer{Succeeded: job.Changed + job.Same, Unchanged: job.Same, Failed: []bulkFailure{}, Total: job.Total, Job: job.ID, State: job.State, Set: job.Set}
	for _, s := range job.Skipped {
		for _, t := range s.Tickets {
			a.Failed = append(a.Failed, bulkFailure{ID: t.ID, Reason: s.Reason})
		}
	}
	return web.JSON(c, status, a)
}

// ShowBulk answers with what has come of a change of many tickets.
func (h *handler) ShowBulk(c *fiber.Ctx) error {
	id, err := web.ID[model.BulkID](c, "id")
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	since, err := h.desk.LastEvent(ctx, model.System("live"))
	if err != nil {
		return err
	}
	job, err := h.desk.BulkJob(ctx, web.By(c), id)
	if err != nil {
		return err
	}
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.BulkPage(view.Bulk{Side: side, Job: job, Since: since}))
}

// StopBulk ends a change of many tickets that is running.
func (h *handler) StopBulk(c *fiber.Ctx) error {
	id, err := web.ID[model.BulkID](c, "id")
	if err != nil {
		return err
	}
	if err := h.desk.StopBulk(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	web.Say(c, "ok", "bulk.stopped")
	return web.Done(c, bulkPath(id))
}

// The topic "job:ID" is the progress of a change of many tickets, for its owner.

func (h *handler) mayFollowBulk(ctx context.Context, by model.Actor, arg string) error {
	id, ok := web.ParseID[model.BulkID](arg)
	if !ok {
		return model.ErrNotFound
	}
	_, err := h.desk.BulkJob(ctx, by, id)
	return err
}

func wantsBulk(_ model.Actor, arg string, r model.Record) bool {
	return r.Kind == "bulk.moved" && strconv.FormatInt(r.SubjectID, 10) == arg
}

func (h *handler) renderBulk(ctx context.Context, by model.Actor, arg string, _ []model.Record) (string, error) {
	id, _ := web.ParseID[model.BulkID](arg)
	job, err := h.desk.BulkJob(ctx, by, id)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := view.BulkProgress(job, true).Render(ctx, &b); err != nil {
		return "", fmt.Errorf("render progress: %w", err)
	}
	return b.String(), nil
}
