package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"escalated/model"
	"escalated/safe"
)

// ownImage is how kept HTML names a picture that came with its mail: a path
// that is completed when a page is made, because readers reach files in
// different places.
const ownImage = "/attachments/"

// MessageBody is what somebody wrote: the HTML of their mail, or their text.
// base is the path below which this reader finds "attachments/": "/support/",
// or that of a guest's page.
func MessageBody(m model.Message, base string) templ.Component {
	switch {
	case m.HTML == "" && m.Markdown:
		return MessageMarkdown(m.Body)
	case m.HTML == "":
		return MessageText(m.Body)
	case m.HTMLPolicy != safe.PolicyVersion: // kept under other rules
		html, _ := safe.HTML(m.HTML, safe.HTMLOptions{Own: func(src string) bool { return strings.HasPrefix(src, ownImage) }})
		return MessageHTML(html, base)
	}
	return MessageHTML(m.HTML, base)
}

// MessageHTML shows HTML that the sanitiser made, its pictures read from
// below base, in a box that nothing in it can leave.
func MessageHTML(html, base string) templ.Component {
	base = templ.EscapeString(base) + ownImage[1:]
	// Quotes in text and attributes are escaped by the sanitiser, so these
	// words are the beginning of an image's address and nothing else.
	html = strings.NewReplacer(`src="`+ownImage, `src="`+base, `src="`+ownImage[1:], `src="`+base).Replace(html)
	return messageBox("mail", html)
}

// MessageText shows plain text with its lines and links.
func MessageText(body string) templ.Component { return messageBox("plain-text", safe.TextHTML(body)) }

// MessageMarkdown shows Markdown. Raw HTML in it says nothing.
func MessageMarkdown(body string) templ.Component { return messageBox("markdown", safe.Markdown(body)) }

// messageBox is a box in a message's element of class "body".
func messageBox(class, html string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<div class="`+class+`" dir="auto">`+html+`</div>`)
		return err
	})
}
