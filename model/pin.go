package model

// PinnedNote is a note that stands on top of its ticket.
type PinnedNote struct {
	ID       MessageID
	Body     string // its beginning
	Markdown int
	Author   string
	By       string // who pinned it
	At       Time
}

type (
	// NotePinned is a note that somebody put on top of its ticket.
	NotePinned struct {
		Message MessageID `json:"message"`
	}
	// NoteUnpinned took it down again.
	NoteUnpinned struct {
		Message MessageID `json:"message"`
	}
)

// Kind is note.pinned.
func (NotePinned) Kind() string { return "note.pinned" }

// Kind is note.unpinned.
func (NoteUnpinned) Kind() string { return "note.unpinned" }

// Public is false: notes are for staff.
func (NotePinned) Public() bool { return false }

// Public is false: notes are for staff.
func (NoteUnpinned) Public() bool { return false }

func init() {
	register[NotePinned]()
	register[NoteUnpinned]()
}
