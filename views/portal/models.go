// Package portal draws what customers and guests see: their tickets, the form
// for a new one, and one conversation. Values in, HTML out: no queries, no
// permissions beyond what the values say, and nothing that only the staff
// knows.
package portal

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
	"escalated/views/ui"
)

// The tabs of the list.
const (
	TabOpen   = "open"
	TabSolved = "solved"
	TabAll    = "all"
)

// List is a page of somebody's own tickets.
type List struct {
	Tab    string
	Query  string
	Page   model.TicketPage
	Open   int
	Solved int
}

// path is the list's address with its filters, without a page.
func (l List) path(ctx context.Context) string { return listPath(ctx, l.Tab, l.Query) }

func listPath(ctx context.Context, tab, query string) string {
	q := url.Values{}
	if tab != TabOpen {
		q.Set("status", tab)
	}
	if query != "" {
		q.Set("q", query)
	}
	if len(q) == 0 {
		return ui.Path(ctx, "tickets/")
	}
	return ui.Path(ctx, "tickets/") + "?" + q.Encode()
}

// NewTicket is the form for a ticket, with what was typed.
type NewTicket struct {
	Guest      bool // nobody is signed in: name and address are asked for
	Name       string
	Email      string
	Subject    string
	Body       string
	Priority   string
	Department string
	Topics     []model.Department
	Priorities bool // the customer may choose one
	Fields     []ui.Asked
	Op         string
	Slot       string
	Kept       []model.Attachment // taken in by an earlier try
	Limits     model.Limits
	Problems   model.Invalid
}

func (n NewTicket) action() string {
	if n.Guest {
		return "guest/store/"
	}
	return "tickets/store/"
}

// Thread is the page of one ticket.
type Thread struct {
	View     model.TicketView
	Me       model.PersonID
	Base     string // where its forms go, below the prefix: "tickets/1042/", "guest/TOKEN/"
	Files    string // where its files are, below the prefix: "", "guest/TOKEN/"
	Uploads  string // where files are sent ahead, below the prefix
	Topic    string // live topic
	All      bool   // every message is shown
	Priority bool   // the priority is shown
	Guest    *Guest
	Composer Composer
	Limits   model.Limits
	Problems model.Invalid // of closing or reopening
}

// Guest is what the page of a private link says beside the conversation.
type Guest struct {
	Link    string // the whole address
	SignUp  bool   // new accounts can be opened
	SignIn  bool   // nobody is signed in
	Mailing bool   // a fresh link can be asked for
}

// Composer is the reply form with what was typed.
type Composer struct {
	Op       string
	Slot     string
	Body     string
	Kept     []model.Attachment
	Problems model.Invalid
}

func num[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// answered reports whether the staff has said something.
func (t Thread) answered() bool {
	return t.View.FirstResponseAt != 0 || slices.ContainsFunc(t.View.Items, func(it model.ThreadItem) bool { return it.Author.Kind.Staff() })
}

// step is one line of the conversation: a message, something that happened, or
// the place of messages that are not shown.
type step struct {
	item  *model.ThreadItem
	event string // key of its words
	entry model.Entry
	gap   int
}

// steps merges messages and what happened to the ticket, oldest first. What
// happened among messages that are not shown is not shown either.
func steps(v model.TicketView) []step {
	var out []step
	entries := v.Entries
	before := func(at model.Time, show bool) {
		for len(entries) > 0 && entries[0].At <= at {
			if key := eventKey(entries[0]); show && key != "" {
				out = append(out, step{event: key, entry: entries[0]})
			}
			entries = entries[1:]
		}
	}
	for i := range v.Items {
		it := &v.Items[i]
		if i == 1 && v.Earlier > 0 {
			before(it.CreatedAt-1, false)
			out = append(out, step{gap: v.Earlier})
		} else {
			before(it.CreatedAt-1, true)
		}
		out = append(out, step{item: it})
	}
	before(1<<62, true)
	return out
}

// eventKey is the key of what customers read about a fact, or "" for nothing:
// only the steps of their own words for a status, and none that a message
// beside it tells already.
func eventKey(e model.Entry) string {
	fact, err := e.Event()
	if err != nil {
		return ""
	}
	switch f := fact.(type) {
	case model.SubjectChanged:
		return "portal.event.subject"
	case model.StatusChanged:
		return statusKey(f, e)
	}
	return ""
}

func statusKey(f model.StatusChanged, e model.Entry) string {
	to := f.To.Customer()
	switch {
	case f.To == model.Reopened && !f.From.IsOpen():
		return "portal.event.reopened"
	case f.From.Customer() == to:
		return ""
	case to == "solved":
		return "portal.event.solved"
	case to == "closed" && e.ActorKind == model.KindMachine:
		return "portal.event.auto_closed"
	case to == "closed":
		return "portal.event.closed"
	case to == "in_progress" && f.From == model.Open:
		return "portal.event.started"
	case to == "waiting" && !f.Automatic:
		return "portal.event.waiting"
	}
	return ""
}

// shownFiles are the files to list: all but pictures the text itself shows.
func shownFiles(ctx context.Context, base string, it model.ThreadItem) []ui.File {
	var out []ui.File
	for _, a := range it.Files {
		below := "attachments/" + num(a.ID) + "/"
		if a.Inline && strings.Contains(it.HTML, below) {
			continue
		}
		out = append(out, ui.File{Name: a.Filename, Size: a.Size, Mime: a.Mime, Href: ui.Path(ctx, base+below), Image: picture(a)})
	}
	return out
}

// picture reports whether a file is small enough to be shown as its own sign.
func picture(a model.Attachment) bool {
	switch a.Mime {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return a.Size <= 2<<20
	}
	return false
}
