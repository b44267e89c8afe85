package model

import (
	"strings"
	"unicode/utf8"
)

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
	const begins = "=+-@\t\r|%＝＋－＠" // the wide ones are read as the others in East Asia
	if r, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune(begins, r) {
		return "'" + s
	}
	return s
}
