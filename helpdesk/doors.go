package helpdesk

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"escalated/handlers/web"
	"escalated/model"
)

// identify says who is asking: the host's word, or the session of our own
// sign-in.
func (d *Desk) identify(ctx context.Context, k web.Knock) (web.Visitor, error) {
	by := model.Nobody()
	by.Address = k.Address
	nobody := web.Visitor{Actor: by}
	if d.cfg.Identify != nil {
		who, err := d.cfg.Identify(ctx, request{k})
		if err != nil || who.ExternalID == "" {
			return nobody, err
		}
		a, p, err := d.desk.Identified(ctx, model.System("host"), who)
		if errors.Is(err, model.ErrSignIn) {
			return nobody, nil
		}
		if err == nil && !k.Passive {
			err = d.desk.Seen(ctx, a, p.SeenAt)
		}
		a.Address = k.Address
		return visitor(a, p), err
	}
	if k.Session == "" {
		return nobody, nil
	}
	a, p, err := d.desk.Recognise(ctx, by, k.Session, k.Passive)
	if errors.Is(err, model.ErrSignIn) {
		return nobody, nil
	}
	return visitor(a, p), err
}

func visitor(a model.Actor, p model.Person) web.Visitor {
	return web.Visitor{Actor: a, Email: p.Email, Locale: p.Locale, Zone: p.Zone, Theme: p.Theme, Prefs: p.Prefs, Unread: p.Unread, Newest: p.Newest}
}

// request is a Knock as hosts see it.
type request struct{ k web.Knock }

func (r request) Header(name string) string { return r.k.Header(name) }
func (r request) Cookie(name string) string { return r.k.Cookie(name) }
func (r request) Value(key any) any         { return r.k.Value(key) }

// setup reports whether the desk waits for its first admin. Hosts bring their
// own people.
func (d *Desk) setup(ctx context.Context) (bool, error) {
	if d.cfg.Identify != nil {
		return false, nil
	}
	return d.desk.SetupNeeded(ctx, model.Nobody())
}

// SetupURL is the address of the page that makes the first admin, with a new
// one-time token, below the desk's address as Listen told it; "" when there
// is an admin already.
func (d *Desk) SetupURL(ctx context.Context, address string) (string, error) {
	if d.cfg.Identify != nil {
		return "", nil
	}
	token, err := d.desk.SetupToken(ctx, model.System("setup"))
	if err != nil || token == "" {
		return "", err
	}
	return strings.TrimSuffix(address, "/") + "/setup/?token=" + url.QueryEscape(token), nil
}

func secure(base string) bool { return strings.HasPrefix(base, "https://") }
