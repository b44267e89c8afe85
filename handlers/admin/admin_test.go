package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func TestPagesOfThePanel(t *testing.T) {
	d := helpdesktest.New(t)
	d.Department("Billing")
	admin := d.As(d.Admin("root"))
	for _, path := range []string{
		"admin/", "admin/departments/", "admin/departments/create/", "admin/tags/", "admin/tags/create/", "admin/people/", "admin/people/?kind=customer&q=x",
		"admin/people/create/", "admin/mail/", "admin/mail/?state=failed", "admin/inbound/", "admin/inbound/?outcome=held", "admin/settings/",
	} {
		admin.Get(path).Is(http.StatusOK).AtMost(12)
	}
}

func TestDepartmentFormKeepsWhatWasTyped(t *testing.T) {
	d := helpdesktest.New(t)
	bob := d.Agent("bob")
	admin := d.As(d.Admin("root"))
	admin.Post("admin/departments/store/", helpdesktest.Form{"name": {"Billing"}, "agent_ids[]": {num(bob.ID)}}).Is(http.StatusSeeOther)
	page := admin.Post("admin/departments/store/", helpdesktest.Form{"name": {"Other"}, "slug": {"billing"}, "description": {"Money matters"}})
	page.Is(http.StatusUnprocessableEntity)
	for _, want := range []string{`value="Other"`, "Money matters", `aria-invalid="true"`} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the form lost %s", want)
		}
	}
	list := admin.Get("admin/departments/").Is(http.StatusOK)
	if !strings.Contains(list.Body, "Billing") {
		t.Error("the department is not listed")
	}
}

func TestInvitingAndEndingAccess(t *testing.T) {
	d := helpdesktest.New(t)
	root, heir := d.Admin("root"), d.Agent("heir")
	admin := d.As(root)
	admin.Post("admin/people/store/", helpdesktest.Form{"name": {"New"}, "email": {"not an address"}, "kind": {"agent"}}).Is(http.StatusUnprocessableEntity)
	admin.Post("admin/people/store/", helpdesktest.Form{"name": {"New"}, "email": {"new@help.test"}, "kind": {"agent"}}).Is(http.StatusSeeOther)
	d.Settle()
	d.MailTo("new@help.test") // fails without one
	ann := d.Agent("ann")
	tk := d.Customer("carl").Opens("mine")
	if err := d.Verbs().Assign(t.Context(), root.Actor(), tk.ID, ann.ID, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	path := "admin/people/" + num(ann.ID) + "/"
	admin.Get(path).Is(http.StatusOK)
	admin.Post(path+"deactivate/", helpdesktest.Form{"hand_to": {num(heir.ID)}}).Is(http.StatusSeeOther)
	got, err := d.Verbs().Ticket(t.Context(), root.Actor(), tk.ID)
	if err != nil || got.AssigneeID != heir.ID {
		t.Fatalf("the ticket went to %d, %v", got.AssigneeID, err)
	}
	me := "admin/people/" + num(root.ID) + "/"
	page := admin.Post(me+"kind/", helpdesktest.Form{"kind": {"agent"}}).Is(http.StatusUnprocessableEntity)
	if !strings.Contains(page.Body, "role=\"alert\"") {
		t.Error("the last admin was not told why")
	}
	admin.Post(path+"activate/", nil).Is(http.StatusSeeOther)
}

func TestSettingsAreSavedSectionBySection(t *testing.T) {
	d := helpdesktest.New(t)
	admin := d.As(d.Admin("root"))
	admin.Post("admin/settings/update/", helpdesktest.Form{"section": {"attachments"}, "max_attachments": {"7"}, "max_attachment_size_kb": {"2048"}, "desk_name": {"not of this section"}}).Is(http.StatusSeeOther)
	s, err := d.Verbs().Settings(t.Context())
	if err != nil || s.MaxAttachments != 7 || s.MaxAttachmentSizeKB != 2048 || s.DeskName != "Escalated" || !s.AllowSignup {
		t.Fatalf("settings are %+v, %v", s, err)
	}
	page := admin.Post("admin/settings/update/", helpdesktest.Form{"section": {"attachments"}, "max_attachments": {"many"}, "max_attachment_size_kb": {"2048"}}).Is(http.StatusUnprocessableEntity)
	if !strings.Contains(page.Body, `value="many"`) {
		t.Error("what was typed is lost")
	}
	admin.Post("admin/settings/update/", helpdesktest.Form{"section": {"guests"}}).Is(http.StatusSeeOther)
	if s, _ = d.Verbs().Settings(t.Context()); s.GuestTicketsEnabled {
		t.Error("a switch that is off stayed on")
	}
}

func TestMailCanBeReadAndItsBytesHad(t *testing.T) {
	d := helpdesktest.New(t)
	root := d.Admin("root")
	admin := d.As(root)
	admin.Post("admin/mail/test/", helpdesktest.Form{"address": {"nonsense"}}).Is(http.StatusUnprocessableEntity)
	admin.Post("admin/mail/test/", helpdesktest.Form{"address": {"who@else.test"}}).Is(http.StatusSeeOther)
	d.Settle()
	list := admin.Get("admin/mail/?state=kept").Is(http.StatusOK)
	if !strings.Contains(list.Body, "who@else.test") {
		t.Fatal("the mail is not listed")
	}
	admin.Get("admin/mail/1/").Is(http.StatusOK)
	eml := admin.Get("admin/mail/1.eml").Is(http.StatusOK)
	if !strings.Contains(eml.Body, "To: ") || !strings.Contains(eml.Body, "who@else.test") {
		t.Fatalf("the bytes are %.200q", eml.Body)
	}
}

func TestInboundActions(t *testing.T) {
	d := helpdesktest.New(t)
	root := d.Admin("root")
	admin := d.As(root)
	for _, raw := range []string{
		"From: <>\r\nSubject: nobody\r\n\r\nhello\r\n",
		"From: MAILER-DAEMON@x.test\r\nReturn-Path: <>\r\nSubject: Undelivered\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b--\r\n",
	} {
		if _, err := d.Verbs().ReceiveMail(t.Context(), model.System("mail"), strings.NewReader(raw), desk.Arrival{Door: "pipe", Live: true}); err != nil {
			t.Fatal(err)
		}
	}
	list := admin.Get("admin/inbound/").Is(http.StatusOK).AtMost(12)
	if !strings.Contains(list.Body, "Undelivered") {
		t.Fatal("received mail is not listed")
	}
	admin.Get("admin/inbound/1/").Is(http.StatusOK)
	raw := admin.Get("admin/inbound/2.eml").Is(http.StatusOK)
	if !strings.Contains(raw.Body, "Subject: Undelivered") {
		t.Fatal("the raw mail is not what came")
	}
	admin.Post("admin/inbound/2/ticket/", nil).Is(http.StatusSeeOther)
	admin.Post("admin/inbound/1/drop/", nil).Is(http.StatusSeeOther)
	admin.Post("admin/inbound/1/drop/", nil).Is(http.StatusConflict)
}

func num[T ~int64](n T) string { return model.Reference("", model.TicketID(n))[1:] }
