// Package emails draws the mails the desk sends: one branded letter, as HTML
// and as plain text from the same values. Mail programs know little CSS, so
// styles stand at the elements and the frame is tables; nothing is loaded from
// anywhere.
package emails

import (
	"context"
	"strings"

	"escalated/safe"
	"escalated/text"
)

// Mail is what a letter shows, in reading order. Empty parts are left out.
type Mail struct {
	Desk      string
	Heading   string
	Lead      []string // paragraphs before what was said
	Said      *Said
	Rows      []Row
	Files     []File
	FilesHere bool     // attached; otherwise to be had behind the link
	Choices   []Action // one of them is the answer
	Action    Action
	Also      Action   // a second, quieter link
	After     []string // paragraphs after the link
	Foot      []string // small print
}

// Said is what somebody wrote.
type Said struct {
	By   string
	When string
	Text string

	Markdown bool // Text is Markdown: as it is in the plain part, made up in the other
}

// Row is a property, or a ticket with a link.
type Row struct{ Label, Value, URL string }

// File is a file of what was said.
type File struct{ Name, Size string }

// Action is a link of the letter.
type Action struct{ Label, URL string }

// Plain is the letter as plain text.
func Plain(ctx context.Context, m Mail) string {
	var b strings.Builder
	paragraph := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			if b.Len() > 0 {
				b.WriteString("\n\n")
			}
			b.WriteString(s)
		}
	}
	paragraph(m.Heading)
	for _, s := range m.Lead {
		paragraph(s)
	}
	if m.Said != nil {
		if m.Said.By != "" {
			paragraph(byline(m.Said))
		}
		paragraph(m.Said.Text)
	}
	var rows []string
	for _, r := range m.Rows {
		line := r.Label
		if r.Value != "" {
			line += ": " + r.Value
		}
		if r.URL != "" {
			line += "\n" + r.URL
		}
		rows = append(rows, line)
	}
	paragraph(strings.Join(rows, "\n"))
	if len(m.Files) > 0 {
		list := []string{filesTitle(ctx, m)}
		for _, f := range m.Files {
			list = append(list, "- "+f.Name+" ("+f.Size+")")
		}
		paragraph(strings.Join(list, "\n"))
	}
	for _, c := range m.Choices {
		paragraph(c.Label + ":\n" + c.URL)
	}
	if m.Action.URL != "" {
		paragraph(m.Action.Label + ":\n" + m.Action.URL)
	}
	for _, s := range m.After {
		paragraph(s)
	}
	if m.Also.URL != "" {
		paragraph(m.Also.Label + ":\n" + m.Also.URL)
	}
	if len(m.Foot) > 0 {
		paragraph("-- \n" + strings.Join(m.Foot, "\n"))
	}
	b.WriteString("\n")
	return b.String()
}

// saidHTML is the words as harmless HTML.
func saidHTML(s *Said) string {
	if s.Markdown {
		return safe.Markdown(s.Text)
	}
	return safe.TextHTML(s.Text)
}

func byline(s *Said) string {
	if s.When == "" {
		return s.By
	}
	return s.By + " · " + s.When
}

func filesTitle(ctx context.Context, m Mail) string {
	if m.FilesHere {
		return text.N(ctx, "mail.files_attached", len(m.Files))
	}
	return text.N(ctx, "mail.files_linked", len(m.Files))
}
