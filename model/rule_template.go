package model

import "slices"

// RuleTemplate is a rule to begin with. Its name is in the text family
// rules.template_; so are, with _text behind it, the words it writes to people.
// A condition without words wants its own to be chosen.
type RuleTemplate struct {
	Key  string
	Rule Rule
}

// RuleTemplates are eight rules that many desks have.
func RuleTemplates() []RuleTemplate {
	is := func(field string, words ...string) Condition {
		return Condition{Field: field, Op: CondIs, Words: words}
	}
	longer := func(field, length string) Condition {
		return Condition{Field: field, Op: CondLonger, Words: []string{length}}
	}
	tell := func(who ...string) Action { return Action{Type: ActNotify, To: who} }
	return []RuleTemplate{
		{"urgent_unanswered", Rule{
			Trigger: TriggerTime, Conditions: Conditions{is("priority", "urgent", "critical"), longer(AgeUnanswered, "1h")},
			Actions: Actions{{Type: ActEscalate}, tell(TellAssignee, TellDepartment)},
		}},
		{"reopened", Rule{
			Trigger: TriggerReopened, Conditions: Conditions{{Field: "reopened", Op: CondAtLeast, Words: []string{"2"}}},
			Actions: Actions{{Type: ActPriority, Value: High.String()}, tell(TellAssignee, TellDepartment)},
		}},
		{"vip", Rule{
			Trigger: TriggerTagged, Conditions: Conditions{is("tag"), is("priority", "low", "medium")},
			Actions: Actions{{Type: ActPriority, Value: High.String()}, tell(TellDepartment)},
		}},
		{"stale", Rule{
			Trigger: TriggerTime, Conditions: Conditions{is("status", WaitingOnCustomer.String()), longer(AgeUpdated, "7d")},
			Actions: Actions{{Type: ActReply}, {Type: ActStatus, Value: Resolved.String()}},
		}},
		{"out_of_hours", Rule{
			Trigger: TriggerCreated, Conditions: Conditions{is("hours", "closed")},
			Actions: Actions{{Type: ActReply}},
		}},
		{"unassigned", Rule{
			Trigger: TriggerTime, Conditions: Conditions{is("assignee", "none"), longer(AgeCreated, "1h")},
			Actions: Actions{{Type: ActAssign, Value: AssignLeastBusy}, tell(TellDepartment)},
		}},
		{"sla_warning", Rule{
			Trigger: TriggerSLAWarning,
			Actions: Actions{tell(TellAssignee, TellFollowers), {Type: ActWait, Value: "15m", Hold: true}, tell(TellDepartment)},
		}},
		{"low_rating", Rule{
			Trigger: TriggerRated, Conditions: Conditions{is("rating", "1", "2")},
			Actions: Actions{{Type: ActNote}, tell(TellAssignee, TellAdmins)},
		}},
	}
}

// TemplateOfRules finds a template.
func TemplateOfRules(key string) (RuleTemplate, bool) {
	list := RuleTemplates()
	i := slices.IndexFunc(list, func(t RuleTemplate) bool { return t.Key == key })
	if i < 0 {
		return RuleTemplate{}, false
	}
	return list[i], true
}
