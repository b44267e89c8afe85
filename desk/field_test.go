package desk

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"escalated/model"
	"escalated/store"
)

// field makes a custom field of tickets.
func (r *rig) field(by model.Actor, f model.FieldDef) model.FieldDef {
	r.t.Helper()
	if f.Entity == "" {
		f.Entity = model.FieldOfTicket
	}
	if f.Audience == "" {
		f.Audience = model.AudienceStaff
	}
	if len(f.Label) == 0 {
		f.Label = model.Localized{"": f.Key}
	}
	id, err := r.SaveField(r.ctx, by, f)
	must(r.t, err)
	out, err := r.FieldDef(r.ctx, by, id)
	must(r.t, err)
	return out
}

func options(keys ...string) (out model.FieldOptions) {
	for _, k := range keys {
		out = append(out, model.FieldOption{Label: model.Localized{"": k}})
	}
	return out
}

// values are a ticket's fields by key as a member of the staff sees them.
func (r *rig) values(by model.Actor, id model.TicketID) map[string]string {
	r.t.Helper()
	v, err := r.ViewTicket(r.ctx, by, id, Look{})
	must(r.t, err)
	out := map[string]string{}
	for _, f := range v.Fields {
		out[f.Def.Key] = strings.Join(f.Values, "|")
	}
	return out
}

func TestFieldKinds(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	for _, f := range []model.FieldDef{
		{Key: "order", Kind: model.CustomText},
		{Key: "story", Kind: model.CustomTextarea},
		{Key: "plan", Kind: model.CustomSelect, Options: options("Free", "Paid")},
		{Key: "parts", Kind: model.CustomMulti, Options: options("Disk", "Fan", "Lid")},
		{Key: "vip", Kind: model.CustomCheckbox},
		{Key: "due", Kind: model.CustomDate},
		{Key: "seats", Kind: model.CustomNumber},
	} {
		r.field(admin, f)
	}
	tk := r.opens(ann, "Printer")
	set := func(key string, values ...string) error {
		return r.SetFields(r.ctx, agent, tk.ID, map[string][]string{key: values}, Change{})
	}
	for _, c := range []struct {
		key  string
		in   []string
		want string
	}{
		{"order", []string{"  A \x00 17\n"}, "A 17"},
		{"story", []string{"one\r\ntwo"}, "one\ntwo"},
		{"plan", []string{"paid"}, "paid"},
		{"parts", []string{"", "lid", "disk", "lid"}, "disk|lid"},
		{"vip", []string{"0", "1"}, "1"},
		{"vip", []string{"0"}, "0"},
		{"due", []string{"1969-12-31"}, "1969-12-31"},
		{"seats", []string{"12.50"}, "12.5"},
		{"seats", []string{"-3"}, "-3"},
		{"parts", nil, ""},
	} {
		must(t, set(c.key, c.in...))
		if got := r.values(agent, tk.ID)[c.key]; got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.key, c.in, got, c.want)
		}
	}
	for _, c := range [][3]string{
		{"order", strings.Repeat("x", 501), "too_long"},
		{"plan", "gold", "choice_invalid"},
		{"parts", "leg", "choice_invalid"},
		{"due", "31.12.2026", "date"},
		{"due", "2026-02-30", "date"},
		{"seats", "many", "number"},
		{"seats", "NaN", "number"},
		{"seats", "1e300", "number"},
		{"no_such", "x", "not_found"},
	} {
		refused(t, set(c[0], c[1]), "field."+c[0], c[2])
	}
	n := len(r.facts(tk.ID))
	must(t, set("plan", "paid"))
	if len(r.facts(tk.ID)) != n {
		t.Error("the same value again was recorded")
	}
	is(t, r.SetFields(r.ctx, ann, tk.ID, map[string][]string{"plan": {"free"}}, Change{}), model.ErrDenied)
	is(t, r.SetFields(r.ctx, r.person(model.KindLight, "Lena"), tk.ID, nil, Change{}), model.ErrDenied)
}

func TestFieldChangesAreRecordedAndUndone(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	r.field(admin, model.FieldDef{Key: "parts", Kind: model.CustomMulti, Options: options("Disk", "Fan", "Lid"), Audience: model.AudienceShown})
	r.field(admin, model.FieldDef{Key: "cost", Kind: model.CustomNumber})
	tk := r.opens(ann, "Printer")
	must(t, r.SetFields(r.ctx, agent, tk.ID, map[string][]string{"parts": {"disk"}, "cost": {"7"}}, Change{}))
	v, err := r.ViewTicket(r.ctx, agent, tk.ID, Look{})
	must(t, err)
	var public, private int
	for _, e := range v.Entries {
		if f, err := e.Event(); err == nil && e.Kind == "ticket.field_changed" {
			if f.Public() {
				public++
			} else {
				private++
			}
		}
	}
	if public != 1 || private != 1 {
		t.Errorf("%d public, %d private facts", public, private)
	}
	ctx, set := Undoing(r.ctx)
	must(t, r.SetFields(ctx, agent, tk.ID, map[string][]string{"parts": {"fan", "lid"}, "cost": nil}, Change{}))
	_, err = r.Undo(r.ctx, agent, *set)
	must(t, err)
	if got := r.values(agent, tk.ID); got["parts"] != "disk" || got["cost"] != "7" {
		t.Errorf("after undoing %v", got)
	}
}

func TestFieldStaleness(t *testing.T) {
	r := newRig(t)
	admin, a, b, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindAgent, "Bob"), r.person(model.KindCustomer, "Ann")
	r.field(admin, model.FieldDef{Key: "one", Kind: model.CustomText})
	r.field(admin, model.FieldDef{Key: "two", Kind: model.CustomText})
	tk := r.opens(ann, "Printer")
	seen := Change{Version: r.now(tk.ID).Version}
	must(t, r.SetFields(r.ctx, a, tk.ID, map[string][]string{"one": {"x"}}, seen))
	must(t, r.SetFields(r.ctx, b, tk.ID, map[string][]string{"two": {"y"}}, seen)) // another field
	err := r.SetFields(r.ctx, b, tk.ID, map[string][]string{"one": {"z"}}, seen)
	stale, ok := err.(*model.Stale)
	if !ok || stale.By != "Alan" || stale.Field != "field" {
		t.Fatalf("got %v", err)
	}
}

func TestRequiredFields(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	r.field(admin, model.FieldDef{Key: "order", Kind: model.CustomText, Audience: model.AudienceAsked, RequiredOn: model.RequiredOnCreate})
	r.field(admin, model.FieldDef{Key: "cause", Kind: model.CustomText, RequiredOn: model.RequiredOnResolve})
	r.field(admin, model.FieldDef{Key: "checked", Kind: model.CustomCheckbox, RequiredOn: model.RequiredOnCreate}) // staff alone are asked
	_, err := r.OpenTicket(r.ctx, ann, model.NewTicket{Subject: "Printer", Body: "x"})
	refused(t, err, "field.order", "field_required")
	_, err = r.OpenTicket(r.ctx, model.Nobody(), model.NewTicket{Subject: "Printer", Body: "x", RequesterName: "Gus", RequesterEmail: "gus@guests.test"})
	refused(t, err, "field.order", "field_required")
	_, err = r.OpenTicket(r.ctx, agent, model.NewTicket{Subject: "Printer", Body: "x", Requester: ann.ID, Fields: map[string][]string{"order": {"1"}, "checked": {"0"}}})
	refused(t, err, "field.checked", "field_required")
	_, err = r.OpenTicket(r.ctx, model.System("mail"), model.NewTicket{Subject: "Printer", Body: "x", Requester: ann.ID, Channel: model.Email})
	must(t, err)

	tk, err := r.OpenTicket(r.ctx, ann, model.NewTicket{Subject: "Printer", Body: "x", Fields: map[string][]string{"order": {"17"}, "cause": {"mine"}, "checked": {"1"}}})
	must(t, err)
	if got := r.values(agent, tk.ID); got["order"] != "17" || got["cause"] != "" || got["checked"] != "" {
		t.Errorf("a customer wrote %v", got)
	}
	// Every way to resolve names the field.
	refused(t, r.SetStatus(r.ctx, agent, tk.ID, model.Resolved, Change{}), "field.cause", "field_resolve")
	refused(t, r.CloseTicket(r.ctx, agent, tk.ID), "field.cause", "field_resolve")
	_, err = r.Reply(r.ctx, agent, tk.ID, model.NewReply{Body: "Done.", Status: model.Resolved})
	refused(t, err, "field.cause", "field_resolve")
	r.write(func(tx *store.Tx) error {
		err := r.act(tx.Ctx, tx, agent, tk.ID, model.Action{Type: model.ActStatus, Value: "resolved"}) // a macro, a bulk change
		refused(t, err, "field.cause", "field_resolve")
		if got := skipReason(err); got != "required" {
			t.Errorf("a bulk change says %q", got)
		}
		return nil
	})
	// The customer's own "it's solved" is not held back.
	other, err := r.OpenTicket(r.ctx, ann, model.NewTicket{Subject: "Printer", Body: "x", Fields: map[string][]string{"order": {"18"}}})
	must(t, err)
	must(t, r.CloseTicket(r.ctx, ann, other.ID))
	must(t, r.SetFields(r.ctx, agent, tk.ID, map[string][]string{"cause": {"dust"}}, Change{}))
	must(t, r.SetStatus(r.ctx, agent, tk.ID, model.Resolved, Change{}))
}

func TestFieldConditions(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	id, err := r.SaveDepartment(r.ctx, admin, model.Department{Name: "Orders"}, nil)
	must(t, err)
	r.field(admin, model.FieldDef{Key: "plan", Kind: model.CustomSelect, Options: options("Free", "Paid"), Audience: model.AudienceAsked})
	order := r.field(admin, model.FieldDef{
		Key: "order", Kind: model.CustomText, Audience: model.AudienceAsked, RequiredOn: model.RequiredOnCreate,
		Conditions: model.FieldConditions{{Field: "department", Operator: "equals", Value: "orders"}, {Field: "plan", Operator: "equals", Value: "Paid"}},
	})
	if order.Conditions[0].Value != strconv.FormatInt(int64(id), 10) || order.Conditions[1].Value != "paid" {
		t.Fatalf("conditions %v", order.Conditions)
	}
	tk, err := r.OpenTicket(r.ctx, ann, model.NewTicket{Subject: "x", Body: "x", Fields: map[string][]string{"order": {"hidden"}}})
	must(t, err)
	if got := r.values(agent, tk.ID); len(got) != 1 {
		t.Errorf("a field that does not show was kept: %v", got)
	}
	_, err = r.OpenTicket(r.ctx, ann, model.NewTicket{Subject: "x", Body: "x", Department: id, Fields: map[string][]string{"plan": {"paid"}}})
	refused(t, err, "field.order", "field_required")
	tk, err = r.OpenTicket(r.ctx, ann, model.NewTicket{Subject: "x", Body: "x", Department: id, Fields: map[string][]string{"plan": {"paid"}, "order": {"17"}}})
	must(t, err)
	if got := r.values(agent, tk.ID); got["order"] != "17" {
		t.Errorf("got %v", got)
	}
	must(t, r.SetFields(r.ctx, agent, tk.ID, map[string][]string{"plan": {"free"}}, Change{}))
	if _, shown := r.values(agent, tk.ID)["order"]; shown {
		t.Error("it shows although its condition does not hold")
	}
	for _, c := range []model.FieldCondition{
		{Field: "no_such", Operator: "equals", Value: "x"},
		{Field: "plan", Operator: "above", Value: "x"},
		{Field: "order", Operator: "is_empty"},
		{Field: "type", Operator: "equals", Value: "nonsense"},
		{Field: "plan", Operator: "equals", Value: "gold"},
		{Field: "department", Operator: "equals", Value: "999"},
	} {
		f := order
		f.Conditions = model.FieldConditions{c}
		_, err := r.SaveField(r.ctx, admin, f)
		refused(t, err, "conditions", "choice_invalid")
	}
}

func TestFieldDefinitions(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	_, err := r.SaveField(r.ctx, agent, model.FieldDef{})
	is(t, err, model.ErrDenied)
	_, err = r.SaveField(r.ctx, admin, model.FieldDef{Entity: "car", Kind: "blob", Audience: "all", RequiredOn: "now", Key: "type"})
	for _, f := range [][2]string{{"label", "required"}, {"entity", "choice_invalid"}, {"kind", "choice_invalid"}, {"audience", "choice_invalid"}, {"required_on", "choice_invalid"}, {"key", "slug_invalid"}} {
		refused(t, err, f[0], f[1])
	}
	_, err = r.SaveField(r.ctx, admin, model.FieldDef{Entity: model.FieldOfTicket, Kind: model.CustomSelect, Audience: model.AudienceStaff, Label: model.Localized{"": "P"}})
	refused(t, err, "options", "required")
	f := r.field(admin, model.FieldDef{Kind: model.CustomSelect, Label: model.Localized{"en": "The plan"}, Options: options("Free", "Free", "الخطة")})
	if f.Key != "the_plan" || f.Options[1].Key != "free_2" || f.Options[2].Key != "option" {
		t.Errorf("keys %q %v", f.Key, f.Options)
	}
	_, err = r.SaveField(r.ctx, admin, model.FieldDef{Entity: model.FieldOfTicket, Kind: model.CustomText, Audience: model.AudienceStaff, Key: "the_plan", Label: model.Localized{"": "x"}})
	refused(t, err, "key", "taken")
	r.field(admin, model.FieldDef{Entity: model.FieldOfPerson, Kind: model.CustomText, Key: "the_plan"}) // of people it is another

	tk := r.opens(ann, "Printer")
	must(t, r.SetFields(r.ctx, agent, tk.ID, map[string][]string{"the_plan": {"free_2"}}, Change{}))
	f.Options, f.Kind, f.Key = f.Options[:1], model.CustomDate, "other" // what is left out is archived, what is fixed stays
	_, err = r.SaveField(r.ctx, admin, f)
	must(t, err)
	now, err := r.FieldDef(r.ctx, admin, f.ID)
	must(t, err)
	if now.Kind != model.CustomSelect || now.Key != "the_plan" || len(now.Options) != 3 || !now.Options[1].Archived {
		t.Errorf("got %+v", now)
	}
	must(t, r.SetFields(r.ctx, agent, tk.ID, map[string][]string{"the_plan": {"free_2"}}, Change{})) // it had it
	must(t, r.SetFields(r.ctx, agent, tk.ID, map[string][]string{"the_plan": {"free"}}, Change{}))
	refused(t, r.SetFields(r.ctx, agent, tk.ID, map[string][]string{"the_plan": {"free_2"}}, Change{}), "field.the_plan", "choice_invalid")
	_, err = r.SaveField(r.ctx, admin, f)
	is(t, err, model.ErrConflict)

	must(t, r.ArchiveField(r.ctx, admin, f.ID, true))
	if got := r.values(agent, tk.ID); len(got) != 0 {
		t.Errorf("an archived field shows: %v", got)
	}
	must(t, r.ArchiveField(r.ctx, admin, f.ID, false))
	if got := r.values(agent, tk.ID)["the_plan"]; got != "free" {
		t.Errorf("its value is %q", got)
	}
	b := r.field(admin, model.FieldDef{Key: "b", Kind: model.CustomText})
	must(t, r.MoveField(r.ctx, admin, b.ID, true))
	c, err := r.Choices(r.ctx)
	must(t, err)
	if i := slices.IndexFunc(c.Fields, func(f model.FieldDef) bool { return f.ID == b.ID }); c.Fields[i+1].ID != f.ID {
		t.Error("it did not move")
	}
}

func TestStaffFieldsStayWithTheStaff(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	r.field(admin, model.FieldDef{Key: "risk", Kind: model.CustomText})
	r.field(admin, model.FieldDef{Key: "order", Kind: model.CustomText, Audience: model.AudienceShown})
	tk := r.opens(ann, "Printer")
	must(t, r.SetFields(r.ctx, agent, tk.ID, map[string][]string{"risk": {"canary"}, "order": {"17"}}, Change{}))
	must(t, r.SetRequesterFields(r.ctx, agent, tk.ID, nil))
	v, err := r.ViewTicket(r.ctx, ann, tk.ID, Look{})
	must(t, err)
	if len(v.Fields) != 1 || v.Fields[0].Def.Key != "order" || len(v.FieldRows) != 0 || len(v.PersonFields) != 0 {
		t.Errorf("a customer got %+v", v.Fields)
	}
	for _, e := range v.Entries {
		if strings.Contains(string(e.Data), "canary") {
			t.Errorf("a customer got %s", e.Data)
		}
	}
	asked, err := r.AskedFields(r.ctx, ann)
	must(t, err)
	if len(asked) != 0 {
		t.Errorf("asked for %v", asked)
	}
}

func TestPersonFields(t *testing.T) {
	r := newRig(t)
	admin, agent, ann := r.person(model.KindAdmin, "Ada"), r.person(model.KindAgent, "Alan"), r.person(model.KindCustomer, "Ann")
	r.field(admin, model.FieldDef{Entity: model.FieldOfPerson, Key: "plan", Kind: model.CustomText})
	tk := r.opens(ann, "Printer")
	must(t, r.SetRequesterFields(r.ctx, agent, tk.ID, map[string][]string{"plan": {"gold"}}))
	list, err := r.PersonFields(r.ctx, agent, ann.ID)
	must(t, err)
	if len(list) != 1 || list[0].Values[0] != "gold" {
		t.Errorf("got %v", list)
	}
	v, err := r.ViewTicket(r.ctx, agent, tk.ID, Look{})
	must(t, err)
	if len(v.PersonFields) != 1 || v.PersonFields[0].Values[0] != "gold" {
		t.Errorf("the page has %v", v.PersonFields)
	}
	is(t, r.SetPersonFields(r.ctx, ann, ann.ID, map[string][]string{"plan": {"free"}}), model.ErrDenied)
	is(t, r.SetRequesterFields(r.ctx, ann, tk.ID, map[string][]string{"plan": {"free"}}), model.ErrDenied)
	_, err = r.PersonFields(r.ctx, ann, ann.ID)
	is(t, err, model.ErrDenied)
}
