package admin

import (
	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

func jobRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("admin/jobs/", web.Staff, h.ListJobs).Needing(model.PermSettings),
		web.Page("admin/jobs/:id/", web.Staff, h.ShowJob).Needing(model.PermSettings),
		web.Post("admin/jobs/:id/run/", web.Staff, h.RunJob).Needing(model.PermSettings),
		web.Post("admin/jobs/parked/:outlet/:id/retry/", web.Staff, h.RetryParked).Needing(model.PermSettings),
	}
}

// ListJobs answers with what runs by the clock, and the queues behind the desk.
func (h *handler) ListJobs(c *fiber.Ctx) error {
	w, err := h.desk.Works(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.JobsPage(w))
}

// ShowJob answers with one job and its last runs.
func (h *handler) ShowJob(c *fiber.Ctx) error {
	name := web.Param(c, "id")
	job, err := h.desk.Job(c.UserContext(), web.By(c), name)
	if err != nil {
		return err
	}
	runs, err := h.desk.JobRuns(c.UserContext(), web.By(c), name)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.JobPage(job, runs, web.Now(c)))
}

// RunJob wants a job to run now.
func (h *handler) RunJob(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.AskJob(c.UserContext(), web.By(c), web.Param(c, "id")); err != nil {
		return err
	}
	web.Say(c, "ok", "jobs.asked")
	if next := web.Next(c, f.Text("next")); next != "" {
		return web.Done(c, next)
	}
	return web.Done(c, "admin/jobs/")
}

// RetryParked lets an outlet try an event again.
func (h *handler) RetryParked(c *fiber.Ctx) error {
	id, err := web.ID[model.EventID](c, "id")
	if err != nil {
		return err
	}
	err = h.desk.RetryParked(c.UserContext(), web.By(c), web.Param(c, "outlet"), id)
	switch {
	case model.Problems(err) != nil:
		web.Say(c, "error", "jobs.fails_again")
	case err != nil:
		return err
	default:
		web.Say(c, "ok", "jobs.unparked")
	}
	return web.Done(c, "admin/jobs/")
}
