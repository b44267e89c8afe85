package agent_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

type form = url.Values

func path(t model.Ticket, below string) string {
	return fmt.Sprintf("agent/tickets/%d/%s", t.ID, below)
}

func has(t *testing.T, body string, wants ...string) {
	t.Helper()
	for _, w := range wants {
		if !strings.Contains(body, w) {
			t.Errorf("the page lacks %q", w)
		}
	}
}

func hasNot(t *testing.T, body string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(body, w) {
			t.Errorf("the page has %q", w)
		}
	}
}

func TestPagesStayWithinTheirQueries(t *testing.T) {
	d := helpdesktest.New(t)
	bob := d.Agent("bob")
	carol := d.Customer("carol")
	var tk model.Ticket
	for i := range 30 {
		tk = carol.Opens(fmt.Sprint("Printer on fire ", i))
		if _, err := d.Verbs().Reply(t.Context(), bob.Actor(), tk.ID, model.NewReply{Body: "Try water."}); err != nil {
			t.Fatal(err)
		}
		if err := d.Verbs().ChangeTags(t.Context(), bob.Actor(), tk.ID, []string{"fire", "printer"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	d.Settle()
	b := d.As(bob)
	for _, p := range []string{
		"agent/", "agent/tickets/", "agent/tickets/?status=any&sort=-updated&per_page=25&page=2", "agent/tickets/?assignee=none&priority=high", "agent/tickets/?q=water",
		"agent/tickets/create/", path(tk, ""), path(tk, "?show=all"),
	} {
		if n := b.Get(p).Is(http.StatusOK).Queries; n > 12 {
			t.Errorf("%s: %d queries, at most 12 are allowed", p, n)
		}
	}
}

func TestQueueFollowsItsAddress(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	a, z := carol.Opens("Alpha question"), carol.Opens("Zulu question")
	if err := d.Verbs().Assign(t.Context(), bob.Actor(), z.ID, bob.ID, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	d.Settle()
	b := d.As(bob)
	page := b.Get("agent/tickets/").Is(http.StatusOK)
	has(t, page.Body, fmt.Sprintf(`data-ticket="%d"`, a.ID), fmt.Sprintf(`data-ticket="%d"`, z.ID), "Alpha question")
	page = b.Get("agent/tickets/?assignee=me").Is(http.StatusOK)
	has(t, page.Body, "Zulu question")
	hasNot(t, page.Body, "Alpha question")
	page = b.Get("agent/tickets/?status=!!&department=-3&page=zero&sort=evil;drop&assignee=-&priority=x&tag=-1").Is(http.StatusOK)
	has(t, page.Body, "Alpha question")
	page = b.Get("agent/tickets/?tag=never-was&assignee=who").Is(http.StatusOK) // names of nobody and nothing
	hasNot(t, page.Body, "Alpha question")
	page = b.Get("agent/tickets/?q=alpha").Is(http.StatusOK)
	has(t, page.Body, "<mark>")
	hasNot(t, page.Body, "Zulu question")
	if got := b.Get("agent/tickets/?q=esc-0001"); got.Status != http.StatusFound || !strings.HasSuffix(got.Header.Get("Location"), path(a, "")) {
		t.Errorf("an exact reference answers %d to %q", got.Status, got.Header.Get("Location"))
	}
	if got := b.Get("agent/tickets/" + a.Reference + "/"); got.Status/100 != 3 {
		t.Errorf("a reference in the path answers %d", got.Status)
	}
}

func TestReplyAndNoteByForm(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	b := d.As(bob)
	page := b.Post(path(tk, "reply/"), form{"body": {"  "}, "op": {"1"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, `role="alert"`)
	b.Post(path(tk, "reply/"), form{"body": {"Have you tried water?"}, "op": {"2"}, "seen": {"1"}}, helpdesktest.File{Field: "attachments[]", Name: "how.txt", Content: "pour"}).Is(http.StatusSeeOther)
	b.Post(path(tk, "reply/"), form{"body": {"Have you tried water?"}, "op": {"2"}, "seen": {"1"}}).Is(http.StatusSeeOther)
	b.Post(path(tk, "note/"), form{"body": {"She is angry."}, "op": {"3"}}).Is(http.StatusSeeOther)
	page = b.Get(path(tk, "")).Is(http.StatusOK)
	has(t, page.Body, "Have you tried water?", "how.txt", "She is angry.", `data-kind="note"`, `data-kind="reply"`)
	if n := strings.Count(page.Body, "Have you tried water?"); n != 1 {
		t.Errorf("the reply stands %d times", n)
	}
	mine := d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(http.StatusOK)
	has(t, mine.Body, "Have you tried water?", "how.txt")
	hasNot(t, mine.Body, "She is angry.")
}

func TestStaleReplyKeepsTheText(t *testing.T) {
	d := helpdesktest.New(t)
	bob, cat, carol := d.Agent("bob"), d.Agent("cat"), d.Customer("carol")
	tk := carol.Opens("Printer")
	seen := fmt.Sprint(int64(tk.LastPublicID))
	if _, err := d.Verbs().Reply(t.Context(), cat.Actor(), tk.ID, model.NewReply{Body: "Cat was first"}); err != nil {
		t.Fatal(err)
	}
	b := d.As(bob)
	page := b.Post(path(tk, "reply/"), form{"body": {"Bob's long text"}, "seen": {seen}, "op": {"a"}}).Is(http.StatusConflict)
	has(t, page.Body, "Bob&#39;s long text", "Cat was first", `name="anyway"`)
	got, err := d.Verbs().Ticket(t.Context(), bob.Actor(), tk.ID)
	if err != nil || got.PublicCount != 2 {
		t.Fatalf("%d messages, %v", got.PublicCount, err)
	}
	b.Post(path(tk, "reply/"), form{"body": {"Bob's long text"}, "seen": {seen}, "anyway": {fmt.Sprint(int64(got.LastPublicID))}, "op": {"a"}}).Is(http.StatusSeeOther)
}

func TestPropertiesByFormAndByFragment(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	dep := d.Department("Billing")
	tk := carol.Opens("Printer")
	b := d.As(bob)
	v := form{"version": {fmt.Sprint(tk.Version)}}
	with := func(k, w string) form { return form{"version": v["version"], k: {w}} }
	b.Post(path(tk, "priority/"), with("priority", "urgent")).Is(http.StatusSeeOther)
	b.Post(path(tk, "type/"), with("ticket_type", "incident")).Is(http.StatusSeeOther)
	b.Post(path(tk, "department/"), with("department_id", fmt.Sprint(int64(dep)))).Is(http.StatusSeeOther)
	b.Post(path(tk, "assign/"), with("agent_id", fmt.Sprint(int64(bob.ID)))).Is(http.StatusSeeOther)
	b.Post(path(tk, "tags/"), form{"add_tags[]": {"red, hot"}}).Is(http.StatusSeeOther)
	b.Post(path(tk, "update/"), with("subject", "Printer burns")).Is(http.StatusSeeOther)
	b.Post(path(tk, "follow/"), nil).Is(http.StatusSeeOther)
	b.Post(path(tk, "priority/"), with("priority", "zzz")).Is(http.StatusUnprocessableEntity)
	b.Post(path(tk, "department/"), with("department_id", "x")).Is(http.StatusUnprocessableEntity)
	page := b.Post(path(tk, "priority/"), with("priority", "low")).Is(http.StatusConflict)
	has(t, page.Body, "Bob")
	page = b.Get(path(tk, "")).Is(http.StatusOK)
	has(t, page.Body, "Printer burns", "Urgent", "Billing", "red", "hot")
	h := b.HTMX("panel-msg").Post(path(tk, "status/"), form{"status": {"resolved"}}).Is(http.StatusOK)
	has(t, h.Body, `id="panel-body"`, `id="ticket-head"`, `id="thread"`, "hx-swap-oob")
	hasNot(t, h.Body, "<html")
	h = b.HTMX("panel-msg").Post(path(tk, "status/"), form{"status": {"open"}}).Is(http.StatusUnprocessableEntity)
	if h.Header.Get("HX-Retarget") != "#panel-msg" {
		t.Errorf("a refusal goes to %q", h.Header.Get("HX-Retarget"))
	}
}

func TestNewTicketOnBehalfOfSomebody(t *testing.T) {
	d := helpdesktest.New(t)
	bob := d.Agent("bob")
	b := d.As(bob)
	page := b.Post("agent/tickets/store/", form{"subject": {"Called in"}, "description": {"Wants a refund"}, "requester_email": {"nope"}, "priority": {"high"}, "add_tags[]": {"refund"}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "Wants a refund", "Called in", `aria-invalid="true"`, `value="nope"`)
	got := b.Post("agent/tickets/store/", form{"subject": {"Called in"}, "description": {"Wants a refund"}, "requester_email": {"New.Person@Example.test"}, "requester_name": {"Nina"}, "priority": {"high"}, "add_tags[]": {"refund"}, "agent_id": {fmt.Sprint(int64(bob.ID))}}).Is(http.StatusSeeOther)
	page = b.Get(strings.TrimPrefix(got.Header.Get("Location"), "/support/")).Is(http.StatusOK)
	has(t, page.Body, "Nina", "new.person@example.test", "High", "refund", "Wants a refund")
	d.Settle()
	has(t, b.Get("agent/people/?requester_email=nin").Is(http.StatusOK).Body, "new.person@example.test")
}

func TestBinAndRestore(t *testing.T) {
	d := helpdesktest.New(t)
	root, carol := d.Admin("root"), d.Customer("carol")
	tk := carol.Opens("Printer")
	a := d.As(root)
	a.Post(path(tk, "delete/"), nil).Is(http.StatusSeeOther)
	d.As(d.Agent("bob")).Get(path(tk, "")).Is(http.StatusNotFound)
	d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(http.StatusNotFound)
	has(t, a.Get("agent/tickets/?status=deleted").Is(http.StatusOK).Body, "Printer")
	hasNot(t, a.Get("agent/tickets/?status=any").Is(http.StatusOK).Body, fmt.Sprintf(`data-ticket="%d"`, tk.ID))
	a.Post(path(tk, "restore/"), nil).Is(http.StatusSeeOther)
	d.As(carol).Get(fmt.Sprintf("tickets/%d/", tk.ID)).Is(http.StatusOK)
}

func TestOriginalMailIsShownInert(t *testing.T) {
	d := helpdesktest.New(t)
	raw := "From: Eve <eve@evil.test>\r\nTo: support@help.test\r\nSubject: hi\r\nMessage-ID: <1@evil.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
		`<p>Hello</p><script>alert(1)</script><img src="https://evil.test/pixel.png">`
	if _, err := d.Verbs().ReceiveMail(t.Context(), model.System("mail"), strings.NewReader(raw), desk.Arrival{Door: "pipe", Live: true}); err != nil {
		t.Fatal(err)
	}
	b := d.As(d.Agent("bob"))
	page := b.Get("agent/tickets/1/").Is(http.StatusOK)
	has(t, page.Body, "Hello", "agent/messages/1/original/")
	hasNot(t, page.Body, "alert(1)", "pixel.png")
	page = b.Get("agent/messages/1/original/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "<iframe", `sandbox="allow-popups allow-popups-to-escape-sandbox"`, "eve@evil.test")
	frame := b.Get("agent/messages/1/html/").Is(http.StatusOK)
	csp := frame.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "sandbox allow-popups") || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "allow-scripts") || strings.Contains(csp, "allow-same-origin") {
		t.Errorf("the frame's policy is %q", csp)
	}
	eml := b.Get("agent/messages/1/raw.eml").Is(http.StatusOK)
	if eml.Body != raw {
		t.Error("the raw mail is not what came")
	}
	d.As(d.Customer("carol")).Get("agent/messages/1/html/").Is(http.StatusNotFound)
}
