package model

import (
	"slices"
	"testing"
	"time"
)

var condNames = Names{
	Statuses:    append(coreStatuses(), StatusDef{ID: 20, Key: "on_hold", State: WaitingOnAgent}),
	Departments: []Department{{ID: 3, Name: "Support"}},
	Tags:        []Tag{{ID: 7, Name: "vip"}},
	Staff:       []PersonRef{{ID: 5, Name: "Ada"}},
	Fields: []FieldDef{
		{ID: 1, Entity: FieldOfTicket, Key: "seats", Kind: CustomNumber},
		{ID: 2, Entity: FieldOfTicket, Key: "plan", Kind: CustomSelect, Options: FieldOptions{{Key: "free"}, {Key: "paid"}}},
		{ID: 3, Entity: FieldOfTicket, Key: "order", Kind: CustomText},
		{ID: 4, Entity: FieldOfTicket, Key: "until", Kind: CustomDate},
		{ID: 5, Entity: FieldOfTicket, Key: "gift", Kind: CustomCheckbox},
	},
}

func coreStatuses() (out []StatusDef) {
	for _, s := range Statuses() {
		out = append(out, CoreStatus(s))
	}
	return out
}

func text(s string) *string          { return &s }
func num(n float64) *float64         { return &n }
func these(words ...string) []string { return words }

// TestConditionsMatch asks each field in each way of one ticket.
func TestConditionsMatch(t *testing.T) {
	now := TimeOf(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	ticket := Matched{
		ID: 1, Subject: "Überweisung fehlt", Addresses: []string{"carol@acme.example"}, Reopened: 2,
		Previous: Previous{Field: "status", Value: int64(Open), StatusID: StatusID(Open)},
		Facets: Facets{
			Pile: PileActive, Status: WaitingOnAgent, StatusID: 20, Priority: High, Type: Incident, Channel: Email, DepartmentID: 3, AssigneeID: 5, RequesterID: 9,
			SLA: SLAAtRisk, Rating: 2, Files: 1, CreatedAt: now.Add(-3 * time.Hour), UpdatedAt: now.Add(-time.Hour), WaitingSince: now.Add(-30 * time.Minute),
			AssignedAt: now.Add(-2 * time.Hour), Tags: []TagID{7, 8}, Followers: []PersonID{5},
			Fields: []FieldRow{{FieldID: 1, Num: num(12)}, {FieldID: 2, Option: "paid", Text: text("paid")}, {FieldID: 3, Text: text("Nr. 4711")}, {FieldID: 4, Num: num(float64(DaysOf(now.Std())))}},
		},
	}
	for _, c := range []struct {
		field, op string
		words     []string
		want      bool
		actual    string
	}{
		{"status", CondIs, these("on_hold"), true, "on_hold"},
		{"status", CondIs, these("waiting_on_agent"), true, "on_hold"},
		{"status", CondIs, these("open", "resolved"), false, "on_hold"},
		{"status", CondNot, these("open"), true, "on_hold"},
		{"status", CondIs, these("gone"), false, "on_hold"},
		{"status", CondWas, these("open"), true, "open"},
		{"status", CondWas, these("closed"), false, "open"},
		{"priority", CondWas, these("low"), false, ""},
		{"priority", CondIs, these("high", "urgent"), true, "high"},
		{"priority", CondNot, these("high"), false, "high"},
		{"priority", CondIs, these("bogus"), false, "high"},
		{"type", CondIs, these("incident"), true, "incident"},
		{"department", CondIs, these("3"), true, "3"},
		{"department", CondIs, these("none"), false, "3"},
		{"assignee", CondIs, these("5"), true, "5"},
		{"assignee", CondIs, these("none"), false, "5"},
		{"tag", CondIs, these("7"), true, "7"},
		{"tag", CondNot, these("7"), false, "7"},
		{"tag", CondIs, these("none"), false, "7"},
		{"requester", CondIs, these("9"), true, "9"},
		{"requester", CondIs, these("carol@acme.example"), true, "9"},
		{"requester", CondIs, these("@ACME.example"), true, "9"},
		{"requester", CondIs, these("cme.example"), false, "9"},
		{"requester", CondNot, these("acme.example"), false, "9"},
		{"channel", CondIs, these("email"), true, "email"},
		{"subject", CondContains, these("überWEIS"), true, "Überweisung fehlt"},
		{"subject", CondContainsNo, these("fehlt", "da"), false, "Überweisung fehlt"},
		{"subject", CondStarts, these("fehlt"), false, "Überweisung fehlt"},
		{"subject", CondIs, these("überweisung FEHLT"), true, "Überweisung fehlt"},
		{"created_for", CondLonger, these("3h"), true, "3h"},
		{"created_for", CondLonger, these("3h1m"), false, "3h"},
		{"created_for", CondShorter, these("4h"), true, "3h"},
		{"updated_for", CondLonger, these("59m"), true, "1h"},
		{"assigned_for", CondLonger, these("2h"), true, "2h"},
		{"waiting_for", CondLonger, these("1h"), false, "30m"},
		{"waiting_for", CondShorter, these("1h"), true, "30m"},
		{"unanswered_for", CondLonger, these("2h"), true, "3h"},
		{"sla", CondIs, these("at_risk", "overdue"), true, "at_risk"},
		{"rating", CondIs, these("1", "2"), true, "2"},
		{"rating", CondIs, these("none"), false, "2"},
		{"snoozed", CondIs, these("yes"), false, "no"},
		{"snoozed", CondIs, these("no"), true, "no"},
		{"attachment", CondIs, these("yes"), true, "yes"},
		{"attachment", CondIs, these("no"), false, "yes"},
		{"following", CondIs, these("5"), true, "5"},
		{"following", CondNot, these("5"), false, "5"},
		{"reopened", CondAtLeast, these("2"), true, "2"},
		{"reopened", CondAtMost, these("1"), false, "2"},
		{"hours", CondIs, these("open"), true, "open"},
		{"hours", CondIs, these("closed"), false, "open"},
		{"field.seats", CondAtLeast, these("10"), true, "12"},
		{"field.seats", CondAtMost, these("10"), false, "12"},
		{"field.plan", CondIs, these("paid"), true, "paid"},
		{"field.plan", CondNot, these("paid"), false, "paid"},
		{"field.plan", CondIs, these("none"), false, "paid"},
		{"field.order", CondContains, these("4711"), true, "Nr. 4711"},
		{"field.order", CondContainsNo, these("4711"), false, "Nr. 4711"},
		{"field.until", CondAtLeast, these("2026-03-02"), true, "2026-03-02"},
		{"field.until", CondAtMost, these("2026-03-01"), false, "2026-03-02"},
		{"field.gift", CondIs, these("no"), true, "no"},
		{"field.gift", CondIs, these("yes"), false, "no"},
		{"field.gone", CondIs, these("yes"), false, ""},
	} {
		l := Conditions{{Field: c.field, Op: c.op, Words: c.words}}
		tests := l.Prepare(condNames)
		if got := tests.Match(&ticket, now); got != c.want {
			t.Errorf("%s %s %v: %v", c.field, c.op, c.words, got)
		}
		why := tests.Explain(&ticket, condNames, now)
		if why[0].Met != c.want || c.actual != "" && why[0].Actual[0] != c.actual {
			t.Errorf("%s %s %v is explained as %+v", c.field, c.op, c.words, why[0])
		}
		if c.field == "field.gone" || c.words[0] == "gone" || c.words[0] == "bogus" {
			continue
		}
		if p := l.Check("conditions", ForEvents, condNames); len(p) > 0 {
			t.Errorf("%s %s %v is refused: %v", c.field, c.op, c.words, p)
		}
	}
}

func TestConditionGroups(t *testing.T) {
	m := Matched{Facets: Facets{Pile: PileActive, Status: Open, StatusID: 1, Priority: Low, Type: Question, Channel: Web, WaitingSince: Never}}
	row := func(field, word string) Condition { return Condition{Field: field, Op: CondIs, Words: []string{word}} }
	any := Condition{Any: []Condition{row("priority", "high"), row("type", "question")}}
	if !(Conditions{row("status", "open"), any}).Prepare(condNames).Match(&m, 0) {
		t.Error("one of a group is enough")
	}
	if (Conditions{row("status", "closed"), any}).Prepare(condNames).Match(&m, 0) {
		t.Error("all of the list must hold")
	}
	if !(Conditions{}).Prepare(condNames).Match(&m, 0) {
		t.Error("no condition holds for every ticket")
	}
	if (Conditions{{Field: AgeWaiting, Op: CondShorter, Words: []string{"1h"}}}).Prepare(condNames).Match(&m, 0) {
		t.Error("nobody waits: neither long nor short")
	}
}

func TestConditionsCheck(t *testing.T) {
	for _, c := range []struct {
		c    Condition
		use  ConditionUse
		want string
	}{
		{Condition{Field: "colour", Op: "is", Words: these("red")}, ForTickets, "condition_field"},
		{Condition{Field: "priority", Op: "contains", Words: these("low")}, ForTickets, "condition_op"},
		{Condition{Field: "priority", Op: "was", Words: these("low")}, ForTickets, "condition_event"},
		{Condition{Field: "status", Op: "is", Words: these("open")}, ForPolicies, "condition_policy"},
		{Condition{Field: "priority", Op: "is"}, ForTickets, "condition_words"},
		{Condition{Field: "priority", Op: "is", Words: these("lowish")}, ForTickets, "choice_invalid"},
		{Condition{Field: "status", Op: "is", Words: these("gone")}, ForTickets, "choice_invalid"},
		{Condition{Field: "assignee", Op: "is", Words: these("99")}, ForTickets, "assignee_invalid"},
		{Condition{Field: "department", Op: "is", Words: these("99")}, ForTickets, "department_invalid"},
		{Condition{Field: "tag", Op: "is", Words: these("x")}, ForTickets, "tag_invalid"},
		{Condition{Field: "requester", Op: "is", Words: these("a b@c")}, ForTickets, "email_invalid"},
		{Condition{Field: "created_for", Op: "longer_than", Words: these("soon")}, ForTickets, "length_invalid"},
		{Condition{Field: "reopened", Op: "at_least", Words: these("x")}, ForTickets, "number"},
		{Condition{Field: "field.seats", Op: "is", Words: these("x")}, ForTickets, "number"},
		{Condition{Field: "field.until", Op: "is", Words: these("x")}, ForTickets, "date"},
		{Condition{Field: "field.plan", Op: "is", Words: these("x")}, ForTickets, "choice_invalid"},
		{Condition{Field: "field.seats", Op: "at_least", Words: these("none")}, ForTickets, "choice_invalid"},
	} {
		p := Conditions{{Field: "priority", Op: "is", Words: these("low")}, c.c}.Check("conditions", c.use, condNames)
		if len(p) != 1 || p[0].Field != "conditions.1" || p[0].Key != c.want {
			t.Errorf("%+v: %v, want %s", c.c, p, c.want)
		}
	}
	p := Conditions{{Any: []Condition{{Any: []Condition{{}}}}}}.Check("conditions", ForTickets, condNames)
	if len(p) != 1 || p[0].Field != "conditions.0.0" || p[0].Key != "condition_nested" {
		t.Errorf("a group in a group: %v", p)
	}
}

func TestConditionsCanonical(t *testing.T) {
	l := Conditions{{}, {Field: " tag ", Op: "is", Words: these(" 7", "7", "")}, {Any: []Condition{{}}}, {Any: []Condition{{Field: "type", Op: "is", Words: these("task")}}}}
	got, err := l.Canonical().Value()
	const want = `[{"field":"tag","op":"is","words":["7"]},{"field":"type","op":"is","words":["task"]}]`
	if err != nil || got != want {
		t.Errorf("%v %v", got, err)
	}
	var back Conditions
	if err := back.Scan(got); err != nil || len(back) != 2 || back[1].Words[0] != "task" {
		t.Errorf("read back: %v %v", back, err)
	}
	if n := (Conditions{{Field: "requester", Op: "is", Words: these("5", "acme.example")}, {Any: []Condition{{Field: "subject"}, {Field: "field.x"}}}}).Needs(); n != (Needs{true, true, true, false}) {
		t.Errorf("needs %+v", n)
	}
}

func TestConditionFields(t *testing.T) {
	for _, f := range ConditionFields(ForPolicies, condNames.Fields) {
		if slices.Contains(f.Ops, CondWas) || !f.Policy {
			t.Errorf("policies look at %s", f.Name)
		}
	}
	if n := len(ConditionFields(ForEvents, condNames.Fields)); n != len(conditionFields)+5 {
		t.Errorf("%d fields", n)
	}
}
