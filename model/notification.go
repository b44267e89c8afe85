package model

// Notice is what somebody is told about in the workspace; its word is a member
// of the text family notice.
type Notice string

// The notices, the most telling first: of what one action brings a person,
// they are told the first.
const (
	NoticeMention   Notice = "mention"
	NoticeBreach    Notice = "sla_breach" // a promise was not kept
	NoticeEscalated Notice = "escalated"
	NoticeAssigned  Notice = "assigned"
	NoticeWarning   Notice = "sla_warning"     // a promise will soon not be kept
	NoticeRule      Notice = "rule"            // a rule says so
	NoticeHeld      Notice = "held"            // a reply of theirs was not sent: something came first
	NoticeFailed    Notice = "failed"          // a mail about their ticket could not be delivered
	NoticeUnrouted  Notice = "left_unassigned" // routing found nobody
	NoticeWoken     Notice = "woken"
	NoticeRating    Notice = "rating"
	NoticeReply     Notice = "reply"     // the customer's side wrote
	NoticeColleague Notice = "colleague" // a colleague replied
	NoticeNote      Notice = "note"
	NoticeNew       Notice = "new" // a ticket that nobody has been given yet
	NoticeStatus    Notice = "status"
	NoticeBulk      Notice = "bulk" // a change of many tickets is done
	// NoticeChanged is told to other servers only.
	NoticeChanged Notice = "changed"
)

// The ways to tell.
const (
	InApp     = "app"
	ByMail    = "mail"
	InBrowser = "browser"
)

// NoticeChannels are the ways to tell, in the order of the matrix.
func NoticeChannels() []string { return []string{InApp, ByMail, InBrowser} }

// NoticeTopic is a notice with what holds for people who chose nothing.
type NoticeTopic struct {
	Notice
	App, Mail, Browser bool
	HasMail            bool // there is a mail about it at all
}

// NoticeTopics are all notices, the most telling first.
func NoticeTopics() []NoticeTopic {
	return []NoticeTopic{
		{Notice: NoticeMention, App: true, Mail: true, Browser: true, HasMail: true},
		{Notice: NoticeBreach, App: true, Mail: true, Browser: true, HasMail: true},
		{Notice: NoticeEscalated, App: true, Mail: true, HasMail: true},
		{Notice: NoticeAssigned, App: true, Mail: true, Browser: true, HasMail: true},
		{Notice: NoticeWarning, App: true, Browser: true, HasMail: true},
		{Notice: NoticeRule, App: true, Mail: true, Browser: true, HasMail: true},
		{Notice: NoticeHeld, App: true, Browser: true},
		{Notice: NoticeFailed, App: true},
		{Notice: NoticeUnrouted, App: true},
		{Notice: NoticeWoken, App: true, Browser: true},
		{Notice: NoticeRating, App: true},
		{Notice: NoticeReply, App: true, Mail: true, Browser: true, HasMail: true},
		{Notice: NoticeColleague, App: true, Mail: true, HasMail: true},
		{Notice: NoticeNote, App: true},
		{Notice: NoticeNew, App: true, Mail: true, HasMail: true},
		{Notice: NoticeStatus, Mail: true, HasMail: true},
		{Notice: NoticeBulk, App: true},
	}
}

// Has reports whether the notice comes that way at all.
func (t NoticeTopic) Has(channel string) bool { return channel != ByMail || t.HasMail }

// ByDefault reports whether it comes that way to those who chose nothing.
func (t NoticeTopic) ByDefault(channel string) bool {
	switch channel {
	case InApp:
		return t.App
	case ByMail:
		return t.Mail
	case InBrowser:
		return t.Browser
	}
	return false
}

// NoticeChoice is one choice of a person.
type NoticeChoice struct {
	Topic   Notice `db:"topic"`
	Channel string `db:"channel"`
	Wanted  bool   `db:"wanted"`
}

// NoticePrefs are a person's choices; what is not among them is as for everybody.
type NoticePrefs []NoticeChoice

// Wants reports whether a person wants to be told of something in a way.
func (p NoticePrefs) Wants(n Notice, channel string) bool {
	for _, c := range p {
		if c.Topic == n && c.Channel == channel {
			return c.Wanted
		}
	}
	for _, t := range NoticeTopics() {
		if t.Notice == n {
			return t.ByDefault(channel)
		}
	}
	return false
}

// NoticeDays is how long notifications are kept.
const NoticeDays = 90

// UnreadCap is where the number at the bell ends: one more is "99+".
const UnreadCap = 100

// Notification tells a person of an event.
type Notification struct {
	ID       NotificationID `db:"id"`
	PersonID PersonID       `db:"person_id"`
	EventID  EventID        `db:"event_id"`
	TicketID TicketID       `db:"ticket_id"` // zero: of several tickets, or none
	Topic    Notice         `db:"topic"`
	Why      string         `db:"why"` // member of the text family notice_why
	At       Time           `db:"at"`
	Count    int            `db:"n"` // tickets it is about
	ReadAt   Time           `db:"read_at"`
}

// NotificationRow is a notification with what its line says.
type NotificationRow struct {
	Notification
	Reference string `db:"reference"`
	Subject   string `db:"subject"`
	ActorName string `db:"actor_name"`
	ActorKind Kind   `db:"actor_kind"`
	Body      string `db:"body"` // the beginning of the message it is about
	Markdown  bool   `db:"markdown"`
	Browser   bool   `db:"browser"` // the person's own choice for it, or the desk's
	Rule      string `db:"rule"`    // what a rule says, or its name
}

// Said is the beginning of the message it is about, without marks.
func (r NotificationRow) Said() string {
	return Excerpt(Message{Body: r.Body, Markdown: r.Markdown}.Plain(), 140)
}

// NotificationGroup are the notifications of one ticket, newest first.
type NotificationGroup struct {
	TicketID  TicketID
	Reference string
	Subject   string
	Rows      []NotificationRow
	Unread    int
}

// Grouped puts notifications of one ticket together: those with unread ones
// first, in each half the newest first.
func Grouped(rows []NotificationRow) []NotificationGroup {
	var fresh, old []NotificationGroup
	at := map[TicketID]int{}
	var all []NotificationGroup
	for _, r := range rows {
		i, ok := at[r.TicketID]
		if !ok || r.TicketID == 0 {
			i = len(all)
			at[r.TicketID] = i
			all = append(all, NotificationGroup{TicketID: r.TicketID, Reference: r.Reference, Subject: r.Subject})
		}
		all[i].Rows = append(all[i].Rows, r)
		if r.ReadAt == 0 {
			all[i].Unread++
		}
	}
	for _, g := range all {
		if g.Unread > 0 {
			fresh = append(fresh, g)
		} else {
			old = append(old, g)
		}
	}
	return append(fresh, old...)
}
