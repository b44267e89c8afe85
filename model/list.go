package model

// TicketFilter is a list of tickets as its URL says it: every field is one
// query parameter, zero means unfiltered.
type TicketFilter struct {
	Statuses     []Status // none: the open ones, unless Any
	Any          bool     // status=any: every status
	Priorities   []Priority
	Types        []TicketType
	Channels     []Channel
	Assignee     PersonID
	Unassigned   bool
	Department   DepartmentID
	NoDepartment bool
	Tag          TagID
	Requester    PersonID
	Following    PersonID // tickets this person follows
	Bin          bool     // the deleted ones
	Query        string   // full text; see TicketSearch
	Sort         TicketSort
	DueFirst     bool // without a sort: what is due next, then the oldest
	Page         int  // from 1
	PerPage      int  // 25, 50 or 100

	// What one field cannot say. Of several people, departments or tags any
	// will do; zero stands for none. A single one is in the fields above.
	Assignees   []PersonID
	Departments []DepartmentID
	Tags        []TagID
	Requesters  []PersonID
	StatusDefs  []StatusDef // the desk's own, found by their keys
	Mentioned   PersonID    // tickets in which this person is mentioned
	Created     Span
	Resolved    Span
	Updated     Span
	Waiting     Span    // since when the customer waits
	Snoozed     Snoozed // empty: sleeping tickets are in lists of any status alone
	Files       bool    // has=attachment
	Ratings     []Rating
	SLA         []SLALevel
	Fields      []FieldTerm // fields an admin added
	Names       []NameTerm  // words for people, departments, tags and statuses that the desk has to look up
	Not         Excluded

	Me   PersonID // who "me" is
	Zone string   // where days begin and end; empty: UTC
}

// Excluded are the conditions of a filter turned around: none of these.
type Excluded struct {
	Statuses    []Status
	StatusDefs  []StatusDef
	Priorities  []Priority
	Types       []TicketType
	Channels    []Channel
	Assignees   []PersonID
	Departments []DepartmentID
	Tags        []TagID
	Requesters  []PersonID
	Following   PersonID
	Mentioned   PersonID
	Files       bool
	Ratings     []Rating
	SLA         []SLALevel
}

// SortKeyName is a column a list can be sorted by.
type SortKeyName string

// The sort columns. Activity is the last message of the customer's side.
const (
	SortActivity   SortKeyName = "activity"
	SortUpdated    SortKeyName = "updated"
	SortCreated    SortKeyName = "created"
	SortReference  SortKeyName = "reference"
	SortPriority   SortKeyName = "priority"
	SortStatus     SortKeyName = "status"
	SortSubject    SortKeyName = "subject"
	SortAssignee   SortKeyName = "assignee"
	SortDepartment SortKeyName = "department"
	SortWaiting    SortKeyName = "waiting"
	SortDue        SortKeyName = "due"
)

// SortKeys lists the columns.
func SortKeys() []SortKeyName {
	return []SortKeyName{SortActivity, SortUpdated, SortCreated, SortReference, SortPriority, SortStatus, SortSubject, SortAssignee, SortDepartment, SortWaiting, SortDue}
}

// TicketSort is a column and a direction. The zero value is the default order.
type TicketSort struct {
	Key  SortKeyName
	Desc bool
}

// TicketRow is a ticket as a list shows it.
type TicketRow struct {
	ID             TicketID     `db:"id"`
	Reference      string       `db:"reference"`
	Subject        string       `db:"subject"`
	Status         Status       `db:"state"`
	StatusID       StatusID     `db:"status_id"`
	Priority       Priority     `db:"priority"`
	Type           TicketType   `db:"type"`
	Channel        Channel      `db:"channel"`
	Preview        string       `db:"preview"`
	MessageCount   int          `db:"message_count"`
	FileCount      int          `db:"file_count"`
	LastMessageID  MessageID    `db:"last_message_id"`
	LastPublicID   MessageID    `db:"last_public_id"`
	RequesterID    PersonID     `db:"requester_id"`
	RequesterName  string       `db:"requester_name"`
	AssigneeID     PersonID     `db:"assignee_id"`
	AssigneeName   string       `db:"assignee_name"`
	DepartmentID   DepartmentID `db:"department_id"`
	DepartmentName string       `db:"department_name"`
	CreatedAt      Time         `db:"created_at"`
	UpdatedAt      Time         `db:"updated_at"`
	PublicAt       Time         `db:"public_at"`
	CustomerAt     Time         `db:"customer_at"`
	WaitingSince   Time         `db:"waiting_since"`
	DueAt          Time         `db:"next_due_at"` // of the nearest promise; Never: none
	SLA            SLALevel     `db:"sla_level"`
	DeletedAt      Time         `db:"deleted_at"`
	LastPublicName string       `db:"last_public_name"` // portal lists only
	LastPublicKind Kind         `db:"last_public_kind"` // portal lists only
	Unread         bool         // newer than what the actor has seen
	Tags           []Tag
	Excerpt        []Excerpted // search only: marked pieces
	SubjectMarks   []Excerpted // search only: the subject with its hits marked; empty when it has none
}

// Excerpted is a piece of a text around a search hit.
type Excerpted struct {
	Text string
	Hit  bool
}

// TicketPage is one page of a list.
type TicketPage struct {
	Rows    []TicketRow
	Total   int  // at most Cap
	Capped  bool // there are more than Total
	Page    int  // after clamping
	PerPage int
	Pages   int // last page that can be reached by number
	HasNext bool
	Slow    bool        // a search that ran out of time: newest matches only
	People  []PersonRef // search only: people whose name or address matches
	Jump    TicketID    // search only: the ticket whose exact reference was typed
}

// TicketView is a ticket with everything its page shows.
type TicketView struct {
	Ticket
	Requester       PersonRef
	RequesterSince  Time
	RequesterZone   string
	RequesterLocale string
	Assignee        PersonRef
	Department      Department
	Tags            []Tag
	Items           []ThreadItem // oldest first
	Entries         []Entry      // events of the timeline, oldest first
	Earlier         int          // messages before the first item shown beyond the opening one
	Followers       []PersonRef
	Following       bool        // the actor follows it
	Sides           []SideRef   // talks with third parties
	Recipients      []Recipient // whom the newest messages went to beside the requester
	Participants    []PersonRef // customers on copy
	Pinned          []PinnedNote
	Unread          int         // notifications of the actor about it, unread
	Others          []TicketRow // newest other tickets of the requester the actor may see
	OtherCount      int         // capped at 1,000
	Snoozer         PersonRef   // who put it to sleep
	Into            TicketLink  // the ticket it was merged into, when the actor may see it
	Links           []TicketLink
	LastEvent       EventID       // where live updates begin
	SeenMessage     MessageID     // what the actor had read before this look
	Targets         []Status      // statuses the ticket may move to, staff only
	Next            []StatusDef   // the same with the desk's own, in its order
	Fields          []FieldView   // custom fields that show; for customers those they may see, filled in
	PersonFields    []FieldView   // of the requester, staff only
	FieldRows       []FieldRow    // the stored values, staff only
	Rated           *TicketRating // for customers their own
	Clocks          []TicketClock // the newest of each promise, staff only
	Can             TicketCan
	Drafts          []TicketDraft  // of everybody; of others without their words; staff only
	Subjects        []Subject      // objects of the host program it is about
	Actions         []ActionChoice // what the organisation added, for this person
}

// TicketLink is a linked ticket as the page of another shows it.
type TicketLink struct {
	ID        TicketID
	Reference string
	Subject   string
	State     int64 `json:"status"`
	StatusID  StatusID
	Kind      LinkKind
	From      int // 1 when the link leads from the ticket looked at to this one
}

// Status is the core state of the linked ticket.
func (l TicketLink) Status() Status { return Status(l.State) }

// LinkKind says how two tickets belong together.
type LinkKind string

// The kinds. Of a parent or problem the link leads from the parent or the
// problem, of a duplicate from the original, of split, merged and continued
// from the older ticket.
const (
	LinkContinued LinkKind = "continued"
	LinkRelated   LinkKind = "related"
	LinkDuplicate LinkKind = "duplicate"
	LinkParent    LinkKind = "parent"
	LinkProblem   LinkKind = "problem"
	LinkSplit     LinkKind = "split"
	LinkMerged    LinkKind = "merged"
)

// TicketCan is what the actor may do with the ticket; the page shows only
// controls that work.
type TicketCan struct {
	Reply, Note, Edit, Assign, Tag, Follow, Delete, Restore, Close, Reopen, Rate bool
}
