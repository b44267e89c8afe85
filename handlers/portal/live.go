package portal

import (
	"context"
	"strconv"
	"strings"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/portal"
)

// Topics are what open pages of the portal may follow: "portal:1042" for the
// customer's ticket, "guest:1042:TOKEN" for a guest's, each with ":all" when
// the page shows every message.
func Topics(d *desk.Desk) web.Topics {
	l := live{d}
	return web.Topics{
		"portal": {May: l.may(customer), Wants: wants, Render: l.render(customer), Urgent: true},
		"guest":  {May: l.may(l.holder), Wants: wants, Render: l.render(l.holder), Urgent: true},
	}
}

type live struct{ desk *desk.Desk }

// follows is an argument of a topic, taken apart.
type follows struct {
	id    model.TicketID
	token string
	all   bool
}

func parse(arg string) (follows, error) {
	rest, all := strings.CutSuffix(arg, ":all")
	number, token, _ := strings.Cut(rest, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return follows{}, model.ErrNotFound
	}
	return follows{model.TicketID(n), token, all}, nil
}

// reader is who looks at the page: the actor themselves, or a guest by token.
type reader func(ctx context.Context, by model.Actor, f follows) (model.Actor, error)

// customer is a customer as they are. Staff have their own topic, so that what
// they alone may see never comes here.
func customer(_ context.Context, by model.Actor, f follows) (model.Actor, error) {
	switch {
	case by.Kind == model.KindNobody:
		return by, model.ErrSignIn
	case by.Kind != model.KindCustomer || f.token != "":
		return by, model.ErrNotFound
	}
	return by, nil
}

// holder is the guest who holds a link to the ticket.
func (l live) holder(ctx context.Context, by model.Actor, f follows) (model.Actor, error) {
	g, err := l.desk.GuestActor(ctx, by, f.token)
	if err == nil && g.Ticket != f.id {
		err = model.ErrNotFound
	}
	return g, err
}

func (l live) may(who reader) func(context.Context, model.Actor, string) error {
	return func(ctx context.Context, by model.Actor, arg string) error {
		f, err := parse(arg)
		if err != nil {
			return err
		}
		if by, err = who(ctx, by, f); err != nil {
			return err
		}
		_, err = l.desk.Ticket(ctx, by, f.id)
		return err
	}
}

// wants picks what customers may know of the ticket.
func wants(_ model.Actor, arg string, r model.Record) bool {
	f, err := parse(arg)
	return err == nil && r.TicketID == f.id && r.IsPublic
}

// render makes the parts of the page anew, as the reader may see them: once or
// twice is the same.
func (l live) render(who reader) func(context.Context, model.Actor, string, []model.Record) (string, error) {
	return func(ctx context.Context, by model.Actor, arg string, _ []model.Record) (string, error) {
		f, err := parse(arg)
		if err != nil {
			return "", err
		}
		if by, err = who(ctx, by, f); err != nil {
			return "", err
		}
		v, err := l.desk.ViewTicket(ctx, by, f.id, desk.Look{All: f.all})
		if err != nil {
			return "", err
		}
		s, err := l.desk.Settings(ctx)
		if err != nil {
			return "", err
		}
		t := view.Thread{View: v, Me: by.ID, Base: "tickets/" + strconv.FormatInt(int64(f.id), 10) + "/", All: f.all, Priority: s.ShowPriorityToCustomers}
		if by.Kind == model.KindGuest {
			t.Base = "guest/" + f.token + "/"
			t.Files, t.Guest = t.Base, &view.Guest{}
		}
		var b strings.Builder
		if err := view.Changed(t).Render(ctx, &b); err != nil {
			return "", err
		}
		return b.String(), nil
	}
}
