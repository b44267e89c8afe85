package model

import (
	"math"
	"strconv"
	"time"
)

// FieldRow is a stored value.
type FieldRow struct {
	Entity   string   `db:"entity" json:"entity"`
	EntityID int64    `db:"entity_id" json:"id"`
	FieldID  FieldID  `db:"field_id" json:"field"`
	Option   string   `db:"option" json:"option"`
	Num      *float64 `db:"num" json:"num"`
	Text     *string  `db:"text" json:"text"`
}

// Equal reports whether two values are the same.
func (r FieldRow) Equal(o FieldRow) bool {
	same := func(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }
	text := func(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
	return r.FieldID == o.FieldID && r.Option == o.Option && same(r.Num, o.Num) && text(r.Text, o.Text)
}

// Rows are the stored form of values: numbers, days and boxes as numbers, so
// that lists can be filtered and sorted by them.
func (f FieldDef) Rows(values []string) []FieldRow {
	var out []FieldRow
	for _, v := range values {
		row, v := FieldRow{FieldID: f.ID}, v
		switch f.Kind {
		case CustomSelect, CustomMulti:
			row.Option, row.Text = v, &v
		case CustomNumber, CustomCheckbox:
			n, _ := strconv.ParseFloat(v, 64) // Read wrote it
			row.Num = &n
		case CustomDate:
			d, _ := time.Parse(time.DateOnly, v) // Read wrote it
			n := float64(DaysOf(d))
			row.Num = &n
		default:
			row.Text = &v
		}
		out = append(out, row)
	}
	return out
}

// DaysOf are the days since 1970 of a date.
func DaysOf(d time.Time) int64 {
	return int64(math.Floor(float64(time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC).Unix()) / 86400))
}

// ReadRows are values as they were stored.
func ReadRows(defs []FieldDef, rows []FieldRow) FieldValues {
	out := FieldValues{}
	for _, f := range defs {
		for _, row := range rows {
			if row.FieldID == f.ID {
				out[f.ID] = append(out[f.ID], f.stored(row))
			}
		}
		if f.Kind == CustomMulti && len(out[f.ID]) > 1 {
			out[f.ID], _, _ = f.readChoice(out[f.ID], out[f.ID])
		}
	}
	return out
}

func (f FieldDef) stored(row FieldRow) string {
	switch {
	case row.Num != nil && f.Kind == CustomDate:
		return time.Unix(int64(*row.Num)*86400, 0).UTC().Format(time.DateOnly)
	case row.Num != nil:
		return strconv.FormatFloat(*row.Num, 'f', -1, 64)
	case row.Text != nil:
		return *row.Text
	}
	return row.Option
}
