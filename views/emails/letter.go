// Package emails draws the mails the desk sends: one branded letter, as HTML
// and as plain text from the same values. Mail programs know little CSS, so
// styles stand at the elements and the frame is tables; nothing is loaded from
// anywhere but a logo whose address the desk's admin gave.
package emails

import (
	"context"
	"slices"
	"strings"

	"escalated/model"
	"escalated/safe"
	"escalated/text"
)

// Mail is what a letter shows, in reading order. Empty parts are left out.
type Mail struct {
	Desk      string
	Heading   string
	Lead      []string // paragraphs before what was said
	Pieces    []Piece  // several things that are told in one mail
	Said      *Said
	Rows      []Row
	Files     []File
	FilesHere bool     // attached; otherwise to be had behind the link
	Choices   []Action // one of them is the answer
	Action    Action
	Also      Action   // a second, quieter link
	After     []string // paragraphs after the link
	Foot      []string // small print

	Own  []Part // an admin's own text in place of the built-in order
	Look Look
}

// Part is a stretch of an admin's own text: words, or the name of a block.
type Part struct {
	HTML  string // harmless
	Plain string
	Block string
	Label string // words on the button
}

// Said is what somebody wrote.
type Said struct {
	By   string
	When string
	Text string

	Markdown  bool // Text is Markdown: as it is in the plain part, made up in the other
	Shortened bool // the rest is behind the link
}

// Row is a property, or a ticket with a link.
type Row struct{ Label, Value, URL string }

// File is a file of what was said.
type File struct{ Name, Size string }

// Action is a link of the letter.
type Action struct{ Label, URL string }

// Plain is the letter as plain text.
func Plain(ctx context.Context, m Mail) string {
	p := &plain{ctx: ctx, m: m}
	if m.Own == nil {
		p.add(m.Heading)
		p.add(m.Lead...)
		p.add(plainPieces(p.ctx, m.Pieces))
		for _, block := range []string{model.BlockMessage, model.BlockDetails, model.BlockFiles, model.BlockScores, model.BlockButton, model.BlockNotes} {
			p.block(block, "")
		}
	}
	for _, part := range m.Own {
		if part.Block == "" {
			p.add(part.Plain)
		} else {
			p.block(part.Block, part.Label)
		}
	}
	foot := slices.Clone(m.Foot)
	if m.Look.Footer != "" {
		foot = append(foot, m.Look.Footer)
	}
	if len(foot) > 0 {
		p.add("-- \n" + strings.Join(foot, "\n"))
	}
	p.out.WriteString("\n")
	return p.out.String()
}

// plain writes a letter paragraph by paragraph.
type plain struct {
	ctx context.Context
	m   Mail
	out strings.Builder
}

func (p *plain) add(paragraphs ...string) {
	for _, s := range paragraphs {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if p.out.Len() > 0 {
			p.out.WriteString("\n\n")
		}
		p.out.WriteString(s)
	}
}

func (p *plain) link(label, url string) {
	if url != "" {
		p.add(label + ":\n" + url)
	}
}

func (p *plain) block(name, label string) {
	m := p.m
	switch name {
	case model.BlockMessage:
		if m.Own != nil {
			p.add(plainPieces(p.ctx, m.Pieces))
		}
		if m.Said == nil {
			return
		}
		if m.Said.By != "" {
			p.add(byline(m.Said))
		}
		p.add(m.Said.Text)
	case model.BlockDetails:
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
		p.add(strings.Join(rows, "\n"))
	case model.BlockFiles:
		if len(m.Files) == 0 {
			return
		}
		list := []string{filesTitle(p.ctx, m)}
		for _, f := range m.Files {
			list = append(list, "- "+f.Name+" ("+f.Size+")")
		}
		p.add(strings.Join(list, "\n"))
	case model.BlockScores:
		for _, c := range m.Choices {
			p.link(c.Label, c.URL)
		}
	case model.BlockButton:
		p.link(words(label, m.Action.Label), m.Action.URL)
	case model.BlockNotes:
		p.add(m.After...)
		p.link(m.Also.Label, m.Also.URL)
	}
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
