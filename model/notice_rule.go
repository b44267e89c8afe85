package model

import (
	"fmt"
	"hash/fnv"
)

// Audience is why somebody is told: what they have to do with the ticket.
type Audience string

// The audiences.
const (
	ToRequester    Audience = "requester"
	ToParticipants Audience = "participants"
	ToAssignee     Audience = "assignee"
	ToFollowers    Audience = "followers"
	ToMembers      Audience = "members" // of the ticket's department
	ToAgents       Audience = "agents"  // all of them, where there is no department or nobody in it
	ToAdmins       Audience = "admins"
	ToPerson       Audience = "person" // whom the fact itself names
	ToServer       Audience = "server" // somebody else's, by webhook
)

// Staff reports whether members of the staff are in the audience.
func (a Audience) Staff() bool {
	return a != ToRequester && a != ToParticipants && a != ToServer
}

// ByWebhook is the way to somebody else's server.
const ByWebhook = "webhook"

// NoticeCell is a box of the desk's matrix: who may be told of what, and how.
type NoticeCell struct {
	Topic    Notice
	Audience Audience
	Channel  string
	Wanted   bool // without an admin's choice
	Fixed    bool // cannot be switched off: nobody else would know
}

// Key names a cell in forms.
func (c NoticeCell) Key() string { return string(c.Topic) + "_" + string(c.Audience) + "_" + c.Channel }

// noticeLine is a line of the matrix as it is written down: a channel in
// capitals is on.
type noticeLine struct {
	topic    Notice
	audience Audience
	ways     string // a, A: app; m, M: mail; w, W: webhook; !: mail that stays
}

var noticeLines = []noticeLine{
	{NoticeNew, ToRequester, "M"},
	{NoticeNew, ToMembers, "AM"},
	{NoticeNew, ToAgents, "AM"},
	{NoticeNew, ToServer, "W"},
	{NoticeReply, ToRequester, "M"},
	{NoticeReply, ToParticipants, "M"},
	{NoticeReply, ToAssignee, "AM"},
	{NoticeReply, ToFollowers, "AM"},
	{NoticeReply, ToServer, "W"},
	{NoticeColleague, ToRequester, "!"},
	{NoticeColleague, ToParticipants, "M"},
	{NoticeColleague, ToAssignee, "AM"},
	{NoticeColleague, ToFollowers, "AM"},
	{NoticeColleague, ToServer, "W"},
	{NoticeNote, ToAssignee, "A"},
	{NoticeNote, ToFollowers, "A"},
	{NoticeMention, ToPerson, "AM"},
	{NoticeAssigned, ToAssignee, "AM"},
	{NoticeAssigned, ToServer, "W"},
	{NoticeUnrouted, ToMembers, "A"},
	{NoticeUnrouted, ToAgents, "A"},
	{NoticeUnrouted, ToServer, "w"},
	{NoticeStatus, ToRequester, "M"},
	{NoticeStatus, ToAssignee, "AM"},
	{NoticeStatus, ToFollowers, "AM"},
	{NoticeStatus, ToServer, "W"},
	{NoticeChanged, ToServer, "W"},
	{NoticeWarning, ToAssignee, "AM"},
	{NoticeWarning, ToMembers, "AM"},
	{NoticeWarning, ToAgents, "am"},
	{NoticeWarning, ToServer, "w"},
	{NoticeBreach, ToAssignee, "AM"},
	{NoticeBreach, ToMembers, "AM"},
	{NoticeBreach, ToAgents, "am"},
	{NoticeBreach, ToAdmins, "am"},
	{NoticeBreach, ToServer, "W"},
	{NoticeEscalated, ToAssignee, "AM"},
	{NoticeEscalated, ToMembers, "AM"},
	{NoticeEscalated, ToAgents, "am"},
	{NoticeEscalated, ToAdmins, "am"},
	{NoticeEscalated, ToServer, "W"},
	{NoticeRule, ToPerson, "AM"},
	{NoticeRule, ToServer, "w"},
	{NoticeRating, ToAssignee, "A"},
	{NoticeRating, ToFollowers, "A"},
	{NoticeRating, ToServer, "w"},
	{NoticeWoken, ToAssignee, "A"},
	{NoticeWoken, ToPerson, "A"},
	{NoticeFailed, ToAssignee, "A"},
	{NoticeHeld, ToPerson, "A"},
	{NoticeBulk, ToPerson, "A"},
}

var noticeCells = func() (out []NoticeCell) {
	ways := map[rune]string{'a': InApp, 'm': ByMail, 'w': ByWebhook}
	for _, l := range noticeLines {
		for _, r := range l.ways {
			c := NoticeCell{Topic: l.topic, Audience: l.audience}
			if r == '!' {
				c.Channel, c.Wanted, c.Fixed = ByMail, true, true
			} else {
				c.Channel, c.Wanted = ways[r|0x20], r < 'a'
			}
			out = append(out, c)
		}
	}
	return out
}()

var noticeCellAt = func() map[string]int {
	out := map[string]int{}
	for i, c := range noticeCells {
		out[c.Key()] = i
	}
	return out
}()

// NoticeCells are all boxes of the desk's matrix, by topic and audience.
func NoticeCells() []NoticeCell { return noticeCells }

// NoticeSetting is an admin's choice about one cell.
type NoticeSetting struct {
	Topic    Notice   `db:"topic"`
	Audience Audience `db:"audience"`
	Channel  string   `db:"channel"`
	Wanted   bool     `db:"wanted"`
}

// NoticeRules are what the desk tells whom and how. What is not among them is
// as built in.
type NoticeRules []NoticeSetting

// Told reports whether an audience may be told of a topic in a way. People
// choose within it.
func (r NoticeRules) Told(topic Notice, audience Audience, channel string) bool {
	i, ok := noticeCellAt[NoticeCell{Topic: topic, Audience: audience, Channel: channel}.Key()]
	if !ok {
		return false
	}
	if c := noticeCells[i]; c.Fixed {
		return true
	}
	for _, x := range r {
		if x.Topic == topic && x.Audience == audience && x.Channel == channel {
			return x.Wanted
		}
	}
	return noticeCells[i].Wanted
}

// Offers reports whether members of the staff may be told of a topic in a way
// at all, so that choosing it does something. The browser tells what the app
// tells.
func (r NoticeRules) Offers(topic Notice, channel string) bool {
	if channel == InBrowser {
		channel = InApp
	}
	for _, c := range noticeCells {
		if c.Topic == topic && c.Channel == channel && c.Audience.Staff() && r.Told(topic, c.Audience, channel) {
			return true
		}
	}
	return false
}

// Print tells two sets of rules apart.
func (r NoticeRules) Print() string {
	h := fnv.New64a()
	for _, c := range noticeCells {
		fmt.Fprint(h, r.Told(c.Topic, c.Audience, c.Channel))
	}
	return fmt.Sprintf("%x", h.Sum64())
}

// CustomerNotices are the topics about which customers choose whether they
// want mail. Answers always come.
func CustomerNotices() []Notice { return []Notice{NoticeNew, NoticeStatus, NoticeRating} }

// WantsAsCustomer reports whether somebody on the customer's side wants mail
// about a topic: yes, unless they said otherwise.
func (p NoticePrefs) WantsAsCustomer(n Notice) bool {
	for _, c := range p {
		if c.Topic == n && c.Channel == ByMail {
			return c.Wanted
		}
	}
	return true
}

// NoticeRulesSaved is a change to what the desk tells whom and how.
type NoticeRulesSaved struct {
	On  []string `json:"on,omitempty"`  // cells, by key
	Off []string `json:"off,omitempty"` // cells, by key
}

// Kind is notice_rules.saved.
func (NoticeRulesSaved) Kind() string { return "notice_rules.saved" }

// Public is false.
func (NoticeRulesSaved) Public() bool { return false }

func init() { register[NoticeRulesSaved]() }
