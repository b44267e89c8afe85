package model

// Event is a fact of the record: what happened, in the past tense, with ids
// and old and new values and nothing else. The events table is at once the
// history of a ticket, the audit log and the outbox.
type Event interface {
	// Kind is the name of the event, noun.verb.
	Kind() string
	// Public reports whether customers may see the fact.
	Public() bool
}

// The events of tickets.
type (
	// TicketOpened is recorded once for each new ticket.
	TicketOpened struct {
		Subject   string    `json:"subject"`
		Priority  Priority  `json:"priority"`
		Channel   Channel   `json:"channel"`
		Requester PersonID  `json:"requester"`
		Message   MessageID `json:"message"`
		Automatic bool      `json:"automatic,omitempty"` // opened by a machine's mail: nobody is answered
		Silent    bool      `json:"silent,omitempty"`    // no receipt
		Imported  bool      `json:"imported,omitempty"`  // from an archive: no mail, no page moves
	}
	SubjectChanged struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	StatusChanged struct {
		From      Status   `json:"from"`
		To        Status   `json:"to"`
		FromID    StatusID `json:"from_id,omitempty"` // the desk's own statuses
		ToID      StatusID `json:"to_id,omitempty"`
		Automatic bool     `json:"automatic,omitempty"` // followed from a reply or an assignment
	}
	PriorityChanged struct {
		From Priority `json:"from"`
		To   Priority `json:"to"`
	}
	TypeChanged struct {
		From TicketType `json:"from"`
		To   TicketType `json:"to"`
	}
	DepartmentChanged struct {
		From     DepartmentID `json:"from,omitempty"`
		To       DepartmentID `json:"to,omitempty"`
		FromName string       `json:"from_name,omitempty"`
		ToName   string       `json:"to_name,omitempty"`
	}
	Assigned struct {
		From     PersonID `json:"from,omitempty"`
		To       PersonID `json:"to"`
		FromName string   `json:"from_name,omitempty"`
		ToName   string   `json:"to_name"`
	}
	Unassigned struct {
		From     PersonID `json:"from"`
		FromName string   `json:"from_name"`
	}
	TagAdded struct {
		Tag  TagID  `json:"tag"`
		Name string `json:"name"`
	}
	TagRemoved struct {
		Tag  TagID  `json:"tag"`
		Name string `json:"name"`
	}
	Followed struct {
		Person PersonID `json:"person"`
		Name   string   `json:"name,omitempty"` // when somebody else did it
	}
	Unfollowed struct {
		Person PersonID `json:"person"`
		Name   string   `json:"name,omitempty"`
	}
	TicketDeleted  struct{}
	TicketRestored struct{}
	// TicketLinked joins two tickets; Reason is "continued" when a mail to a long closed ticket opened a new one.
	TicketLinked struct {
		Other     TicketID `json:"other"`
		Reference string   `json:"reference"`
		Reason    string   `json:"reason,omitempty"`
	}
	RequesterChanged struct {
		From PersonID `json:"from"`
		To   PersonID `json:"to"`
		Name string   `json:"name"`
	}
	// ReplyAdded is a public message; its text is in the message row.
	ReplyAdded struct {
		Message   MessageID `json:"message"`
		Files     int       `json:"files,omitempty"`
		Staff     bool      `json:"staff,omitempty"`
		Automatic bool      `json:"automatic,omitempty"` // written by a machine: nobody is answered
		Held      bool      `json:"held,omitempty"`
		Imported  bool      `json:"imported,omitempty"`
	}
	NoteAdded struct {
		Message  MessageID `json:"message"`
		Files    int       `json:"files,omitempty"`
		Imported bool      `json:"imported,omitempty"`
	}
	// MessageReleased makes a held message visible to the customer's side.
	MessageReleased struct {
		Message MessageID `json:"message"`
	}
	// AttachmentRejected is a file of a mail that was not taken in; it stays in the raw message.
	AttachmentRejected struct {
		Name   string `json:"name"`
		Reason string `json:"reason"` // file_too_big, too_many_files, file_blocked
		Size   int64  `json:"size"`
		Max    int64  `json:"max,omitempty"`
	}
	MailSentEvent struct {
		Mail    MailID   `json:"mail"`
		Address string   `json:"address"`
		Mailing MailKind `json:"mailing"`
	}
	// MailRetried is a mail that somebody sent again by hand.
	MailRetried struct {
		Mail    MailID `json:"mail"`
		Address string `json:"address"`
	}
	// MailFailedEvent ends the tries for one mail.
	MailFailedEvent struct {
		Mail    MailID   `json:"mail"`
		Address string   `json:"address"`
		Mailing MailKind `json:"mailing"`
		Reason  string   `json:"reason"`
	}
)

// The events of people, of the desk's set-up, and of links sent by mail.
type (
	PersonCreated struct {
		Person PersonID `json:"person"`
		As     Kind     `json:"as"`
		How    string   `json:"how"` // setup, sign_up, invite, command, mail, guest, host, import
	}
	PersonChanged struct {
		Person PersonID `json:"person"`
		Fields []string `json:"fields"`
	}
	PersonKindChanged struct {
		Person PersonID `json:"person"`
		From   Kind     `json:"from"`
		To     Kind     `json:"to"`
	}
	PersonDeactivated struct {
		Person   PersonID `json:"person"`
		HandedTo PersonID `json:"handed_to,omitempty"`
		Tickets  int      `json:"tickets,omitempty"`
	}
	PersonActivated struct {
		Person PersonID `json:"person"`
	}
	PersonInvited struct {
		Person PersonID `json:"person"`
		Token  TokenID  `json:"token"`
	}
	SignedIn struct {
		Person PersonID `json:"person"`
		How    string   `json:"how"` // password, link, invite, reset, setup
	}
	// SignInFailed is recorded when somebody has used up the free tries at an
	// account; Person is zero when there is no such account.
	SignInFailed struct {
		Person PersonID `json:"person,omitempty"`
		Tries  int      `json:"tries"`
	}
	PasswordChanged struct {
		Person PersonID `json:"person"`
		How    string   `json:"how"` // reset, profile, command, invite
	}
	// LinkRequested asks for a mail with a sign-in, sign-up or reset link.
	LinkRequested struct {
		Token   TokenID      `json:"token"`
		Purpose TokenPurpose `json:"purpose"`
	}
	// GuestLinkRequested asks for a fresh link to one ticket.
	GuestLinkRequested struct {
		Ticket TicketID `json:"ticket"`
		Person PersonID `json:"person"`
	}
	TestMailRequested struct {
		Address string     `json:"address"`
		Draft   *MailDraft `json:"draft,omitempty"` // a made-up mail of a kind instead
	}
	SessionRevoked struct {
		Person PersonID `json:"person"`
		All    bool     `json:"all,omitempty"`
	}
	DepartmentSaved struct {
		Department DepartmentID `json:"department"`
		Name       string       `json:"name"`
		What       string       `json:"what"` // created, changed, archived, restored
	}
	TagSaved struct {
		Tag  TagID  `json:"tag"`
		Name string `json:"name"`
		What string `json:"what"`
	}
	SettingChanged struct {
		Key  string `json:"key"`
		From string `json:"from"`
		To   string `json:"to"`
	}
	// InboundDecided is what an admin did with a held or quarantined mail.
	InboundDecided struct {
		Ledger LedgerID `json:"ledger"`
		What   string   `json:"what"` // released, new_ticket, dropped, read_again
	}
)

func (TicketOpened) Kind() string       { return "ticket.opened" }
func (SubjectChanged) Kind() string     { return "ticket.subject_changed" }
func (StatusChanged) Kind() string      { return "ticket.status_changed" }
func (PriorityChanged) Kind() string    { return "ticket.priority_changed" }
func (TypeChanged) Kind() string        { return "ticket.type_changed" }
func (DepartmentChanged) Kind() string  { return "ticket.department_changed" }
func (Assigned) Kind() string           { return "ticket.assigned" }
func (Unassigned) Kind() string         { return "ticket.unassigned" }
func (TagAdded) Kind() string           { return "ticket.tag_added" }
func (TagRemoved) Kind() string         { return "ticket.tag_removed" }
func (Followed) Kind() string           { return "ticket.followed" }
func (Unfollowed) Kind() string         { return "ticket.unfollowed" }
func (TicketDeleted) Kind() string      { return "ticket.deleted" }
func (TicketRestored) Kind() string     { return "ticket.restored" }
func (TicketLinked) Kind() string       { return "ticket.linked" }
func (RequesterChanged) Kind() string   { return "ticket.requester_changed" }
func (ReplyAdded) Kind() string         { return "reply.added" }
func (NoteAdded) Kind() string          { return "note.added" }
func (MessageReleased) Kind() string    { return "message.released" }
func (AttachmentRejected) Kind() string { return "attachment.rejected" }
func (MailSentEvent) Kind() string      { return "mail.sent" }
func (MailRetried) Kind() string        { return "mail.retried" }
func (MailFailedEvent) Kind() string    { return "mail.failed" }
func (PersonCreated) Kind() string      { return "person.created" }
func (PersonChanged) Kind() string      { return "person.changed" }
func (PersonKindChanged) Kind() string  { return "person.kind_changed" }
func (PersonDeactivated) Kind() string  { return "person.deactivated" }
func (PersonActivated) Kind() string    { return "person.activated" }
func (PersonInvited) Kind() string      { return "person.invited" }
func (SignedIn) Kind() string           { return "person.signed_in" }
func (SignInFailed) Kind() string       { return "person.sign_in_failed" }
func (PasswordChanged) Kind() string    { return "person.password_changed" }
func (LinkRequested) Kind() string      { return "link.requested" }
func (GuestLinkRequested) Kind() string { return "guest_link.requested" }
func (TestMailRequested) Kind() string  { return "test_mail.requested" }
func (SessionRevoked) Kind() string     { return "session.revoked" }
func (DepartmentSaved) Kind() string    { return "department.saved" }
func (TagSaved) Kind() string           { return "tag.saved" }
func (SettingChanged) Kind() string     { return "setting.changed" }
func (InboundDecided) Kind() string     { return "inbound.decided" }

func (TicketOpened) Public() bool       { return true }
func (SubjectChanged) Public() bool     { return true }
func (StatusChanged) Public() bool      { return true }
func (PriorityChanged) Public() bool    { return false }
func (TypeChanged) Public() bool        { return false }
func (DepartmentChanged) Public() bool  { return false }
func (Assigned) Public() bool           { return false }
func (Unassigned) Public() bool         { return false }
func (TagAdded) Public() bool           { return false }
func (TagRemoved) Public() bool         { return false }
func (Followed) Public() bool           { return false }
func (Unfollowed) Public() bool         { return false }
func (TicketDeleted) Public() bool      { return false }
func (TicketRestored) Public() bool     { return false }
func (TicketLinked) Public() bool       { return false }
func (RequesterChanged) Public() bool   { return false }
func (e ReplyAdded) Public() bool       { return !e.Held }
func (NoteAdded) Public() bool          { return false }
func (MessageReleased) Public() bool    { return true }
func (AttachmentRejected) Public() bool { return false }
func (MailSentEvent) Public() bool      { return false }
func (MailRetried) Public() bool        { return false }
func (MailFailedEvent) Public() bool    { return false }
func (PersonCreated) Public() bool      { return false }
func (PersonChanged) Public() bool      { return false }
func (PersonKindChanged) Public() bool  { return false }
func (PersonDeactivated) Public() bool  { return false }
func (PersonActivated) Public() bool    { return false }
func (PersonInvited) Public() bool      { return false }
func (SignedIn) Public() bool           { return false }
func (SignInFailed) Public() bool       { return false }
func (PasswordChanged) Public() bool    { return false }
func (LinkRequested) Public() bool      { return false }
func (GuestLinkRequested) Public() bool { return false }
func (TestMailRequested) Public() bool  { return false }
func (SessionRevoked) Public() bool     { return false }
func (DepartmentSaved) Public() bool    { return false }
func (TagSaved) Public() bool           { return false }
func (SettingChanged) Public() bool     { return false }
func (InboundDecided) Public() bool     { return false }
