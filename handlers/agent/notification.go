package agent

import (
	"context"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
	view "escalated/views/agent"
)

func notificationRoutes(h *handler) []web.Route {
	return []web.Route{
		web.Page("agent/notifications/", web.Staff, h.ListNotifications),
		web.Post("agent/notifications/read/", web.Staff, h.ReadNotifications),
		web.Page("agent/profile/notifications/", web.Staff, h.ShowNoticePrefs),
		web.Post("agent/profile/notifications/", web.Staff, h.UpdateNoticePrefs),
		web.Post("agent/profile/notifications/quiet/", web.Staff, h.UpdateQuiet),
	}
}

// ListNotifications answers with what the actor was told, by ticket.
func (h *handler) ListNotifications(c *fiber.Ctx) error {
	rows, err := h.desk.Notifications(c.UserContext(), web.By(c))
	if err != nil {
		return err
	}
	side, err := h.side(c, "notifications")
	if err != nil {
		return err
	}
	return web.PageOr(c, fiber.StatusOK, view.NotificationsPage(view.Notifications{Side: side, Groups: model.Grouped(rows), Prefs: web.Who(c).Prefs}), "notifications")
}

// ReadNotifications marks notifications as read: those named, or all.
func (h *handler) ReadNotifications(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	ids := []model.NotificationID{}
	for _, w := range f.List("ids[]") {
		if id, ok := web.ParseID[model.NotificationID](w); ok {
			ids = append(ids, id)
		}
	}
	if f.Has("all") {
		ids = nil
	}
	if err := h.desk.ReadNotifications(c.UserContext(), web.By(c), ids); err != nil {
		return err
	}
	return web.Done(c, "agent/notifications/")
}

// UpdateNoticePrefs sets how the actor wants to be told.
func (h *handler) UpdateNoticePrefs(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.By(c)
	if f.Has("browser") { // switched by a button beside the matrix
		on := f.Bool("browser")
		if err := h.desk.ChangePrefs(ctx, by, func(p *model.Prefs) { p.Notices = on }); err != nil {
			return err
		}
		return web.Done(c, "agent/profile/notifications/")
	}
	if err := h.desk.SetNoticePrefs(ctx, by, func(t model.Notice, channel string) bool { return f.Bool(string(t) + "_" + channel) }); err != nil {
		return err
	}
	web.Say(c, "ok", "notice.saved")
	return web.Done(c, "agent/profile/notifications/")
}

// mayFollowMe: everybody of the staff follows themselves, nobody somebody else.
func mayFollowMe(_ context.Context, by model.Actor, arg string) error {
	if !by.Kind.Staff() || arg != "" {
		return model.ErrNotFound
	}
	return nil
}

func wantsMe(by model.Actor, _ string, r model.Record) bool {
	return r.Kind == live.KindNotice && r.SubjectID == int64(by.ID)
}

// renderMe brings the bell up to date, and shows what is new since the oldest
// of the records.
func (h *handler) renderMe(ctx context.Context, by model.Actor, arg string, records []model.Record) (string, error) {
	since := model.EventID(0)
	for _, r := range records {
		if first := model.EventID(r.Version); first != 0 && (since == 0 || first-1 < since) {
			since = first - 1
		}
	}
	if since == 0 { // something was read, and nothing came
		since = 1 << 62
	}
	return h.meNow(ctx, by, arg, since)
}

func (h *handler) meNow(ctx context.Context, by model.Actor, _ string, since model.EventID) (string, error) {
	n, err := h.desk.NotificationNews(ctx, by, since)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := view.News(n.Unread, n.New).Render(ctx, &b); err != nil {
		return "", fmt.Errorf("render notifications: %w", err)
	}
	return b.String(), nil
}
