package portal_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// solved is a ticket of somebody that an agent answered and resolved.
func solved(t *testing.T, d *helpdesktest.Desk, of *helpdesktest.Person) model.Ticket {
	t.Helper()
	tk := of.Opens("Printer")
	if _, err := d.Verbs().Reply(t.Context(), d.Agent("bob").Actor(), tk.ID, model.NewReply{Body: "Done.", Status: model.Resolved}); err != nil {
		t.Fatal(err)
	}
	return tk
}

func TestRatingInThePortal(t *testing.T) {
	d := helpdesktest.New(t)
	carol := d.Customer("carol")
	tk := solved(t, d, carol)
	at := fmt.Sprintf("tickets/%d/", tk.ID)
	c := d.As(carol)
	page := c.Get(at).Is(http.StatusOK).AtMost(12)
	if !strings.Contains(page.Body, "How did we do?") || !strings.Contains(page.Body, `name="rating" value="5"`) {
		t.Error("the page does not ask")
	}
	c.Get(at + "rate/?score=2").Is(http.StatusOK)
	if now, _ := d.Verbs().Ticket(t.Context(), carol.Actor(), tk.ID); now.Rating != 0 {
		t.Error("looking has rated")
	}
	// One press saves, and the page offers a comment.
	to := c.Post(at+"rate/", helpdesktest.F("rating", "2")).Is(http.StatusSeeOther)
	if !strings.HasSuffix(to.Location(), at+"rate/") {
		t.Errorf("leads to %s", to.Location())
	}
	c.Post(at+"rate/", helpdesktest.F("rating", "4", "comment", "Better now.")).Is(http.StatusSeeOther)
	if page := c.Get(at + "rate/").Is(http.StatusOK); !strings.Contains(page.Body, "Better now.") {
		t.Error("the comment is lost")
	}
	for _, n := range []string{"0", "6", "four", ""} {
		page := c.Post(at+"rate/", helpdesktest.F("rating", n, "comment", "kept words")).Is(http.StatusUnprocessableEntity)
		if !strings.Contains(page.Body, "kept words") {
			t.Errorf("%q: the form lost what was typed", n)
		}
	}
	d.As(d.Customer("oscar")).Post(at+"rate/", helpdesktest.F("rating", "1")).Is(http.StatusNotFound)
	d.Later(8 * 24 * time.Hour)
	c = d.As(carol)
	c.Post(at+"rate/", helpdesktest.F("rating", "1", "comment", "")).Is(http.StatusUnprocessableEntity)
	open := carol.Opens("Another")
	c.Post(fmt.Sprintf("tickets/%d/rate/", open.ID), helpdesktest.F("rating", "5")).Is(http.StatusUnprocessableEntity)
	if page := c.Get(fmt.Sprintf("tickets/%d/", open.ID)); strings.Contains(page.Body, "How did we do?") {
		t.Error("an open ticket asks")
	}
}

func TestRatingFromAMail(t *testing.T) {
	d := helpdesktest.New(t)
	carol := d.Customer("carol")
	tk := solved(t, d, carol)
	d.Later(25 * time.Hour)
	if n, err := d.Verbs().AskRatings(t.Context(), model.System("clock")); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	var mail helpdesktest.Mail
	for _, m := range d.Mail() {
		if m.Kind == model.MailRate && m.Address == "carol@help.test" {
			mail = m
		}
	}
	links := regexp.MustCompile(`/support/(rate/[a-z2-7]+/\?score=\d)`).FindAllStringSubmatch(mail.Text, -1)
	if len(links) != 5 || len(regexp.MustCompile(`/rate/[a-z2-7]+/\?score=\d`).FindAllString(mail.HTML, -1)) != 5 {
		t.Fatalf("links %v", links)
	}
	b := d.Nobody()
	page := b.Get(links[1][1]).Is(http.StatusOK)
	if got := page.Find(`input[name=rating][checked]`); !got.Exists() || got.Attr("value") != "4" {
		t.Error("the score of the link is not chosen")
	}
	if page.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page.Header.Get("X-Robots-Tag"), "noindex") {
		t.Error("the page may be kept")
	}
	if now, _ := d.Verbs().Ticket(t.Context(), carol.Actor(), tk.ID); now.Rating != 0 {
		t.Error("opening the link has rated")
	}
	at := strings.SplitN(links[1][1], "?", 2)[0]
	b.Post(at, helpdesktest.F("rating", "4", "comment", "Thanks")).Is(http.StatusSeeOther)
	now, _ := d.Verbs().Ticket(t.Context(), carol.Actor(), tk.ID)
	if now.Rating != 4 {
		t.Errorf("rated %d", now.Rating)
	}
	b.Get("guest/" + strings.Split(at, "/")[1] + "/").Is(http.StatusNotFound) // it opens no conversation
	b.Get("rate/" + strings.Repeat("a", 32) + "/").Is(http.StatusNotFound)
	b.Post("rate/"+strings.Repeat("a", 32)+"/", helpdesktest.F("rating", "1")).Is(http.StatusNotFound)
}

func TestRatingAsAGuest(t *testing.T) {
	d := helpdesktest.New(t)
	tk, token, err := d.Verbs().OpenGuestTicket(t.Context(), model.Nobody(), model.NewTicket{Subject: "x", Body: "x", RequesterName: "Gus", RequesterEmail: "gus@guests.test"}, false)
	if err != nil {
		t.Fatal(err)
	}
	b := d.Nobody()
	b.Post("guest/"+token+"/rate/", helpdesktest.F("rating", "5")).Is(http.StatusUnprocessableEntity)
	if err := d.Verbs().SetStatus(t.Context(), d.Agent("bob").Actor(), tk.ID, model.Closed, desk.Change{}); err != nil {
		t.Fatal(err)
	}
	b.Get("guest/" + token + "/rate/").Is(http.StatusOK)
	b.Post("guest/"+token+"/rate/", helpdesktest.F("rating", "5")).Is(http.StatusSeeOther)
	if page := b.Get("guest/" + token + "/").Is(http.StatusOK); !strings.Contains(page.Body, "You rated it: Excellent.") {
		t.Error("the page does not tell")
	}
}

// What customers may not know of custom fields is in nothing they get.
func TestStaffFieldsNeverTravel(t *testing.T) {
	const canary = "zebra-field"
	d := helpdesktest.New(t)
	carol, bob, admin := d.Customer("carol"), d.Agent("bob"), d.Admin("fred")
	make := func(f model.FieldDef) {
		t.Helper()
		f.Kind, f.Label = model.CustomText, model.Localized{"": f.Key}
		if _, err := d.Verbs().SaveField(t.Context(), admin.Actor(), f); err != nil {
			t.Fatal(err)
		}
	}
	make(model.FieldDef{Entity: model.FieldOfTicket, Key: "zebra_secret", Audience: model.AudienceStaff})
	make(model.FieldDef{Entity: model.FieldOfPerson, Key: "zebra_person", Audience: model.AudienceStaff})
	make(model.FieldDef{Entity: model.FieldOfTicket, Key: "order_number", Audience: model.AudienceAsked, RequiredOn: model.RequiredOnCreate})
	c := d.As(carol)
	form := helpdesktest.F("subject", "Printer", "description", "It burns.", "field.zebra_secret", "mine", "person_field.zebra_person", "mine")
	c.Post("tickets/store/", form).Is(http.StatusUnprocessableEntity)
	form.Set("field.order_number", "A 17")
	c.Post("tickets/store/", form).Is(http.StatusSeeOther)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	v, err := d.Verbs().ViewTicket(t.Context(), bob.Actor(), 1, desk.Look{})
	must(err)
	for _, f := range append(v.Fields, v.PersonFields...) {
		if strings.HasPrefix(f.Def.Key, "zebra") && len(f.Values) > 0 {
			t.Errorf("a customer wrote %s", f.Def.Key)
		}
	}
	must(d.Verbs().SetFields(t.Context(), bob.Actor(), 1, map[string][]string{"zebra_secret": {canary}}, desk.Change{}))
	must(d.Verbs().SetRequesterFields(t.Context(), bob.Actor(), 1, map[string][]string{"zebra_person": {canary}}))
	_, err = d.Verbs().Reply(t.Context(), bob.Actor(), 1, model.NewReply{Body: "Try water."})
	must(err)
	d.Settle()
	pages := []string{"tickets/1/", "tickets/1/?show=all", "tickets/", "tickets/create/", "tickets/1/rate/", "changes?since=0&t=portal:1", "tickets/?status=all&q=zebra-field"}
	for _, p := range pages {
		body := c.Get(p).Body
		if strings.Contains(strings.ReplaceAll(body, "q=zebra-field", ""), "zebra") && !strings.Contains(p, "q=") {
			t.Errorf("%s has a field of the staff", p)
		}
	}
	if page := c.Get("tickets/1/").Body; !strings.Contains(page, "order_number") || !strings.Contains(page, "A 17") {
		t.Error("the customer does not see their own field")
	}
	for _, m := range d.Mail() {
		if strings.Contains(string(m.Raw), "zebra") {
			t.Errorf("the mail %s has a field of the staff", m.Kind)
		}
	}
	if page := d.Nobody().Get("guest/create/").Body; strings.Contains(page, "zebra") || !strings.Contains(page, "field.order_number") {
		t.Error("the form for guests asks for the wrong fields")
	}
}

func TestConditionalFieldsWithoutScripts(t *testing.T) {
	d := helpdesktest.New(t)
	orders := d.Department("Orders")
	_, err := d.Verbs().SaveField(t.Context(), d.Admin("fred").Actor(), model.FieldDef{
		Entity: model.FieldOfTicket, Key: "order", Kind: model.CustomText, Label: model.Localized{"": "Order"}, Audience: model.AudienceAsked, RequiredOn: model.RequiredOnCreate,
		Conditions: model.FieldConditions{{Field: "department", Operator: "equals", Value: "orders"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := d.As(d.Customer("carol"))
	if page := c.Get("tickets/create/").Body; !strings.Contains(page, "hidden disabled") {
		t.Error("the field is not hidden")
	}
	topic := fmt.Sprint(int64(orders))
	if page := c.Get("tickets/create/?topic=" + topic).Body; strings.Contains(page, "hidden disabled") {
		t.Error("the field is hidden")
	}
	form := helpdesktest.F("subject", "Printer", "description", "It burns.", "department_id", topic)
	form.Set("refresh", "1")
	page := c.Post("tickets/store/", form).Is(http.StatusOK)
	if strings.Contains(page.Body, "hidden disabled") || !strings.Contains(page.Body, "It burns.") {
		t.Error("asking for the fields lost something")
	}
	form.Del("refresh")
	c.Post("tickets/store/", form).Is(http.StatusUnprocessableEntity)
	form.Set("field.order", "17")
	c.Post("tickets/store/", form).Is(http.StatusSeeOther)
}
