package model

// ChangeShown is how many changed rows of a set its page lists.
const ChangeShown = 200

// ChangeView is a change set as its page shows it: what was changed, by whom,
// and whether it can be taken back.
type ChangeView struct {
	ChangeSet
	By       string // who did it
	ByKind   Kind
	UndoneBy string
	Lines    []ChangeLine
	More     int            // changes that are not listed
	Left     []UndoConflict // what the last try to take it back left alone
	CanUndo  bool
}

// ChangeLine is one changed field of a set.
type ChangeLine struct {
	Ticket    TicketID
	Reference string // "" for what the reader does not see
	Subject   string
	Field     string // a member of the text family undo_page.field_
	Before    string // as people read it; "" for nothing
	After     string
	Added     bool // a row that was new
	Removed   bool // a row that went
}
