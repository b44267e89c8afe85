package model

import "strconv"

// ViewScope says who sees a view.
type ViewScope string

// The scopes.
const (
	ScopeMine       ViewScope = "mine"
	ScopePeople     ViewScope = "people" // the people of View.People
	ScopeDepartment ViewScope = "department"
	ScopeAll        ViewScope = "all"
)

// ViewScopes lists the scopes as forms show them.
func ViewScopes() []ViewScope {
	return []ViewScope{ScopeMine, ScopePeople, ScopeDepartment, ScopeAll}
}

// ViewGroup is where in the side bar a view stands.
type ViewGroup string

// The groups in order; members of the text family views.group_.
const (
	GroupInbox  ViewGroup = "inbox"
	GroupShared ViewGroup = "shared"
	GroupMine   ViewGroup = "mine"
	GroupDone   ViewGroup = "done"
)

// ViewGroups lists the groups in the order of the side bar.
func ViewGroups() []ViewGroup { return []ViewGroup{GroupInbox, GroupShared, GroupMine, GroupDone} }

// View is a list that was given a name: a readable query. System views are the
// desk's own and have negative ids and a key instead of a name.
type View struct {
	ID           ViewID
	Key          string // of a system view, member of the text family views.name_
	OwnerID      PersonID
	OwnerName    string
	Scope        ViewScope
	DepartmentID DepartmentID
	Name         string
	Query        string // canonical, "me" is whoever looks
	Columns      []string
	Icon         string
	Hue          string
	Position     int
	Version      int64
	People       []PersonID // with whom it is shared

	Hidden  bool // by the reader
	Default bool // what the reader begins with
	Group   ViewGroup
	Count   int // -1: not counted
	Capped  bool
	CanEdit bool // the reader may change and delete it
}

// System reports whether the view is the desk's own.
func (v View) System() bool { return v.ID < 0 }

// Path is the list of the view, below the desk's prefix.
func (v View) Path() string { return "agent/tickets/?view=" + strconv.FormatInt(int64(v.ID), 10) }

// The system views.
const (
	ViewNeedsMe ViewID = -(iota + 1)
	ViewMine
	ViewUnassigned
	ViewSLA
	ViewFollowing
	ViewMentions
	ViewSnoozed
	ViewOpen
	ViewResolved
	ViewClosed
	ViewAny
	ViewBin
	ViewOverdue
)

// SystemViews are the desk's own views in order.
func SystemViews() []View {
	list := []View{
		{ID: ViewNeedsMe, Key: "needs_me", Query: "status!=waiting_on_customer&assignee=me", Icon: "inbox"},
		{ID: ViewMine, Key: "mine", Query: "assignee=me", Icon: "user"},
		{ID: ViewUnassigned, Key: "unassigned", Query: "assignee=none", Icon: "user-plus"},
		{ID: ViewSLA, Key: "sla", Query: "sla=at_risk,overdue", Icon: "clock"},
		{ID: ViewOverdue, Key: "overdue", Query: "sla=overdue", Icon: "warn"},
		{ID: ViewFollowing, Key: "following", Query: "following=me&snoozed=any", Icon: "bell"},
		{ID: ViewMentions, Key: "mentions", Query: "mentioned=me&snoozed=any", Icon: "at"},
		{ID: ViewSnoozed, Key: "snoozed", Query: "snoozed=yes", Icon: "moon"},
		{ID: ViewOpen, Key: "open", Icon: "list"},
		{ID: ViewResolved, Key: "resolved", Query: "status=resolved", Icon: "check-circle", Group: GroupDone},
		{ID: ViewClosed, Key: "closed", Query: "status=closed", Icon: "archive", Group: GroupDone},
		{ID: ViewAny, Key: "all", Query: "status=any", Icon: "list", Group: GroupDone},
		{ID: ViewBin, Key: "bin", Query: "status=deleted", Icon: "trash", Group: GroupDone},
	}
	for i := range list {
		v := &list[i]
		v.Scope, v.Position, v.Hue, v.Version = ScopeAll, i, "grey", 1
		if v.Group == "" {
			v.Group = GroupInbox
		}
	}
	return list
}

// ViewIcons are the icons people may give a view; each is in the desk's set.
func ViewIcons() []string {
	return []string{"list", "inbox", "star", "bell", "user", "users", "building", "tag", "clock", "mail", "at", "life", "book", "warn", "shield", "check-circle", "archive"}
}

// ViewPlace is where a person keeps a view.
type ViewPlace struct {
	View    ViewID
	Hidden  bool
	Default bool
}

// Side is the side bar of a person: their views in their order, and how many
// notifications wait, at most 100.
type Side struct {
	Views  []View
	Unread int
}

// Find is the view of an id.
func (s Side) Find(id ViewID) (View, bool) {
	for _, v := range s.Views {
		if v.ID == id {
			return v, true
		}
	}
	return View{}, false
}

// ViewSaved tells what became of a view: created, changed or deleted.
type ViewSaved struct {
	View ViewID `json:"view"`
	Name string `json:"name"`
	What string `json:"what"`
}

// Kind is view.saved.
func (ViewSaved) Kind() string { return "view.saved" }

// Public is false.
func (ViewSaved) Public() bool { return false }

func init() { register[ViewSaved]() }
