package model

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ColumnField begins the name of a column that shows a field an admin added:
// "field.order_number".
const ColumnField = "field."

// ListColumns are the columns a list of tickets may have beside the subject,
// which it always has.
func ListColumns() []string {
	return []string{"reference", "status", "priority", "assignee", "department", "type", "requester", "tags", "channel", "created", "updated", "activity", "waiting", "due", "rating"}
}

// DefaultColumns are those of somebody who has chosen none.
func DefaultColumns() []string {
	return []string{"reference", "status", "priority", "assignee", "department", "activity"}
}

// maxColumns is how many columns a list may have.
const maxColumns = 20

// CleanColumns leaves out what is no column and what comes twice.
func CleanColumns(in []string) (out []string) {
	for _, c := range in {
		key, field := strings.CutPrefix(c, ColumnField)
		known := slices.Contains(ListColumns(), c) || field && key != "" && len(key) <= 64
		if known && !slices.Contains(out, c) && len(out) < maxColumns {
			out = append(out, c)
		}
	}
	return out
}

// RowMarks is what a list says of a ticket beside its row.
type RowMarks struct {
	Draft   bool // the reader has begun an answer
	Snoozed Time // zero: not; Never: until the customer writes
	Merged  bool
	Rating  int
	Fields  []FieldRow // values of the fields that were asked for
}

// Place is where in a list a ticket was opened.
type Place struct {
	List       string // the list's query, or the id of a view
	Index      int    // from 0
	Total      int    // as it was when the list was shown; 0 when it was not told
	More       bool   // there are more than Total
	Here       bool   // the ticket is still in the list
	Prev, Next TicketID
}

// Before is the place of the previous one.
func (p Place) Before() Place { return p.moved(p.Index - 1) }

// After is the place of the next one.
func (p Place) After() Place {
	if p.Here {
		return p.moved(p.Index + 1)
	}
	return p.moved(p.Index)
}

func (p Place) moved(to int) Place {
	return Place{List: p.List, Index: max(0, to), Total: p.Total, More: p.More}
}

// Encode writes the place as the query of a ticket's page.
func (p Place) Encode() string {
	q := url.Values{"v": {p.List}, "i": {strconv.Itoa(p.Index)}}
	if p.Total > 0 {
		q.Set("n", strconv.Itoa(p.Total))
		if p.More {
			q.Set("n", strconv.Itoa(p.Total)+"+")
		}
	}
	return q.Encode()
}

// ParsePlace reads the place back; false when the page was not opened from a list.
func ParsePlace(get func(name string) string) (Place, bool) {
	p := Place{List: get("v")}
	i, err := strconv.Atoi(get("i"))
	if err != nil || i < 0 || p.List == "" {
		return Place{}, false
	}
	n, more := strings.CutSuffix(get("n"), "+")
	p.Index, p.More = i, more
	if total, err := strconv.Atoi(n); err == nil && total > i {
		p.Total = total
	}
	return p, true
}

// Query is the query of the list's own address.
func (p Place) Query() string {
	if id, err := strconv.ParseInt(p.List, 10, 64); err == nil {
		return "view=" + strconv.FormatInt(id, 10)
	}
	return p.List
}

// Address is the query of a list that began with a view, as its URL: the
// view's id while the conditions are the view's, and beside it the conditions
// once they are others. Without any it is the list of all open tickets, which
// is where everybody begins and therefore not named beside conditions.
func Address(v View, f TicketFilter) string {
	f.Page = 0
	conditions := f.Conditions()
	if conditions == "" {
		v = View{ID: ViewOpen}
	}
	if v.ID == 0 || v.ID == ViewOpen && conditions != "" {
		return f.Encode()
	}
	if conditions == v.Conditions() {
		f = TicketFilter{Sort: f.Sort, DueFirst: f.DueFirst, PerPage: f.PerPage}
	}
	id := "view=" + strconv.FormatInt(int64(v.ID), 10)
	if s := f.Encode(); s != "" {
		return id + "&" + s
	}
	return id
}

// Conditions are those of the view's list, without its order.
func (v View) Conditions() string { return FilterReader{Me: Whoever}.ReadQuery(v.Query).Conditions() }
