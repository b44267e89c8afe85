package agent

import (
	"context"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"

	"escalated/model"
)

func pinPath(ctx context.Context, p Ticket, id model.MessageID) string {
	return ticketPath(ctx, p.View.ID, "pin/"+num(id)+"/")
}

// pinnedLength is how much of a note the database gives for its place on top.
const pinnedLength = 600

// beginning is what a pinned note shows of itself.
func beginning(n model.PinnedNote) model.Message {
	if len([]rune(n.Body)) >= pinnedLength {
		n.Body += "…"
	}
	return model.Message{Body: n.Body, Markdown: n.Markdown != 0}
}

// marked shows the text of a note with the people and departments it names.
// The marks are made here and stored nowhere: who is known changes.
func marked(body templ.Component, handles []model.Handle) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var b strings.Builder
		if err := body.Render(ctx, &b); err != nil {
			return err
		}
		_, err := io.WriteString(w, markMentions(b.String(), model.ByWord(handles)))
		return err
	})
}

// markMentions puts marks around mentions in the text of finished HTML, links
// and code left alone.
func markMentions(in string, known map[string]model.Handle) string {
	if !strings.Contains(in, "@") || len(known) == 0 {
		return in
	}
	var out strings.Builder
	skip := 0 // inside of links and code
	for in != "" {
		at := strings.IndexByte(in, '<')
		if at < 0 {
			at = len(in)
		}
		if skip > 0 {
			out.WriteString(in[:at])
		} else {
			out.WriteString(markText(in[:at], known))
		}
		if in = in[at:]; in == "" {
			break
		}
		end := strings.IndexByte(in, '>')
		if end < 0 {
			end = len(in) - 1
		}
		skip = max(0, skip+silent(in[:end+1]))
		out.WriteString(in[:end+1])
		in = in[end+1:]
	}
	return out.String()
}

// silent counts a tag of an element in which nobody is mentioned.
func silent(tag string) int {
	name, step := strings.TrimPrefix(strings.Trim(tag, "<>"), "/"), 1
	if strings.HasPrefix(tag, "</") {
		step = -1
	}
	name, _, _ = strings.Cut(name, " ")
	switch name {
	case "a", "code", "pre", "blockquote":
		return step
	}
	return 0
}

func markText(in string, known map[string]model.Handle) string {
	var out strings.Builder
	last := 0
	for _, m := range model.MentionWord.FindAllStringSubmatchIndex(in, -1) {
		h, ok := model.HandleOf(in[m[4]:m[5]], known)
		if !ok {
			continue
		}
		end := m[4] + len(h.Word)
		if end > m[5] || !strings.EqualFold(in[m[4]:end], h.Word) { // case changed the length
			end = m[5]
		}
		out.WriteString(in[last : m[4]-1])
		out.WriteString(`<span class="mention" title="` + html.EscapeString(h.Name) + `">` + in[m[4]-1:end] + `</span>`)
		last = end
	}
	out.WriteString(in[last:])
	return out.String()
}
