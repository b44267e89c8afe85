package agent_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// field makes a custom field of tickets.
func field(t *testing.T, d *helpdesktest.Desk, f model.FieldDef) model.FieldDef {
	t.Helper()
	if f.Entity == "" {
		f.Entity = model.FieldOfTicket
	}
	if f.Audience == "" {
		f.Audience = model.AudienceStaff
	}
	id, err := d.Verbs().SaveField(t.Context(), d.Admin("fred-"+f.Key).Actor(), f)
	if err != nil {
		t.Fatal(err)
	}
	f.ID = id
	return f
}

func TestFieldsInThePanel(t *testing.T) {
	d := helpdesktest.New(t)
	field(t, d, model.FieldDef{Key: "seats", Kind: model.CustomNumber, Label: model.Localized{"en": "Seats", "de": "Plätze"}})
	field(t, d, model.FieldDef{Key: "cause", Kind: model.CustomText, Label: model.Localized{"": "Cause"}, RequiredOn: model.RequiredOnResolve})
	field(t, d, model.FieldDef{Entity: model.FieldOfPerson, Key: "plan", Kind: model.CustomText, Label: model.Localized{"": "Plan"}})
	tk := d.Customer("carol").Opens("Printer")
	b := d.As(d.Agent("bob"))
	has(t, b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12).Body, `name="field.seats"`, "Seats", `name="person_field.plan"`)
	b.Post(path(tk, "fields/"), helpdesktest.F("field.seats", "12")).Is(http.StatusSeeOther)
	b.Post(path(tk, "requester/fields/"), helpdesktest.F("person_field.plan", "gold")).Is(http.StatusSeeOther)
	page := b.Get(path(tk, "")).Is(http.StatusOK).Body
	has(t, page, `value="12"`, `value="gold"`, "set Seats to 12")

	// Refused: the field says why and keeps what was typed.
	page = b.Post(path(tk, "fields/"), helpdesktest.F("field.seats", "a few")).Is(http.StatusUnprocessableEntity).Body
	has(t, page, `value="a few"`, `id="f-field.seats-error"`)
	part := b.HTMX("panel-msg").Post(path(tk, "fields/"), helpdesktest.F("field.seats", "a few")).Is(http.StatusUnprocessableEntity).Body
	has(t, part, `id="panel-body"`, `id="f-field.seats-error"`)
	// Resolving names what is missing.
	page = b.Post(path(tk, "status/"), helpdesktest.F("status", "resolved")).Is(http.StatusUnprocessableEntity).Body
	has(t, page, "Fill in Cause before this is resolved.", `href="#f-field.cause"`)
	page = b.Post(path(tk, "reply/"), helpdesktest.F("body", "Done.", "status", "resolved")).Is(http.StatusUnprocessableEntity).Body
	has(t, page, "Fill in Cause before this is resolved.")
	// A light agent reads.
	page = d.As(d.Light("lena")).Get(path(tk, "")).Is(http.StatusOK).Body
	has(t, page, "Seats", ">12<")
	hasNot(t, page, `name="field.seats"`)
}

func TestFieldsOfANewTicket(t *testing.T) {
	d := helpdesktest.New(t)
	field(t, d, model.FieldDef{Key: "plan", Kind: model.CustomSelect, Label: model.Localized{"": "Plan"}, Options: model.FieldOptions{{Label: model.Localized{"": "Paid"}}, {Label: model.Localized{"": "Free"}}}})
	field(t, d, model.FieldDef{
		Key: "order", Kind: model.CustomText, Label: model.Localized{"": "Order"}, RequiredOn: model.RequiredOnCreate,
		Conditions: model.FieldConditions{{Field: "plan", Operator: "equals", Value: "paid"}, {Field: "type", Operator: "not_equals", Value: "task"}},
	})
	b := d.As(d.Agent("bob"))
	page := b.Get("agent/tickets/create/").Is(http.StatusOK).AtMost(12)
	has(t, page.Body, `name="field.plan"`, "static/fields.", `name="refresh"`)
	if set := page.Find("fieldset[data-when]"); !set.Exists() || !strings.Contains(page.Body, "hidden disabled") {
		t.Error("the order is not hidden")
	}
	form := func(more ...string) helpdesktest.Form {
		return helpdesktest.F(append([]string{"requester_email", "carol@help.test", "subject", "Printer", "description", "It burns.", "field.plan", "paid"}, more...)...)
	}
	page = b.Post("agent/tickets/store/", form("refresh", "1")).Is(http.StatusOK)
	has(t, page.Body, `value="Printer"`, "It burns.", `name="field.order"`)
	hasNot(t, page.Body, "hidden disabled")
	page = b.Post("agent/tickets/store/", form()).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "Order must be filled in.")
	b.Post("agent/tickets/store/", form("field.order", "A 17")).Is(http.StatusSeeOther)
	v, err := d.Verbs().ViewTicket(t.Context(), d.Agent("ben").Actor(), 1, desk.Look{})
	if err != nil || len(v.Fields) != 2 || v.Fields[1].Values[0] != "A 17" {
		t.Errorf("the ticket has %+v (%v)", v.Fields, err)
	}
}

func TestOwnStatusesOnPages(t *testing.T) {
	d := helpdesktest.New(t)
	_, err := d.Verbs().SaveStatus(t.Context(), d.Admin("fred").Actor(), model.StatusDef{
		State: model.WaitingOnAgent, Hue: "mint", Label: model.Localized{"": "At the lab", "de": "Im Labor"}, CustomerLabel: model.Localized{"": "Being examined"},
	})
	if err != nil {
		t.Fatal(err)
	}
	carol := d.Customer("carol")
	tk := carol.Opens("Printer")
	b := d.As(d.Agent("bob"))
	has(t, b.Get(path(tk, "")).Body, `<option value="at_the_lab">At the lab</option>`)
	b.Post(path(tk, "status/"), helpdesktest.F("status", "at_the_lab")).Is(http.StatusSeeOther)
	page := b.Get(path(tk, "")).Is(http.StatusOK).AtMost(12).Body
	has(t, page, `class="chip h-mint" data-status="at_the_lab"`, "from Open to At the lab")
	has(t, b.Get("agent/tickets/").Is(http.StatusOK).Body, `class="chip h-mint" data-status="at_the_lab"`)
	has(t, b.With("Accept-Language", "de").Get(path(tk, "")).Body, "Im Labor")
	c := d.As(carol)
	for _, p := range []string{"tickets/", strings.TrimPrefix(path(tk, ""), "agent/")} {
		page := c.Get(p).Is(http.StatusOK).Body
		has(t, page, "Being examined")
		hasNot(t, page, "At the lab", "at_the_lab")
	}
}

func TestExport(t *testing.T) {
	d := helpdesktest.New(t)
	field(t, d, model.FieldDef{Key: "note", Kind: model.CustomText, Label: model.Localized{"": "=Note"}})
	field(t, d, model.FieldDef{Key: "seats", Kind: model.CustomNumber, Label: model.Localized{"": "Seats"}})
	carol, bob := d.Customer("carol"), d.Agent("bob")
	tk := carol.Opens(`=HYPERLINK("http://evil.test","x"), "y"`)
	carol.Opens("Another")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.Verbs().SetFields(t.Context(), bob.Actor(), tk.ID, map[string][]string{"note": {"@cmd"}, "seats": {"-3"}}, desk.Change{}))
	must(d.Verbs().SetStatus(t.Context(), bob.Actor(), tk.ID, model.Resolved, desk.Change{}))
	must(d.Verbs().Rate(t.Context(), carol.Actor(), tk.ID, 4, "fine"))
	b := d.As(bob)
	got := b.Get("agent/tickets/export.csv?status=any").Is(http.StatusOK)
	if h := got.Header.Get("Content-Disposition"); !strings.HasPrefix(h, "attachment") || !strings.Contains(h, ".csv") {
		t.Errorf("disposition %q", h)
	}
	has(t, got.Body, "'=Note,Seats", `"'=HYPERLINK(""http://evil.test"",""x""), ""y"""`, ",4,'@cmd,-3\r\n", "Another")
	has(t, b.Get("agent/tickets/export.csv?status=resolved").Is(http.StatusOK).Body, tk.Reference)
	hasNot(t, b.Get("agent/tickets/export.csv?status=resolved").Body, "Another")
	hasNot(t, got.Body, "fine") // what was said is read beside the ticket
	must(d.Verbs().SetDepartment(t.Context(), bob.Actor(), tk.ID, d.Department("Lab"), desk.Change{}))
	hasNot(t, d.As(d.Narrow("nora", d.Department("Sales"))).Get("agent/tickets/export.csv?status=any").Body, tk.Reference)
}
