package admin

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

// shown are the settings of the panel, in the order of the documentation. The
// branding of mails has a page of its own, which shows what comes of it.
func shown() []model.Setting {
	var out []model.Setting
	for _, s := range model.AllSettings() {
		if s.Admin && !s.Later && !s.Secret && s.Kind != model.MapSetting && s.Section != "branding" {
			out = append(out, s)
		}
	}
	return out
}

// ShowSettings answers with the values in force.
func (h *handler) ShowSettings(c *fiber.Ctx) error {
	s, err := h.desk.Settings(c.UserContext())
	if err != nil {
		return err
	}
	p := view.Settings{Settings: shown(), Values: map[string]string{}}
	for _, k := range p.Settings {
		p.Values[k.Key] = s.Value(k.Key)
	}
	return web.Render(c, fiber.StatusOK, view.SettingsPage(p))
}

// UpdateSettings saves one section. A switch that is off sends nothing, so the
// form says which settings it shows: what it does not show stays as it is.
func (h *handler) UpdateSettings(c *fiber.Ctx) error {
	ctx := c.UserContext()
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	section, values := f.Text("section"), map[string]string{}
	for _, k := range shown() {
		if k.Section != section {
			continue
		}
		switch {
		case k.Kind == model.BoolSetting:
			values[k.Key] = "false"
			if f.Bool(k.Key) {
				values[k.Key] = "true"
			}
		case k.Kind == model.ListSetting && len(k.Choices) > 0:
			values[k.Key] = strings.Join(f.List(k.Key), ",")
		case f.Has(k.Key):
			values[k.Key] = f.Text(k.Key)
		}
	}
	err = h.desk.SaveSettings(ctx, web.By(c), values)
	problems := model.Problems(err)
	if len(problems) == 0 {
		if err != nil {
			return err
		}
		web.Say(c, "ok", "admin.saved")
		return web.Done(c, "admin/settings/")
	}
	s, err := h.desk.Settings(ctx)
	if err != nil {
		return err
	}
	p := view.Settings{Settings: shown(), Values: map[string]string{}, Problems: problems, Section: section}
	for _, k := range p.Settings {
		p.Values[k.Key] = s.Value(k.Key)
		if v, ok := values[k.Key]; ok {
			p.Values[k.Key] = v
		}
	}
	return web.Render(c, fiber.StatusUnprocessableEntity, view.SettingsPage(p))
}
