package model

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The actions that only rules have.
const (
	ActEscalate ActionType = "escalate"     // why, or empty
	ActSend     ActionType = "send_canned"  // a canned response's id: sent in the requester's language
	ActNotify   ActionType = "notify"       // To, Channels, Text
	ActWebhook  ActionType = "call_webhook" // a URL; Text is the JSON to send
	ActWait     ActionType = "wait"         // a length; Hold: go on only if the conditions hold then
)

// RuleActionTypes are the actions a rule may have, in the order of pickers.
func RuleActionTypes() []ActionType {
	return []ActionType{
		ActEscalate, ActStatus, ActPriority, ActType, ActDepartment, ActAssign, ActAddTags, ActRemoveTags, ActNote, ActSend, ActReply, ActSnooze, ActFollow, ActUnfollow,
		ActNotify, ActWebhook, ActWait,
	}
}

// The people a rule can notify beside those named.
const (
	TellAssignee   = "assignee"
	TellFollowers  = "followers"
	TellDepartment = "department"
	TellAdmins     = "admins"
)

// NotifyRoles lists them.
func NotifyRoles() []string { return []string{TellAssignee, TellFollowers, TellDepartment, TellAdmins} }

// NotifyChannels are the ways a rule can notify people.
func NotifyChannels() []string { return []string{"app", "mail"} }

// The words of assigning, beside a person's id and none. After a colon stands
// the department to choose from, else it is the ticket's.
const (
	AssignRoundRobin = "round_robin"
	AssignLeastBusy  = "least_busy"
	AssignNone       = "none"
)

// AssignWay reads the value of an assignment that leaves the choice to the
// desk: how, and in which department (zero: the ticket's).
func AssignWay(value string) (how RoutingStrategy, in DepartmentID, ok bool) {
	word, id, named := strings.Cut(value, ":")
	if word != AssignRoundRobin && word != AssignLeastBusy {
		return "", 0, false
	}
	in = DepartmentID(parseID(id))
	return RoutingStrategy(word), in, !named || in != 0
}

// The bounds of actions.
const (
	maxActions     = 20
	maxEscalate    = 500
	maxNotifyText  = 2000
	maxNotified    = 50
	maxWebhookURL  = 2000
	maxWebhookBody = 20_000
	maxWait        = 90 * 24 * time.Hour
)

// Canonical is the one way to write the actions.
func (l Actions) Canonical() Actions {
	var out Actions
	for _, a := range l {
		a.Value, a.Text = strings.TrimSpace(a.Value), CleanBody(a.Text)
		if a.Type == ActNote || a.Type == ActReply || a.Type == ActEscalate {
			a.Value = CleanBody(a.Value)
		}
		if a.Type != ActNotify {
			a.To, a.Channels = nil, nil
		}
		if a.Type != ActNotify && a.Type != ActWebhook {
			a.Text = ""
		}
		a.Hold = a.Hold && a.Type == ActWait
		a.To, a.Channels = tidy(a.To, true), tidy(a.Channels, false)
		if a.Type != "" {
			out = append(out, a)
		}
	}
	return out
}

func tidy(words []string, fold bool) (out []string) {
	for _, w := range words {
		if w = strings.TrimSpace(w); fold {
			w = FoldAddress(w)
		}
		if w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// Check tells what is wrong with the actions of a rule. The problems are called
// by the name of the list and the row: actions.3; rows count from 0.
func (l Actions) Check(name string, n Names) (p Invalid) {
	if len(l) == 0 {
		p.Add(name, "rule_actions")
	}
	if len(l) > maxActions {
		p.Add(name, "too_many", "Max", maxActions)
		return p
	}
	for i, a := range l {
		key, args := a.wrong(n)
		if key == "" && a.Type == ActWait && i == len(l)-1 {
			key = "rule_wait_last"
		}
		if key != "" {
			p.Add(name+"."+strconv.Itoa(i), key, args...)
		}
	}
	return p
}

// wrong is the problem with one action, or "".
func (a Action) wrong(n Names) (key string, args []any) {
	person := func(list []PersonRef) bool {
		return slices.ContainsFunc(list, func(p PersonRef) bool { return parseID(a.Value) == int64(p.ID) })
	}
	ok := true
	switch a.Type {
	case ActEscalate:
		return tooLong(a.Value, maxEscalate)
	case ActStatus:
		s, found := StatusByKey(n.Statuses, a.Value)
		ok = found && s.Active()
	case ActPriority:
		_, err := ParsePriority(a.Value)
		ok = err == nil
	case ActType:
		_, err := ParseTicketType(a.Value)
		ok = err == nil
	case ActDepartment:
		ok = a.Value == "none" || n.department(parseID(a.Value))
	case ActAssign:
		_, in, way := AssignWay(a.Value)
		if way {
			ok = in == 0 || n.department(int64(in))
		} else if a.Value != AssignNone && !person(n.Agents) {
			return "assignee_invalid", nil
		}
	case ActAddTags, ActRemoveTags:
		return n.tagsWrong(a)
	case ActNote, ActReply:
		if a.Value == "" {
			return "required", nil
		}
		return tooLong(a.Value, MaxCannedBody)
	case ActSend:
		if id := parseID(a.Value); id == 0 {
			return "required", nil
		} else if n.Canned != nil {
			return cannedWrong(n.Canned(CannedID(id)))
		}
	case ActSnooze:
		ok = a.Value == UntilReply || slices.Contains(SnoozePresets(), a.Value) || spanOf(a.Value) > 0
	case ActFollow, ActUnfollow:
		if !person(n.Staff) {
			return "assignee_invalid", nil
		}
	case ActWait:
		if d := spanOf(a.Value); d <= 0 || d > maxWait {
			return "length_invalid", nil
		}
	case ActNotify:
		return a.notifyWrong(n)
	case ActWebhook:
		return a.webhookWrong()
	default:
		ok = false
	}
	if !ok {
		return "choice_invalid", nil
	}
	return "", nil
}

func tooLong(s string, limit int) (string, []any) {
	if len([]rune(s)) > limit {
		return "too_long", []any{"Max", limit}
	}
	return "", nil
}

func (n Names) department(id int64) bool {
	return slices.ContainsFunc(n.Departments, func(d Department) bool { return id != 0 && int64(d.ID) == id })
}

// tagsWrong: tags to add may become tags by being used; those to remove must be.
func (n Names) tagsWrong(a Action) (string, []any) {
	list := tidy(strings.Split(a.Value, ","), false)
	if len(list) == 0 {
		return "required", nil
	}
	for _, w := range list {
		known := slices.ContainsFunc(n.Tags, func(t Tag) bool { return strconv.FormatInt(int64(t.ID), 10) == w || t.Slug == Slug(w) })
		if !known && (a.Type == ActRemoveTags || Slug(w) == "" || parseID(w) != 0) {
			return "tag_invalid", nil
		}
	}
	return "", nil
}

func cannedWrong(all, ok bool) (string, []any) {
	switch {
	case !ok:
		return "macro_gone", nil
	case !all:
		return "macro_canned_scope", nil
	}
	return "", nil
}

// spanOf is a length in hours of 24 a day; zero for none.
func spanOf(s string) time.Duration {
	l, err := ParseLength(s)
	if err != nil {
		return 0
	}
	return l.In(Calendar{})
}

func (a Action) notifyWrong(n Names) (string, []any) {
	if len(a.To) == 0 {
		return "required", nil
	}
	if len(a.To) > maxNotified {
		return "too_many", []any{"Max", maxNotified}
	}
	for _, w := range a.To {
		switch id := parseID(w); {
		case slices.Contains(NotifyRoles(), w):
		case strings.Contains(w, "@"):
			if !ValidAddress(w) {
				return "email_invalid", nil
			}
		case !slices.ContainsFunc(n.Staff, func(p PersonRef) bool { return id == int64(p.ID) }):
			return "assignee_invalid", nil
		}
	}
	for _, c := range a.Channels {
		if !slices.Contains(NotifyChannels(), c) {
			return "choice_invalid", nil
		}
	}
	return tooLong(a.Text, maxNotifyText)
}

func (a Action) webhookWrong() (string, []any) {
	u, err := url.Parse(a.Value)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(a.Value) > maxWebhookURL {
		return "url_invalid", nil
	}
	if len(a.Text) > maxWebhookBody {
		return "too_long", []any{"Max", maxWebhookBody}
	}
	if a.Text != "" && !json.Valid([]byte(a.Text)) {
		return "rule_json", nil
	}
	return "", nil
}

// Wait is how long the action waits.
func (a Action) Wait() time.Duration { return spanOf(a.Value) }

// SnoozeFor is until when a rule puts a ticket to sleep, as of now in a zone.
func (a Action) SnoozeFor(now time.Time) (Time, bool) {
	if t, ok := SnoozeTime(a.Value, now); ok {
		return t, true
	}
	d := spanOf(a.Value)
	return TimeOf(now.Add(d)), d > 0
}
