package model

// ExportMost is how many tickets one table holds at most.
const ExportMost = 50000

// ExportPortion is how many of them are read at a time.
const ExportPortion = 500

// ExportRow is a ticket in a table for other programs.
type ExportRow struct {
	TicketRow
	Rating int
	Fields []FieldRow
}

// Harmless is a text that no spreadsheet takes for a formula.
func Harmless(s string) string {
	for _, r := range s {
		switch r {
		case '=', '+', '-', '@', '\t', '\r', '|', '%', '＝', '＋', '－', '＠': // the wide ones are read as the others in East Asia
			return "'" + s
		}
		break
	}
	return s
}
