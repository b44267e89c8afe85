package auth_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"escalated/handlers/auth"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

const good = "correct horse battery"

var F = helpdesktest.F

// member makes somebody who has a password.
func member(t *testing.T, d *helpdesktest.Desk, kind model.Kind, name string) model.Person {
	t.Helper()
	p, err := d.Verbs().CreatePerson(t.Context(), model.System("test"), model.NewPerson{Kind: kind, Name: name, Email: name + "@help.test", Password: good, Verified: true}, "command")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// secret is what the newest mail with a link carries; "" when it carries none.
func secret(t *testing.T, d *helpdesktest.Desk) string {
	t.Helper()
	recs, err := d.DB().Read().RecordsAfter(context.Background(), 0, 10000)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(recs) - 1; i >= 0; i-- {
		if k := recs[i].Kind; k == "link.requested" || k == "person.invited" {
			var v struct{ Token model.TokenID }
			if err := json.Unmarshal([]byte(recs[i].Data), &v); err != nil {
				t.Fatal(err)
			}
			s, _ := d.Verbs().TokenSecret(context.Background(), model.System("mail"), v.Token)
			return s
		}
	}
	return ""
}

func TestSignInAndOut(t *testing.T) {
	d := helpdesktest.New(t)
	member(t, d, model.KindAdmin, "root")
	member(t, d, model.KindCustomer, "carol")
	b := d.Nobody()
	page := b.Get("login/?next=/support/tickets/7/").Is(200)
	if !strings.Contains(page.Body, `value="/support/tickets/7/"`) {
		t.Error("the page forgets where to go")
	}
	wrong := b.Post("login/", F("email", "carol@help.test", "password", "not it at all", "next", "/support/tickets/7/", "remember", "on")).Is(422)
	for _, keeps := range []string{`value="carol@help.test"`, `value="/support/tickets/7/"`, `aria-invalid="true"`, "checked"} {
		if !strings.Contains(wrong.Body, keeps) {
			t.Errorf("the form lost %s", keeps)
		}
	}
	if strings.Contains(wrong.Body, "not it at all") || b.Cookie("escalated_session") != "" {
		t.Error("the password comes back, or a session without signing in")
	}
	in := b.Post("login/", F("email", "carol@help.test", "password", good, "next", "/support/tickets/7/")).Is(303)
	if in.Location() != "/support/tickets/7/" || b.Cookie("escalated_session") == "" {
		t.Fatalf("to %q with cookie %q", in.Location(), b.Cookie("escalated_session"))
	}
	cookie := in.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "path=/support"} {
		if !strings.Contains(strings.ToLower(cookie), strings.ToLower(want)) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	if strings.Contains(strings.ToLower(cookie), "max-age") {
		t.Errorf("the session outlives the browser: %q", cookie)
	}
	if to := b.Get("login/").Is(303).Location(); to != "/support/tickets/" {
		t.Errorf("signed in goes to %q", to)
	}
	b.Get("profile/").Is(200)
	old := b.Cookie("escalated_session")
	b.Post("logout/", F()).Is(303)
	b.SetCookie("escalated_session", old)
	if to := b.Get("profile/").Is(303).Location(); to != "/support/login/?next="+url.QueryEscape("/support/profile/") {
		t.Errorf("signed out goes to %q", to)
	}
	kept := d.Nobody().Post("login/", F("email", "carol@help.test", "password", good, "remember", "on")).Is(303)
	if !strings.Contains(strings.ToLower(kept.Header.Get("Set-Cookie")), "max-age=2592000") {
		t.Errorf("kept cookie %q", kept.Header.Get("Set-Cookie"))
	}
}

func TestFixationByCookie(t *testing.T) {
	d := helpdesktest.New(t)
	member(t, d, model.KindCustomer, "carol")
	b := d.Nobody()
	b.SetCookie("escalated_session", strings.Repeat("A", 43))
	b.Post("login/", F("email", "carol@help.test", "password", good)).Is(303)
	if b.Cookie("escalated_session") == strings.Repeat("A", 43) {
		t.Error("an identifier of the client's was adopted")
	}
	first := b.Cookie("escalated_session")
	b.Post("login/", F("email", "carol@help.test", "password", good)).Is(303)
	if b.Cookie("escalated_session") == first {
		t.Error("signing in again keeps the session")
	}
}

func TestNextStaysHere(t *testing.T) {
	d := helpdesktest.New(t)
	member(t, d, model.KindCustomer, "carol")
	for _, next := range []string{
		"//evil.test", "/\\evil.test", "https://evil.test/", "https:evil.test", "javascript:alert(1)", "/%2f%2fevil.test", "/support//evil.test", "/\tsupport/", "/support/\nx", "\u2215\u2215evil.test",
		"/support/../evil", "/support/login/", "/supportive/", "support/tickets/", "?x", "@evil.test", "/support\\@evil.test", "///evil.test", "/support/logout/", "http:/support/tickets/", " /support/tickets/ x",
	} {
		to := d.Nobody().Post("login/", F("email", "carol@help.test", "password", good, "next", next)).Is(303).Location()
		if to != "/support/tickets/" {
			t.Errorf("next %q leads to %q", next, to)
		}
	}
}

func TestThrottleSpeaks(t *testing.T) {
	d := helpdesktest.New(t)
	member(t, d, model.KindCustomer, "carol")
	for range 5 {
		d.Nobody().Post("login/", F("email", "carol@help.test", "password", "a wrong guess")).Is(422)
	}
	a := d.Nobody().Post("login/", F("email", "carol@help.test", "password", good)).Is(429)
	if a.Header.Get("Retry-After") != "15" || !strings.Contains(a.Body, "carol@help.test") || !strings.Contains(a.Body, "aria-invalid") {
		t.Errorf("Retry-After %q\n%s", a.Header.Get("Retry-After"), a.Text())
	}
	d.Later(15 * time.Second)
	d.Nobody().Post("login/", F("email", "carol@help.test", "password", good)).Is(303)
}

func TestRefusalsLookAlike(t *testing.T) {
	d := helpdesktest.New(t)
	member(t, d, model.KindCustomer, "carol")
	strip := func(a *helpdesktest.Answer, email string) string { return strings.ReplaceAll(a.Body, email, "") }
	for path, status := range map[string]int{"login/": 422, "login/link/": 303, "login/reset/": 303} {
		known := d.Nobody().Post(path, F("email", "carol@help.test", "password", "a wrong guess")).Is(status)
		other := d.Nobody().Post(path, F("email", "nobody@help.test", "password", "a wrong guess")).Is(status)
		if strip(known, "carol@help.test") != strip(other, "nobody@help.test") || known.Location() != other.Location() {
			t.Errorf("%s tells who is known", path)
		}
	}
	ticket := d.Customer("gina").Opens("A secret")
	right := d.Nobody().Post("guest/link/", F("email", "gina@help.test", "reference", ticket.Reference)).Is(303)
	wrong := d.Nobody().Post("guest/link/", F("email", "carol@help.test", "reference", ticket.Reference)).Is(303)
	if right.Location() != wrong.Location() || right.Body != wrong.Body {
		t.Error("guest/link/ tells whose ticket it is")
	}
	right.Follow().Is(200)
}

func TestSignUpByLink(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.Nobody()
	b.Post("login/link/", F("email", "not an address")).Is(422)
	b.Post("login/link/", F("email", "new@example.test", "next", "/support/tickets/create/")).Is(303)
	link := "login/link/" + secret(t, d) + "/"
	for range 2 {
		b.Get(link).Is(200)
	}
	if b.Cookie("escalated_session") != "" {
		t.Fatal("looking at the link signs in")
	}
	b.Post(link, F("name", "")).Is(422)
	if to := b.Post(link, F("name", "Neu")).Is(303).Location(); to != "/support/tickets/create/" {
		t.Errorf("leads to %q", to)
	}
	b.Get("profile/").Is(200)
	d.Nobody().Post(link, F("name", "Eve")).Is(404)
	d.Nobody().Get(link).Is(404)
}

func TestResetPage(t *testing.T) {
	d := helpdesktest.New(t)
	member(t, d, model.KindCustomer, "carol")
	signedIn := d.Nobody()
	signedIn.Post("login/", F("email", "carol@help.test", "password", good)).Is(303)
	b := d.Nobody()
	b.Post("login/reset/", F("email", "carol@help.test")).Is(303)
	link := "login/reset/" + secret(t, d) + "/"
	b.Get(link).Is(200)
	b.Post(link, F("password", "short")).Is(422)
	b.Post(link, F("password", "a brand new one", "person_id", "1", "email", "root@help.test")).Is(303)
	signedIn.Get("profile/").Is(303)
	b.Get("profile/").Is(200)
	d.Nobody().Post(link, F("password", "another new one")).Is(404)
	d.Nobody().Post("login/", F("email", "carol@help.test", "password", "a brand new one")).Is(303)
}

func TestSetupPage(t *testing.T) {
	d := helpdesktest.New(t)
	token, err := d.Verbs().SetupToken(t.Context(), model.System("setup"))
	if err != nil {
		t.Fatal(err)
	}
	b := d.Nobody()
	b.Get("setup/").Is(200)
	page := b.Get("setup/?token=" + token).Is(200)
	if !strings.Contains(page.Body, token) {
		t.Error("the page forgets the token")
	}
	b.Post("setup/", F("token", "wrong", "name", "Root", "email", "root@help.test", "password", good)).Is(422)
	again := b.Post("setup/", F("token", token, "name", "Root", "email", "root", "password", "short")).Is(422)
	if !strings.Contains(again.Body, `value="Root"`) || !strings.Contains(again.Body, token) {
		t.Error("the form lost what was typed")
	}
	if to := b.Post("setup/", F("token", token, "name", "Root", "email", "root@help.test", "password", good)).Is(303).Location(); to != "/support/agent/" {
		t.Errorf("leads to %q", to)
	}
	b.Get("agent/profile/").Is(200)
	d.Nobody().Get("setup/?token=" + token).Is(404)
	d.Nobody().Post("setup/", F("token", token, "name", "Eve", "email", "eve@help.test", "password", good)).Is(404)
}

func TestInvitePage(t *testing.T) {
	d := helpdesktest.New(t)
	admin := d.Admin("root")
	if _, err := d.Verbs().Invite(t.Context(), admin.Actor(), model.NewPerson{Kind: model.KindAgent, Name: "Bo", Email: "bo@help.test"}); err != nil {
		t.Fatal(err)
	}
	link := "invite/" + secret(t, d) + "/"
	b := d.Nobody()
	b.Get(link).Is(200)
	b.Post(link, F("name", "", "password", good)).Is(303) // the name given by the admin stays
	b.Get("agent/profile/").Is(200)
	d.Nobody().Get(link).Is(404)
}

func TestProfilePage(t *testing.T) {
	d := helpdesktest.New(t)
	member(t, d, model.KindCustomer, "carol")
	b, other := d.Nobody(), d.Nobody().With("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	for _, x := range []*helpdesktest.Browser{b, other} {
		x.Post("login/", F("email", "carol@help.test", "password", good)).Is(303)
	}
	page := b.Get("profile/").Is(200)
	if strings.Count(page.Body, "data-session") != 2 || !strings.Contains(page.Text(), "Firefox on Linux") || page.Queries > 6 {
		t.Errorf("%d queries\n%s", page.Queries, page.Text())
	}
	bad := b.Post("profile/", F("name", "", "zone", "Mars/Base")).Is(422)
	if !strings.Contains(bad.Body, "Mars/Base") {
		t.Error("the form lost what was typed")
	}
	b.Post("profile/", F("name", "Carol C", "locale", "ar", "zone", "Asia/Riyadh", "theme", "dark")).Is(303)
	if body := b.Get("profile/").Is(200).Body; !strings.Contains(body, `dir="rtl"`) || !strings.Contains(body, `data-theme="dark"`) {
		t.Error("language and theme are not in force")
	}
	b.Post("profile/password/", F("current", "not it", "password", "a brand new one")).Is(422)
	b.Post("profile/password/", F("current", good, "password", "a brand new one")).Is(303)
	other.Get("profile/").Is(303)
	b.Get("profile/").Is(200)
	b.Post("profile/sessions/end/", F()).Is(303)
	b.Post("profile/sessions/99/end/", F()).Is(404)
}

func TestPreferences(t *testing.T) {
	d := helpdesktest.New(t)
	d.Admin("root")
	b := d.Nobody()
	if to := b.Post("preferences/", F("language", "de", "next", "/support/login/link/")).Is(303).Location(); to != "/support/login/link/" {
		t.Errorf("leads to %q", to)
	}
	if !strings.Contains(b.Get("login/").Body, `lang="de"`) {
		t.Error("the language is not kept")
	}
	b.With("Sec-Fetch-Dest", "empty").Post("preferences/", F("theme", "dark")).Is(204)
	if !strings.Contains(b.Get("login/").Body, `data-theme="dark"`) {
		t.Error("the theme is not kept")
	}
	for _, next := range []string{"//evil.test", "/support/login//evil.test/..", "https://evil.test"} {
		if to := b.Post("preferences/", F("language", "xx", "next", next)).Is(303).Location(); to != "/support/" {
			t.Errorf("%q leads to %q", next, to)
		}
	}
}

// No form of the doors does anything for another site, and no GET changes
// anything.
func TestDoorsAreClosedToOtherSites(t *testing.T) {
	d := helpdesktest.New(t)
	carol := d.Customer("carol")
	b := d.As(carol)
	for _, r := range auth.Routes(nil) {
		if r.Method != "POST" {
			continue
		}
		path := strings.NewReplacer(":token", "x", ":session", "1").Replace(r.Path)
		for name, values := range map[string][]string{"Sec-Fetch-Site": {"cross-site", "same-site"}, "Origin": {"https://evil.test", "null", "http://localhost.evil.test"}} {
			for _, v := range values {
				x := b.With(name, v)
				if name == "Origin" {
					x = x.With("Sec-Fetch-Site", "cross-site")
				}
				for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "application/json"} {
					x.Do("POST", path, kind, strings.NewReader("language=de")).Is(403)
					x.With("HX-Request", "true").Do("POST", path, kind, strings.NewReader("language=de")).Is(403)
				}
			}
		}
	}
	if b.Cookie("escalated_lang") != "" {
		t.Error("another site set the language")
	}
	b.Get("profile/").Is(200)
}

func TestTheProfileOfStaffLeadsToHowTheyWork(t *testing.T) {
	d := helpdesktest.New(t)
	for _, kind := range []model.Kind{model.KindCustomer, model.KindAgent} {
		name := string(kind)
		member(t, d, kind, name)
		b := d.Nobody()
		b.Post("login/", F("email", name+"@help.test", "password", good)).Is(303)
		body := b.Get("profile/").Is(200).Body
		for _, path := range []string{"agent/profile/workspace/", "agent/profile/notifications/", "agent/shortcuts/"} {
			if strings.Contains(body, "/support/"+path) != (kind == model.KindAgent) {
				t.Errorf("%s: %s is there or not as it should not be", kind, path)
			}
		}
	}
}
