package agent

import (
	"github.com/a-h/templ"

	"escalated/model"
)

// The page of a ticket is put together from parts that features bring: each
// writes its part in a file of its own and appends it to one of these lists in
// an init function there. A part that has nothing to show renders nothing.

// part is a piece of the page of a ticket.
type part func(p Ticket) templ.Component

// banners stand above the subject: what is going on with the ticket.
var banners = []part{}

// menu are items of the ticket's "More" menu.
var menu = []part{}

// actions are buttons beside the main action, before the "More" menu.
var actions = []part{}

// headParts follow the subject and the chips: pinned notes.
var headParts = []part{}

// panelSections are the foldable sections beside the conversation, below the
// properties, by name for the order a person likes.
var panelSections = []struct {
	name string
	part part
}{
	{"sla", clocks},
	{"fields", fields},
	{"tags", tags},
	{"followers", followers},
	{"links", links},
	{"rating", rating},
	{"subjects", subjects},
}

// propertyParts are lines among the properties of the panel.
var propertyParts = []part{}

// itemMenu are items of a message's menu.
var itemMenu = []func(p Ticket, it model.ThreadItem) templ.Component{}

// tools stand at the foot of the composer, beside the files.
var tools = []part{}

// composerTop is what stands between the composer's tabs and its text.
var composerTop = []part{}

// panelOrder is the sections in the order of the person's preference: those
// named first, the others after them as they come.
func panelOrder(p Ticket) []part {
	var out []part
	used := map[string]bool{}
	for _, name := range p.Prefs.Panels {
		for _, s := range panelSections {
			if s.name == name && !used[name] {
				used[name] = true
				out = append(out, s.part)
			}
		}
	}
	for _, s := range panelSections {
		if !used[s.name] {
			out = append(out, s.part)
		}
	}
	return out
}

// closed reports whether the person keeps a section folded.
func (p Ticket) closed(name string) bool {
	for _, n := range p.Prefs.PanelsClosed {
		if n == name {
			return true
		}
	}
	return false
}
