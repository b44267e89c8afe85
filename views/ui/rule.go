package ui

import (
	"context"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/text"
)

// RuleSentence says a rule as people would: when it looks, at which tickets,
// and what it does with them. canned are the names of canned responses by id.
func RuleSentence(ctx context.Context, x model.Rule, n model.Names, canned map[string]string) string {
	then := make([]string, 0, len(x.Actions))
	for _, a := range x.Actions {
		if a.Type != "" {
			then = append(then, ActionWords(ctx, a, n, canned))
		}
	}
	when, do := text.T(ctx, "rulepages.when_"+string(x.Trigger)), strings.Join(then, text.T(ctx, "rulepages.then"))
	if do == "" {
		do = text.T(ctx, "rulepages.does_nothing")
	}
	if s := ConditionsSentence(ctx, x.Conditions.Canonical(), n); s != "" {
		return text.T(ctx, "rulepages.says_if", "When", when, "If", s, "Then", do)
	}
	return text.T(ctx, "rulepages.says", "When", when, "Then", do)
}

// ActionWords says one action of a rule: "set the priority to High".
func ActionWords(ctx context.Context, a model.Action, n model.Names, canned map[string]string) string {
	key := "rulepages.do_" + string(a.Type)
	switch a.Type {
	case model.ActEscalate:
		return text.T(ctx, key)
	case model.ActStatus:
		return text.T(ctx, key, "Value", StatusKeyed(ctx, a.Value))
	case model.ActPriority:
		return text.T(ctx, key, "Value", wordOr(ctx, "priority.", a.Value, func(w string) bool { _, err := model.ParsePriority(w); return err == nil }))
	case model.ActType:
		return text.T(ctx, key, "Value", wordOr(ctx, "type.", a.Value, func(w string) bool { _, err := model.ParseTicketType(w); return err == nil }))
	case model.ActDepartment:
		if a.Value == "none" {
			return text.T(ctx, "rulepages.do_no_department")
		}
		return text.T(ctx, key, "Value", DepartmentNamed(a.Value, n))
	case model.ActAssign:
		return assignWords(ctx, a.Value, n)
	case model.ActAddTags, model.ActRemoveTags:
		return text.T(ctx, key, "Value", TagNames(ctx, a.Value, n))
	case model.ActNote, model.ActReply:
		return text.T(ctx, key, "Value", model.Excerpt(a.Value, 60))
	case model.ActSend:
		if name := canned[a.Value]; name != "" {
			return text.T(ctx, key, "Value", name)
		}
		return text.T(ctx, key, "Value", "#"+a.Value)
	case model.ActSnooze:
		return text.T(ctx, key, "Value", SnoozeWords(ctx, a.Value))
	case model.ActFollow, model.ActUnfollow:
		return text.T(ctx, key, "Value", PersonNamed(a.Value, n))
	case model.ActNotify:
		return notifyWords(ctx, a, n)
	case model.ActWebhook:
		return text.T(ctx, key, "Value", a.Value)
	case model.ActWait:
		if a.Hold {
			return text.T(ctx, "rulepages.do_wait_hold", "Value", a.Value)
		}
		return text.T(ctx, key, "Value", a.Value)
	}
	return string(a.Type)
}

func wordOr(ctx context.Context, family, w string, known func(string) bool) string {
	if known(w) {
		return text.T(ctx, family+w)
	}
	return w
}

// SnoozeWords is how long a rule puts a ticket to sleep: a time by name, or a
// length.
func SnoozeWords(ctx context.Context, w string) string {
	for _, p := range model.SnoozePresets() {
		if p == w {
			return text.T(ctx, "tools.snooze_"+w)
		}
	}
	return w
}

// PersonNamed is somebody of the staff by the id in a word.
func PersonNamed(w string, n model.Names) string {
	return nameByID(w, n.Staff, func(p model.PersonRef) (int64, string) { return int64(p.ID), p.Display() })
}

// DepartmentNamed is a department by the id in a word.
func DepartmentNamed(w string, n model.Names) string {
	return nameByID(w, n.Departments, func(d model.Department) (int64, string) { return int64(d.ID), d.Name })
}

// TagNames are the names of tags: words between commas, ids or names.
func TagNames(ctx context.Context, value string, n model.Names) string {
	var out []string
	for w := range strings.SplitSeq(value, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, nameByID(w, n.Tags, func(t model.Tag) (int64, string) { return int64(t.ID), t.Name }))
		}
	}
	return strings.Join(out, text.T(ctx, "cond.comma"))
}

func assignWords(ctx context.Context, value string, n model.Names) string {
	how, in, ok := model.AssignWay(value)
	switch {
	case value == model.AssignNone:
		return text.T(ctx, "rulepages.do_unassign")
	case ok && in != 0:
		return text.T(ctx, "rulepages.do_assign_"+string(how)+"_in", "Value", DepartmentNamed(strconv.FormatInt(int64(in), 10), n))
	case ok:
		return text.T(ctx, "rulepages.do_assign_"+string(how))
	}
	return text.T(ctx, "rulepages.do_assign", "Value", PersonNamed(value, n))
}

func notifyWords(ctx context.Context, a model.Action, n model.Names) string {
	who := make([]string, len(a.To))
	for i, w := range a.To {
		who[i] = Notified(ctx, w, n)
	}
	to := strings.Join(who, text.T(ctx, "cond.comma"))
	var by []string
	for _, c := range a.Channels {
		by = append(by, text.T(ctx, "rulepages.channel_"+c))
	}
	if len(by) == 0 {
		return text.T(ctx, "rulepages.do_notify", "Value", to)
	}
	return text.T(ctx, "rulepages.do_notify_by", "Value", to, "By", strings.Join(by, text.T(ctx, "cond.comma")))
}

// Notified is whom a rule notifies: a role, somebody of the staff, an address.
func Notified(ctx context.Context, w string, n model.Names) string {
	for _, r := range model.NotifyRoles() {
		if r == w {
			return text.T(ctx, "rulepages.to_"+w)
		}
	}
	return PersonNamed(w, n)
}
