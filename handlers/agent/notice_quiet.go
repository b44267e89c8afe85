package agent

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

// ShowNoticePrefs answers with the matrix of what is told in which way.
func (h *handler) ShowNoticePrefs(c *fiber.Ctx) error {
	return h.noticePrefs(c, fiber.StatusOK, quietNow(c), nil)
}

func (h *handler) noticePrefs(c *fiber.Ctx, status int, quiet view.QuietForm, problems model.Invalid) error {
	ctx, by := c.UserContext(), web.By(c)
	prefs, rules, err := h.desk.NoticeWays(ctx, by)
	if err != nil {
		return err
	}
	side, err := h.side(c, "")
	if err != nil {
		return err
	}
	if quiet.Zone = web.Who(c).Zone; quiet.Zone == "" {
		quiet.Zone = web.Settings(c).TimeZone
	}
	return web.Render(c, status, view.NoticePrefsPage(view.NoticeMatrix{
		Side: side, Wants: prefs.Wants, Offers: rules.Offers, Browser: web.Who(c).Prefs.Notices, Quiet: quiet, Problems: problems,
	}))
}

// quietNow is the form of quiet hours as they are, or as most people want them.
func quietNow(c *fiber.Ctx) view.QuietForm {
	p := web.Who(c).Prefs
	f := view.QuietForm{From: "20:00", To: "07:00", Digest: p.Digest, DigestAt: model.ClockOf(p.DigestMinute())}
	if q := p.Quiet; q != nil {
		f.On, f.From, f.To, f.Workdays, f.Weekend = true, model.ClockOf(q.From), model.ClockOf(q.To), q.Workdays, q.Weekend
		for _, n := range q.Through {
			f.Through = append(f.Through, string(n))
		}
	}
	return f
}

// UpdateQuiet sets quiet hours, and how mail that can wait is to come.
func (h *handler) UpdateQuiet(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	form := view.QuietForm{
		On: f.Bool("quiet"), From: f.Text("from"), To: f.Text("to"), Workdays: f.Text("days") == "workdays", Weekend: f.Bool("weekend"),
		Through: f.List("through[]"), Digest: f.Text("digest"), DigestAt: f.Text("digest_at"),
	}
	var q *model.Quiet
	if form.On {
		q = &model.Quiet{From: minutes(form.From), To: minutes(form.To), Workdays: form.Workdays, Weekend: form.Weekend}
		for _, n := range model.QuietThrough() {
			if slices.Contains(form.Through, string(n)) {
				q.Through = append(q.Through, n)
			}
		}
	}
	at := 0
	if form.Digest == "daily" {
		at = minutes(form.DigestAt)
	}
	err = h.desk.SetQuiet(c.UserContext(), web.By(c), q, form.Digest, at)
	if problems := model.Problems(err); len(problems) > 0 {
		return h.noticePrefs(c, fiber.StatusUnprocessableEntity, form, problems)
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "notice.saved")
	return web.Done(c, "agent/profile/notifications/")
}

// minutes reads a time of the day; what is none is refused further on.
func minutes(s string) int {
	if n, ok := model.ParseClock(s); ok {
		return n
	}
	return -1
}
