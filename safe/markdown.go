package safe

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// maxMarkdown bounds what is read as Markdown; more is shown as plain text.
const maxMarkdown = 200 << 10

// A single line end is a break, as people expect who write a message.
var markdown = goldmark.New(
	goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough, extension.Linkify, extension.TaskList,
	),
	goldmark.WithRendererOptions(html.WithHardWraps()),
)

// The renderer never lets raw HTML through, so that this text can only come
// from a task list.
var taskBoxes = strings.NewReplacer(
	`<input checked="" disabled="" type="checkbox">`, "☑",
	`<input disabled="" type="checkbox">`, "☐",
)

// Markdown returns GitHub-flavoured Markdown as harmless HTML. Raw HTML in it
// is dropped and so are images; task lists keep their boxes as characters.
func Markdown(md string) string {
	if len(md) > maxMarkdown || isTangled(md) {
		return TextHTML(md)
	}
	var out bytes.Buffer
	if err := markdown.Convert([]byte(strings.ToValidUTF8(md, "\uFFFD")), &out); err != nil {
		return TextHTML(md)
	}
	clean, _ := HTML(taskBoxes.Replace(out.String()), HTMLOptions{})
	return strings.TrimSpace(clean)
}

// isTangled recognises what costs the Markdown parser time that grows with
// the square of the length: many opened links and deep nesting on one line.
func isTangled(md string) bool {
	const maxLinks, maxNesting = 1000, 100
	if strings.Count(md, "](") > maxLinks {
		return true
	}
	for line := range strings.SplitSeq(md, "\n") {
		if nesting(line, maxNesting) > maxNesting {
			return true
		}
	}
	return false
}

// nesting counts the quotation and list marks that line begins with.
func nesting(line string, enough int) int {
	n := 0
	for i := 0; i < len(line) && n <= enough; i++ {
		switch c := line[i]; {
		case c == '>':
			n++
		case strings.IndexByte("-+*.)", c) >= 0:
			if i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t') {
				n++
			}
		case c != ' ' && c != '\t' && (c < '0' || c > '9'):
			return n
		}
	}
	return n
}
