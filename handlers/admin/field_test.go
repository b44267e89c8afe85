package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func TestStatusPages(t *testing.T) {
	d := helpdesktest.New(t)
	admin := d.As(d.Admin("root"))
	for _, p := range []string{"admin/statuses/", "admin/statuses/create/", "admin/statuses/1/", "admin/statuses/moves/", "admin/fields/", "admin/fields/create/"} {
		admin.Get(p).Is(http.StatusOK).AtMost(12)
	}
	form := helpdesktest.F("label", "At the lab", "label_de", "Im Labor", "customer_label", "Being examined", "state", "waiting_on_agent", "hue", "mint")
	admin.Post("admin/statuses/store/", form).Is(http.StatusSeeOther)
	page := admin.Get("admin/statuses/").Is(http.StatusOK)
	for _, want := range []string{"At the lab", "Being examined", "h-mint"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	page = admin.Post("admin/statuses/store/", helpdesktest.F("label_de", "Im Labor", "state", "nonsense", "key", "x y")).Is(http.StatusUnprocessableEntity)
	if !strings.Contains(page.Body, `value="Im Labor"`) {
		t.Error("the form lost what was typed")
	}
	admin.Post("admin/statuses/9/update/", helpdesktest.F("label", "Lab", "version", "1")).Is(http.StatusSeeOther)
	admin.Post("admin/statuses/9/update/", helpdesktest.F("label", "Lab 2", "version", "1")).Is(http.StatusConflict)
	admin.Post("admin/statuses/9/move/", helpdesktest.F("to", "up")).Is(http.StatusSeeOther)
	admin.Post("admin/statuses/moves/update/", helpdesktest.Form{"moves[]": {"1:9", "9:7"}}).Is(http.StatusSeeOther)
	if page := admin.Get("admin/statuses/moves/"); !strings.Contains(page.Body, `value="1:9" checked`) {
		t.Error("the move is not ticked")
	}
	admin.Post("admin/statuses/moves/update/", helpdesktest.Form{"moves[]": {"x"}}).Is(http.StatusUnprocessableEntity)
	admin.Post("admin/statuses/9/archive/", helpdesktest.F("on", "1", "replacement", "1")).Is(http.StatusUnprocessableEntity)
	admin.Post("admin/statuses/9/archive/", helpdesktest.F("on", "1", "replacement", "4")).Is(http.StatusSeeOther)
	admin.Post("admin/statuses/9/archive/", helpdesktest.F("on", "0")).Is(http.StatusSeeOther)
}

func TestFieldPages(t *testing.T) {
	d := helpdesktest.New(t)
	d.Department("Orders")
	admin := d.As(d.Admin("root"))
	form := helpdesktest.F(
		"entity", "ticket", "kind", "select", "label", "Plan", "label_ar", "الخطة", "help", "What they pay.", "audience", "asked", "required_on", "create",
		"option.0.key", "", "option.0.label", "Free", "option.0.place", "2", "option.1.label", "Paid", "option.1.place", "1", "option.2.label", "", "option.2.place", "3",
		"condition.0.field", "department", "condition.0.operator", "equals", "condition.0.value", "Orders",
	)
	form.Set("more", "1")
	page := admin.Post("admin/fields/store/", form).Is(http.StatusOK)
	if !strings.Contains(page.Body, `name="option.4.label"`) || !strings.Contains(page.Body, `value="الخطة"`) {
		t.Error("no more lines, or something was lost")
	}
	form.Del("more")
	admin.Post("admin/fields/store/", form).Is(http.StatusSeeOther)
	list, err := d.Verbs().FieldDefs(t.Context(), d.Admin("fred").Actor())
	if err != nil || len(list) != 1 || list[0].Options[0].Key != "paid" || len(list[0].Options) != 2 || list[0].Conditions[0].Value == "Orders" {
		t.Fatalf("%+v %v", list, err)
	}
	page = admin.Get("admin/fields/1/").Is(http.StatusOK).AtMost(12)
	for _, want := range []string{`value="Paid"`, `value="Orders"`, "What they pay."} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the form lacks %q", want)
		}
	}
	form.Set("version", "1")
	form.Set("condition.0.field", "no_such")
	admin.Post("admin/fields/1/update/", form).Is(http.StatusUnprocessableEntity)
	form.Set("condition.0.field", "")
	admin.Post("admin/fields/1/update/", form).Is(http.StatusSeeOther)
	admin.Post("admin/fields/1/update/", form).Is(http.StatusConflict)
	admin.Post("admin/fields/1/move/", helpdesktest.F("to", "down")).Is(http.StatusSeeOther)
	admin.Post("admin/fields/1/archive/", helpdesktest.F("on", "1")).Is(http.StatusSeeOther)
	admin.Get("admin/fields/999/").Is(http.StatusNotFound)
}

func TestFieldsOfAPerson(t *testing.T) {
	d := helpdesktest.New(t)
	carol := d.Customer("carol")
	if _, err := d.Verbs().SaveField(t.Context(), d.Admin("fred").Actor(), model.FieldDef{Entity: model.FieldOfPerson, Kind: model.CustomNumber, Key: "seats", Label: model.Localized{"": "Seats"}, Audience: model.AudienceStaff}); err != nil {
		t.Fatal(err)
	}
	admin := d.As(d.Admin("root"))
	at := "admin/people/" + num(carol.ID) + "/"
	admin.Post(at+"fields/", helpdesktest.F("person_field.seats", "7")).Is(http.StatusSeeOther)
	if page := admin.Get(at).Is(http.StatusOK).AtMost(12); !strings.Contains(page.Body, `value="7"`) {
		t.Error("the value is lost")
	}
	page := admin.Post(at+"fields/", helpdesktest.F("person_field.seats", "some")).Is(http.StatusUnprocessableEntity)
	if !strings.Contains(page.Body, `value="some"`) {
		t.Error("what was typed is lost")
	}
}
