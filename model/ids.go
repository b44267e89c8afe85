package model

import "database/sql/driver"

// Ids are one type per noun; zero means none and is NULL in the database. So
// a cursor that may be zero ("id > ?") must be passed as int64: nothing is
// greater than NULL.
type (
	// TicketID names a ticket; its number in references and URLs.
	TicketID int64
	// PersonID names a person, customer or staff or machine.
	PersonID int64
	// MessageID names a message of a ticket.
	MessageID int64
	// DepartmentID names a department.
	DepartmentID int64
	// TagID names a tag.
	TagID int64
	// EventID names an event of the record.
	EventID int64
	// BlobID names a stored file content.
	BlobID int64
	// AttachmentID names a file attached to a message or waiting in a draft slot.
	AttachmentID int64
	// MailID names a mail in the outgoing queue.
	MailID int64
	// LedgerID names a received mail in the ledger.
	LedgerID int64
	// TokenID names a one-time or guest token.
	TokenID int64
	// SessionID names a signed-in session.
	SessionID int64
	// EmailID names an address of a person.
	EmailID int64
	// StatusID names a status: the eight core ones and those an admin adds.
	StatusID int64
	// ViewID names a saved list; system lists have negative ones.
	ViewID int64
	// ChangeSetID names what one action changed.
	ChangeSetID int64
	// MacroID names a macro.
	MacroID int64
	// CannedID names a canned response.
	CannedID int64
	// FieldID names a custom field.
	FieldID int64
	// DraftID names a text that is not said yet.
	DraftID int64
	// SideID names a side conversation.
	SideID int64
	// NotificationID names a notification of a person.
	NotificationID int64
	// SubjectID names a link from a ticket to an object of the host program.
	SubjectID int64
	// BulkID names a change of many tickets that runs beside the request.
	BulkID int64
)

// Value stores zero as NULL.
func (id TicketID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *TicketID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id PersonID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *PersonID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id MessageID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *MessageID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id DepartmentID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *DepartmentID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id TagID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *TagID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id EventID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *EventID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id BlobID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *BlobID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id AttachmentID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *AttachmentID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id MailID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *MailID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id LedgerID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *LedgerID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id TokenID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *TokenID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id SessionID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *SessionID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id EmailID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *EmailID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id StatusID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *StatusID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id ViewID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *ViewID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id ChangeSetID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *ChangeSetID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id MacroID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *MacroID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id CannedID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *CannedID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id FieldID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *FieldID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id DraftID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *DraftID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id SideID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *SideID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id NotificationID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *NotificationID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id SubjectID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *SubjectID) Scan(v any) error { return scanInt((*int64)(id), v) }

// Value stores zero as NULL.
func (id BulkID) Value() (driver.Value, error) { return nullInt(int64(id)) }

// Scan reads an integer or NULL.
func (id *BulkID) Scan(v any) error { return scanInt((*int64)(id), v) }
