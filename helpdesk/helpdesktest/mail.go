package helpdesktest

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"escalated/model"
)

// Mail is a mail that the desk wrote, as its reader sees it.
type Mail struct {
	model.OutgoingMail
	Raw  []byte // exact bytes, links included
	Text string // the text part
	HTML string // the HTML part
}

// Mail does all due work and returns every mail the desk has written, oldest
// first.
func (d *Desk) Mail() []Mail {
	d.T.Helper()
	d.Settle()
	ctx, part := context.Background(), model.System("test")
	page, err := d.Verbs().OutgoingMail(ctx, part, model.OutgoingFilter{Size: 200})
	d.must(err)
	var out []Mail
	for _, m := range page.Items {
		row, raw, err := d.Verbs().OutgoingRaw(ctx, part, m.ID)
		d.must(err)
		read, err := enmime.ReadEnvelope(bytes.NewReader(raw))
		d.must(err)
		out = append(out, Mail{OutgoingMail: row, Raw: raw, Text: read.Text, HTML: read.HTML})
	}
	slices.Reverse(out)
	return out
}

// MailTo returns the newest mail to an address and fails without one.
func (d *Desk) MailTo(address string) Mail {
	d.T.Helper()
	all := d.Mail()
	for _, m := range slices.Backward(all) {
		if m.Address == address {
			return m
		}
	}
	d.T.Fatalf("no mail to %s among %d", address, len(all))
	return Mail{}
}

var link = regexp.MustCompile(`https?://[^\s<>"]+`)

// Link returns the first link of the text part that contains the words.
func (m Mail) Link(words string) string {
	for _, l := range link.FindAllString(m.Text, -1) {
		if strings.Contains(l, words) {
			return l
		}
	}
	return ""
}
