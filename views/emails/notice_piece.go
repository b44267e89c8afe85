package emails

import (
	"context"
	"strings"
)

// Piece is one of several things that a mail tells, in order.
type Piece struct {
	Heading, When string
	Lead          []string
	Said          *Said
	Rows          []Row
	Files         []File
	FilesHere     bool
}

// mail is the piece as a letter of its own, without a frame.
func (p Piece) mail(look Look) Mail {
	return Mail{Look: look, Lead: p.Lead, Said: p.Said, Rows: p.Rows, Files: p.Files, FilesHere: p.FilesHere}
}

// plainPieces is the plain text of all pieces.
func plainPieces(ctx context.Context, pieces []Piece) string {
	out := make([]string, 0, len(pieces))
	for _, p := range pieces {
		s := "* " + p.Heading
		if p.When != "" {
			s += " · " + p.When
		}
		if body := strings.TrimSpace(Plain(ctx, p.mail(Look{}))); body != "" {
			s += "\n\n" + body
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n\n")
}
