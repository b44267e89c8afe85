package handlers_test

import (
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk"
	"escalated/helpdesk/helpdesktest"
)

// TestForeignPagesChangeNothing sends every unsafe request as pages of other
// sites could make browsers send it.
func TestForeignPagesChangeNothing(t *testing.T) {
	w := newWorld(t)
	db := lookInto(t, w.DB())
	before := db.tables()
	foreign := [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "cross-site", "HX-Request", "true"},
		{"Origin", "https://evil.test"},
		{"Origin", "null"},
		{"Origin", "http://localhost:81"},
		{"Origin", "https://evil.test", "HX-Request", "true"},
		{"Origin", "https://evil.test", "X-Forwarded-Host", "evil.test"},
	}
	bodies := [][2]string{
		{"application/x-www-form-urlencoded", everything(nil).Encode()},
		{"text/plain", "subject=x&body=y"},
		{"application/json", `{"subject":"x"}`},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"attachments[]\"; filename=\"a.txt\"\r\n\r\nx\r\n--b--\r\n"},
	}
	n := 0
	for _, r := range helpdesk.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		for _, column := range []string{"guest", "customer", "admin"} {
			path := w.path(r.Path, column)
			for i, headers := range foreign {
				n++
				body := bodies[(n+i)%len(bodies)]
				if got := w.browsers[column].Send(request(r.Method, path, body[0], body[1], headers...)); got.Status != 403 {
					t.Errorf("%s %s as %s with %v and %s: status %d", r.Method, r.Path, column, headers, body[0], got.Status)
				}
			}
		}
		if diff := changed(before, db.tables()); len(diff) > 0 {
			t.Fatalf("%s %s wrote into %v", r.Method, r.Path, diff)
		}
	}
	if n < 500 {
		t.Fatalf("%d requests only", n)
	}
}

// kinds are the Content-Types of GET routes that are no pages.
var kinds = map[string]string{
	"attachments/:id/": "application/octet-stream", "guest/:token/attachments/:id/": "application/octet-stream",
	"agent/tickets/export.csv": "text/csv",
	"admin/mail/:id":           "application/octet-stream", "admin/inbound/:id": "application/octet-stream",
	"admin/branding/logo/:id/": "image/png",
}

// strict fails unless a browser can only read the answer as what it is.
func strict(t *testing.T, what string, status int, h http.Header) {
	t.Helper()
	policy := h.Get("Content-Security-Policy")
	if policy == "" || strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "unsafe-inline") && !strings.HasPrefix(policy, "sandbox") {
		t.Errorf("%s: %d with the policy %q", what, status, policy)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"} {
		if h.Get(name) != want {
			t.Errorf("%s: %d with %s %q", what, status, name, h.Get(name))
		}
	}
	if h.Get("Access-Control-Allow-Origin") != "" || h.Get("Server") != "" {
		t.Errorf("%s: %v", what, h)
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if h.Get("Content-Type") != "" && (err != nil || strings.HasPrefix(kind, "text/") && !strings.EqualFold(params["charset"], "utf-8")) {
		t.Errorf("%s: %d of type %q", what, status, h.Get("Content-Type"))
	}
}

// TestLookingChangesNothing asks for every page as everybody, by GET and HEAD,
// and holds what every answer carries.
func TestLookingChangesNothing(t *testing.T) {
	w := newWorld(t)
	db := lookInto(t, w.DB())
	before := db.tables()
	pages := 0
	for _, r := range helpdesk.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		for _, column := range columns {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				what := method + " " + r.Path + " as " + column
				got := w.browsers[column].Do(method, w.path(r.Path, column), "", nil)
				strict(t, what, got.Status, got.Header)
				if method == http.MethodHead { // like GET, without the body (RFC 9110 §9.3.2)
					if get := w.browsers[column].Get(w.path(r.Path, column)); get.Status != got.Status {
						t.Errorf("%s: status %d, GET has %d", what, got.Status, get.Status)
					}
					continue
				}
				if got.Body == "" {
					continue
				}
				want := "text/html"
				if k := kinds[r.Path]; k != "" && got.Status == 200 {
					want = k
				}
				if kind, _, _ := mime.ParseMediaType(got.Header.Get("Content-Type")); kind != want && !(kinds[r.Path] != "" && kind == "text/plain") {
					t.Errorf("%s: %d of type %q, want %s", what, got.Status, got.Header.Get("Content-Type"), want)
				}
				pages++
			}
		}
		if diff := changed(before, db.tables()); len(diff) > 0 {
			t.Fatalf("GET %s wrote into %v", r.Path, diff)
		}
	}
	if pages < 200 {
		t.Fatalf("%d pages only", pages)
	}
}

// TestErrorsAreStrictToo looks at the answers that no route gives.
func TestErrorsAreStrictToo(t *testing.T) {
	w := newWorld(t)
	carol := w.browsers["customer"]
	for what, got := range map[string]*helpdesktest.Answer{
		"nothing there":       carol.Get("nothing/"),
		"above the prefix":    carol.Get("/nothing"),
		"another method":      carol.Do("DELETE", "tickets/", "", nil),
		"options":             carol.Do("OPTIONS", "tickets/", "", nil),
		"another host":        carol.Send(func() *http.Request { r := request("GET", "tickets/", "", ""); r.Host = "evil.test"; return r }()),
		"another type":        carol.Send(request("POST", "tickets/store/", "text/plain", "x", "Sec-Fetch-Site", "same-origin")),
		"broken form":         carol.Send(request("POST", "tickets/store/", "multipart/form-data; boundary=b", "--b\r\nx", "Sec-Fetch-Site", "same-origin")),
		"bad form":            carol.Post("tickets/store/", helpdesktest.F()),
		"for a script":        carol.With("Accept", "application/json").Get("tickets/999/"),
		"fragment":            carol.HTMX("list").Get("tickets/999/"),
		"signed out fragment": w.Nobody().HTMX("list").Get("tickets/"),
		"static":              carol.Get("static/nothing.css"),
	} {
		strict(t, what, got.Status, got.Header)
		if got.Status < 400 {
			t.Errorf("%s: status %d", what, got.Status)
		}
	}
}

// TestDeniedRequestsChangeNothing sends what the access table denies, with
// all that a form could carry.
func TestDeniedRequestsChangeNothing(t *testing.T) {
	w := newWorld(t)
	db := lookInto(t, w.DB())
	names := db.columns()
	before, n, pattern := db.tables(), 0, ""
	compare := func() {
		t.Helper()
		if diff := changed(before, db.tables()); len(diff) > 0 {
			t.Fatalf("%s was denied and wrote into %v", pattern, diff)
		}
	}
	denials(func(method, path, column, want string) {
		if pattern != "" && pattern != method+" "+path {
			compare()
		}
		pattern = method + " " + path
		b := w.browsers[column]
		if method == http.MethodGet {
			b.Get(w.path(path, column))
			return
		}
		n++
		for _, htmx := range []bool{false, true} {
			from := b
			if htmx {
				from = b.HTMX("panel")
			}
			got := from.Do(method, w.path(path, column), "application/x-www-form-urlencoded", strings.NewReader(everything(names).Encode()))
			if o := outcome(got); o != want {
				t.Errorf("%s as %s: %s, want %s", pattern, column, o, want)
			}
			if strings.Contains(got.Body, "The printer is on fire") {
				t.Errorf("%s as %s: the refusal holds the ticket", pattern, column)
			}
		}
	})
	compare()
	if n < 200 {
		t.Fatalf("%d requests only", n)
	}
}

// TestOtherSpellingsOfPaths asks a real server for protected pages in ways
// that proxies and routers disagree about.
func TestOtherSpellingsOfPaths(t *testing.T) {
	w := newWorld(t)
	w.Settle()
	db := lookInto(t, w.DB())
	before := db.tables()
	at := strings.TrimSuffix(strings.TrimPrefix(w.Serve(), "http://"), "/support/")
	session := map[string]string{"nobody": "", "customer": w.browsers["other"].Cookie("escalated_session")}
	paths := []string{
		"/support//agent/", "//support/agent/", "/support/agent//", "/support/./agent/", "/support/x/../agent/", "/support/%2e/agent/", "/support/tickets/%2e%2e/agent/",
		"/support/tickets/..%2fagent/", "/support/%61gent/", "/support/Agent/", "/SUPPORT/agent/", "/support/agent/;a=b", "/support/agent;/", "/support/agent%2f", "/support/agent/%20",
		"/support/agent/tickets/1", "/support/agent/tickets/1/", "/support/agent/tickets/01/", "/support/agent/tickets/+1/", "/support/agent/tickets/1%00/", "/support/agent/tickets/1/?x=/../",
		"/support/tickets/1/", "/support/tickets/ESC-1/", "/support/tickets/%31/", "/support/tickets//1/", "/support/tickets/1;/", "/support/tickets/1%2f", `/support\agent/`, "/support/agent/..;/agent/",
		"http://evil.test/support/agent/", "/support/admin/settings/", "/support/ADMIN/settings/", "/support//admin//settings//",
	}
	ask := func(method, path, cookie, more string) (int, string) {
		return raw(t, at, method+" "+path+" HTTP/1.1\r\nHost: "+at+"\r\nConnection: close\r\n"+cookie+more+"\r\n")
	}
	for who, secret := range session {
		cookie := ""
		if secret != "" {
			cookie = "Cookie: escalated_session=" + secret + "\r\n"
		}
		for _, path := range paths {
			for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
				status, body := ask(method, path, cookie, "")
				if status/100 == 2 || strings.Contains(body, "printer") || strings.Contains(body, "data-ticket=") {
					t.Errorf("%s %s as %s: %d", method, path, who, status)
				}
			}
		}
		for _, more := range []string{"X-HTTP-Method-Override: GET\r\n", "X-HTTP-Method: POST\r\n", "X-Original-URL: /support/agent/\r\n", "X-Rewrite-URL: /support/agent/\r\n", "X-Forwarded-Prefix: /x\r\n", "X-Remote-User: ada@help.test\r\n"} {
			for _, method := range []string{"GET", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} {
				if status, body := ask(method, "/support/agent/tickets/1/", cookie, more); status/100 == 2 || strings.Contains(body, "printer") {
					t.Errorf("%s with %q as %s: %d", method, more, who, status)
				}
			}
			if status, body := ask("POST", "/support/agent/tickets/1/delete/?_method=GET", cookie, more+"Content-Length: 0\r\n"); status/100 == 2 || strings.Contains(body, "printer") {
				t.Errorf("POST with %q as %s: %d", more, who, status)
			}
		}
	}
	if diff := changed(before, db.tables()); len(diff) > 0 {
		t.Errorf("somebody wrote into %v", diff)
	}
}

// TestForeignHostNames sends requests for other hosts: none is answered, and
// no mail holds a name that a request brought.
func TestForeignHostNames(t *testing.T) {
	d := helpdesktest.New(t, helpdesktest.Settings("base_url", "https://desk.test"))
	d.Customer("carol")
	d.Admin("ada")
	ask := func(host string, headers ...string) *helpdesktest.Answer {
		r := request("POST", "login/reset/", "application/x-www-form-urlencoded", "email=carol@help.test", append(headers, "Sec-Fetch-Site", "same-origin")...)
		r.Host = host
		return d.Nobody().Send(r)
	}
	for _, host := range []string{"evil.test", "desk.test.evil.test", "desk.test:444", "evil.test:443", "desk.test@evil.test", "localhost", "127.0.0.1", "desk.test%00.evil.test"} {
		if got := ask(host); got.Status != 421 && got.Status != 400 {
			t.Errorf("Host %s: status %d", host, got.Status)
		}
	}
	if n := len(d.Mail()); n > 0 {
		t.Fatalf("%d mails for foreign hosts", n)
	}
	got := ask("desk.test", "X-Forwarded-Host", "evil.test", "X-Forwarded-Proto", "http", "Forwarded", "host=evil.test", "X-Host", "evil.test")
	if got.Status != 303 || strings.Contains(got.Location(), "evil") {
		t.Fatalf("status %d to %s", got.Status, got.Location())
	}
	m := d.MailTo("carol@help.test")
	if !strings.HasPrefix(m.Link("login/reset/"), "https://desk.test/support/login/reset/") || strings.Contains(string(m.Raw), "evil") {
		t.Errorf("a mail with the link %s", m.Link("login/"))
	}
}

// raw sends bytes to a server and reads its answer.
func raw(t *testing.T, at, message string) (status int, body string) {
	t.Helper()
	c, err := net.DialTimeout("tcp", at, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second)) // a test
	if _, err := io.WriteString(c, message); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err != nil || len(b) < 12 {
		return 400, "" // the server hung up
	}
	head, rest, _ := strings.Cut(string(b), "\r\n\r\n")
	for i := 9; i < 12; i++ {
		status = status*10 + int(head[i]-'0')
	}
	return status, rest
}
