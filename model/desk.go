package model

// Department is a team that tickets are routed to.
type Department struct {
	ID          DepartmentID    `db:"id"`
	Name        string          `db:"name"`
	Slug        string          `db:"slug"`
	Description string          `db:"description"`
	ArchivedAt  Time            `db:"archived_at"`
	Version     int64           `db:"version"`
	Routing     RoutingStrategy `db:"routing"`      // how its tickets are given to people
	PresentOnly bool            `db:"present_only"` // only to people who are at the desk
	Members     int             `db:"members"`
	OpenTickets int             `db:"open_tickets"`
}

// Active reports whether the department can be chosen.
func (d Department) Active() bool { return d.ArchivedAt == 0 }

// Tag is a label on tickets.
type Tag struct {
	ID         TagID  `db:"id"`
	Name       string `db:"name"`
	Slug       string `db:"slug"`
	Hue        string `db:"hue"`
	ArchivedAt Time   `db:"archived_at"`
	Version    int64  `db:"version"`
	Tickets    int    `db:"tickets"` // capped; only on the admin page
}

// Hues are the colours a tag may have.
func Hues() []string {
	return []string{"blue", "violet", "amber", "teal", "red", "orange", "green", "grey", "indigo", "mint"}
}

// Attachment is a file of a message, or one waiting in a draft slot.
type Attachment struct {
	ID        AttachmentID `db:"id"`
	MessageID MessageID    `db:"message_id"`
	TicketID  TicketID     `db:"ticket_id"`
	BlobID    BlobID       `db:"blob_id"`
	Filename  string       `db:"filename"`
	Mime      string       `db:"mime"` // sniffed
	Size      int64        `db:"size"` // bytes
	ContentID string       `db:"content_id"`
	Inline    bool         `db:"is_inline"`
	CreatedAt Time         `db:"created_at"`
}

// Limits are the attachment limits in force.
type Limits struct {
	Files int   // per message
	Bytes int64 // per file
}
