package store

import (
	"context"
	"encoding/json"
	"fmt"

	"escalated/model"
)

// calendarRow is a calendar with what it says now.
type calendarRow struct {
	ID         model.CalendarID        `db:"id"`
	Name       string                  `db:"name"`
	VersionID  model.CalendarVersionID `db:"version_id"`
	Body       string                  `db:"body"`
	IsDefault  bool                    `db:"is_default"`
	FromConfig bool                    `db:"from_config"`
	ArchivedAt model.Time              `db:"archived_at"`
	Version    int64                   `db:"version"`
	Policies   int                     `db:"policies"`
}

func (r calendarRow) row() (model.CalendarRow, error) {
	c, err := readCalendar(r.Body)
	if err != nil {
		return model.CalendarRow{}, fmt.Errorf("calendar %d: %w", r.ID, err)
	}
	c.ID, c.VersionID, c.Name, c.Version = r.ID, r.VersionID, r.Name, r.Version
	return model.CalendarRow{Calendar: c, IsDefault: r.IsDefault, FromConfig: r.FromConfig, ArchivedAt: r.ArchivedAt, Policies: r.Policies}, nil
}

func readCalendar(body string) (c model.Calendar, err error) {
	return c, json.Unmarshal([]byte(body), &c)
}

// Calendars lists all calendars with what they say, the default first, those
// out of use last.
func (r Reader) Calendars(ctx context.Context) ([]model.CalendarRow, error) {
	rows, err := many[calendarRow](ctx, r, `SELECT c.id, c.name, c.version_id, v.body, c.is_default, c.from_config, c.archived_at, c.version,
		(SELECT count(*) FROM sla_policies p WHERE p.calendar_id = c.id AND p.deleted_at IS NULL) AS policies
		FROM calendars c JOIN calendar_versions v ON v.id = c.version_id ORDER BY c.archived_at IS NOT NULL, c.is_default DESC, lower(c.name), c.id`)
	if err != nil {
		return nil, err
	}
	out := make([]model.CalendarRow, len(rows))
	for i, row := range rows {
		if out[i], err = row.row(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CalendarVersion loads what a calendar said at a time.
func (r Reader) CalendarVersion(ctx context.Context, id model.CalendarVersionID) (model.Calendar, error) {
	row, err := one[calendarRow](ctx, r, "SELECT c.id, c.name, v.id AS version_id, v.body, c.version FROM calendar_versions v JOIN calendars c ON c.id = v.calendar_id WHERE v.id = ?", id)
	if err != nil {
		return model.Calendar{}, err
	}
	full, err := row.row()
	return full.Calendar, err
}

// InsertCalendar writes a calendar and the first of its versions.
func (tx *Tx) InsertCalendar(ctx context.Context, c *model.CalendarRow) error {
	id, err := tx.insert(ctx, "INSERT INTO calendars (name, version_id, is_default, from_config) VALUES (?, 0, ?, ?)", c.Name, flag(c.IsDefault), flag(c.FromConfig))
	if err != nil {
		return err
	}
	c.ID, c.Version = model.CalendarID(id), 1
	if err := tx.InsertCalendarVersion(ctx, &c.Calendar); err != nil {
		return err
	}
	_, err = tx.exec(ctx, "UPDATE calendars SET version_id = ? WHERE id = ?", c.VersionID, c.ID)
	return err
}

// InsertCalendarVersion keeps what a calendar says from now on.
func (tx *Tx) InsertCalendarVersion(ctx context.Context, c *model.Calendar) error {
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write calendar: %w", err)
	}
	id, err := tx.insert(ctx, "INSERT INTO calendar_versions (calendar_id, body, at) VALUES (?, ?, ?)", c.ID, string(body), tx.Now)
	c.VersionID = model.CalendarVersionID(id)
	return err
}

// UpdateCalendar writes name and version if nobody else did since c was read.
func (tx *Tx) UpdateCalendar(ctx context.Context, c *model.CalendarRow) error {
	err := tx.versioned(ctx, "UPDATE calendars SET name = ?, version_id = ?, from_config = ?, version = version + 1 WHERE id = ? AND version = ?",
		c.Name, c.VersionID, flag(c.FromConfig), c.ID, c.Version)
	if err == nil {
		c.Version++
	}
	return err
}

// ArchiveCalendar takes a calendar out of use at a time, or back with zero.
func (tx *Tx) ArchiveCalendar(ctx context.Context, id model.CalendarID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE calendars SET archived_at = ?, version = version + 1 WHERE id = ?", at, id)
	return err
}

// SetDefaultCalendar makes a calendar the one that holds where none is named.
func (tx *Tx) SetDefaultCalendar(ctx context.Context, id model.CalendarID) error {
	if _, err := tx.exec(ctx, "UPDATE calendars SET is_default = 0, version = version + 1 WHERE is_default = 1 AND id <> ?", id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "UPDATE calendars SET is_default = 1, version = version + 1 WHERE id = ? AND is_default = 0", id)
	return err
}

// ReplaceCalendar has the promises that count by one calendar count by
// another, and names them.
func (tx *Tx) ReplaceCalendar(ctx context.Context, from, to model.CalendarID) ([]model.PolicyID, error) {
	ids, err := many[model.PolicyID](ctx, tx.Reader, "SELECT id FROM sla_policies WHERE calendar_id = ? ORDER BY id", from)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	_, err = tx.exec(ctx, "UPDATE sla_policies SET calendar_id = ?, version = version + 1 WHERE calendar_id = ?", to, from)
	return ids, err
}
