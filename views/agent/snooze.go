package agent

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

func init() {
	banners = append(banners, snoozeBanner)
	actions = append(actions, snoozeMenu)
}

// Snooze is the dialog for snoozing until any time.
type Snooze struct {
	Ticket   model.Ticket
	Until    string // the preset that is chosen, or "at"
	At       string // date and time as typed
	Reason   string
	Problems model.Invalid
}

func nowHere(ctx context.Context) time.Time { return ui.From(ctx).Now.In(text.Zone(ctx)) }

// wakes says when a snooze ends: "Tuesday 09:00", further away the whole date.
func wakes(ctx context.Context, at model.Time) string {
	if at >= model.Never {
		return text.T(ctx, "tools.until_reply")
	}
	t, now := at.Std().In(text.Zone(ctx)), nowHere(ctx)
	days := int(day(t).Sub(day(now)).Hours()/24 + .5)
	switch {
	case days == 0:
		return text.T(ctx, "tools.today_at", "Clock", text.Clock(ctx, t))
	case days > 0 && days <= 7:
		return text.T(ctx, "tools.weekday_at", "Weekday", text.Weekday(ctx, t), "Clock", text.Clock(ctx, t))
	}
	return text.DateTime(ctx, t)
}

func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// presetLabel is a preset with the time it means now: "Tomorrow · Tuesday 09:00".
func presetLabel(ctx context.Context, preset string) string {
	at, _ := model.SnoozeTime(preset, nowHere(ctx))
	name := text.T(ctx, "tools.snooze_"+preset)
	if at >= model.Never {
		return name
	}
	return text.T(ctx, "tools.snooze_choice", "Name", name, "When", wakes(ctx, at))
}

// snoozeText says until when, by whom and why the ticket sleeps.
func snoozeText(ctx context.Context, p Ticket) string {
	s := text.T(ctx, "tools.snoozed_until", "When", wakes(ctx, p.View.SnoozedUntil))
	if p.View.SnoozedUntil >= model.Never {
		s = text.T(ctx, "tools.snoozed_reply")
	}
	who := p.View.Snoozer.Display()
	switch {
	case p.View.SnoozeReason != "" && who != "":
		return s + " · " + text.T(ctx, "tools.snoozed_by_why", "Who", who, "Why", p.View.SnoozeReason)
	case who != "":
		return s + " · " + text.T(ctx, "tools.snoozed_by", "Who", who)
	}
	return s
}

// inPlace makes a form change the page where it stands.
func inPlace(href string) templ.Attributes {
	return templ.Attributes{"method": "post", "action": href, "hx-post": href, "hx-target": "#panel-msg", "hx-swap": "innerHTML"}
}

// inDialogForm makes a form of a dialog say there what is wrong.
func inDialogForm(href string) templ.Attributes {
	return templ.Attributes{"method": "post", "action": href, "hx-post": href, "hx-target": "#dialog-msg", "hx-swap": "innerHTML", "hx-disabled-elt": "find button[type=submit]"}
}

// dialogLink is InDialog for a link of the kit.
func dialogLink(href string, key string) templ.Attributes {
	a := templ.Attributes{"hx-get": href, "hx-target": "#dialog", "hx-swap": "innerHTML", "aria-haspopup": "dialog"}
	if key != "" {
		a["data-key"] = key
	}
	return a
}
