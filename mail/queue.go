package mail

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"escalated/model"
	"escalated/store"
	"escalated/text"
	"escalated/views/emails"
)

// maxAttached is how many bytes of files go along with an answer; more of them
// stay behind the link.
const maxAttached = 10 << 20

// queueTicketMail writes one mail about a ticket into the queue.
func (r *router) queueTicketMail(ctx context.Context, n *news, a addressee) error {
	if a.kind == model.MailRuleNotice && outsider(n.ticket, a.person) {
		return r.toStranger(ctx, n, ruleFor(n, a.person), a.person)
	}
	l, row, url, ok, err := r.begin(ctx, n, a)
	if err != nil || !ok {
		return err
	}
	if err := r.attach(ctx, l, n, a, a.person.Kind.Staff()); err != nil {
		return err
	}
	r.tell(l, n, a, l.shy, url)
	if l.fewer != "" {
		l.page.Also = emails.Action{Label: l.words.T("notice.unsubscribe_title"), URL: l.fewer}
	}
	return r.queue(ctx, row, l)
}

// begin makes the envelope of a mail about a ticket: its row, where it stands
// in the conversation, and the way to the ticket. Not ok is one too many to an
// address that nobody has proved to be theirs.
func (r *router) begin(ctx context.Context, n *news, a addressee) (l *letter, row model.OutgoingMail, url string, ok bool, err error) {
	staff := a.person.Kind.Staff()
	shy := !staff && !proven(a.person)
	if shy && countsAsAutomatic(a.kind) {
		if tooMany, err := r.capped(ctx, a.person.Email); err != nil || tooMany {
			return nil, row, "", false, err
		}
	}
	l = &letter{kind: a.kind, to: a.person, date: r.tx.Now, words: r.wordsFor(a.person, n.ticket.Locale), desk: r.s.DeskName, from: senderOf(r.s), shy: shy}
	ref := Ref{Ticket: n.ticket.ID, Person: a.person.ID, Event: n.main.ID, Kind: a.kind}
	row = model.OutgoingMail{EventID: n.main.ID, TicketID: n.ticket.ID, PersonID: a.person.ID, Address: a.person.Email, Kind: a.kind}
	l.id = r.MessageID(ref, mailDomain(r.s))
	l.replyTo = r.ReplyAddress(n.ticket.ID, a.person.ID) + "@" + mailDomain(r.s)
	if n.said != nil && a.kind != model.MailAssigned {
		row.MessageID = n.said.ID
	}
	url = fmt.Sprintf("%s/agent/tickets/%d/", r.site, n.ticket.ID)
	if !staff {
		if row.TokenID, err = r.Token(ctx, r.tx, n.ticket.ID, a.person.ID); err != nil {
			return nil, row, "", false, fmt.Errorf("make guest link: %w", err)
		}
		url = r.site + "/guest/" + r.linkBlank(l.id) + "/"
		if a.kind == model.MailStatus && r.Fewer != nil && a.person.Kind == model.KindCustomer {
			l.fewer = r.site + "/unsubscribe/" + r.Fewer(a.person.ID) + "/"
		}
	}
	if a.kind == model.MailReply && n.reply != nil && n.reply.Staff {
		seen, err := r.tx.Recipients(ctx, n.said.ID, "cc")
		if err != nil {
			return nil, row, "", false, err
		}
		for _, p := range seen {
			if p.ID != a.person.ID && !p.Kind.Staff() {
				l.cc = append(l.cc, p.Email)
			}
		}
	}
	return l, row, url, true, r.thread(ctx, l, n.ticket.ID, a.person.ID)
}

// attach adds the files of a staff member's answer, or names what stays behind
// the link. What a customer sent is never carried on to others: it may be
// anything.
func (r *router) attach(ctx context.Context, l *letter, n *news, a addressee, staff bool) error {
	if len(n.files) == 0 || n.said == nil || !tellsWords(a.kind) {
		return nil
	}
	var total int64
	for _, f := range n.files {
		total += f.Size
	}
	l.page.FilesHere = !staff && n.said.Author.Kind.Staff() && total <= maxAttached
	for _, f := range n.files {
		l.page.Files = append(l.page.Files, emails.File{Name: f.Filename, Size: l.words.Bytes(f.Size)})
		if !l.page.FilesHere {
			continue
		}
		l.files = append(l.files, f)
	}
	return nil
}

// tellsWords reports whether a mail of the kind carries what was said in full.
func tellsWords(k model.MailKind) bool {
	switch k {
	case model.MailReply, model.MailCustomerReply, model.MailStaffReply, model.MailTicketOpened, model.MailTicketNew:
		return true
	}
	return false
}

// countsAsAutomatic are mails the desk sends by itself, of which an unproven
// address gets few. Answers are people's.
func countsAsAutomatic(k model.MailKind) bool {
	switch k {
	case model.MailTicketReceived, model.MailStatus, model.MailSignIn, model.MailSignUp, model.MailReset, model.MailGuestLink, model.MailRate:
		return true
	}
	return false
}

// queue composes a letter and writes its row and its Message-ID.
func (r *router) queue(ctx context.Context, row model.OutgoingMail, l *letter) error {
	if err := r.dress(ctx, r.s, l); err != nil {
		return fmt.Errorf("dress mail: %w", err)
	}
	raw, err := r.compose(l)
	if err != nil {
		return fmt.Errorf("compose mail: %w", err)
	}
	row.Subject, row.MessageRef, row.CreatedAt = l.subject, l.id, r.tx.Now
	row.State, row.NextAt = r.state(r.s, r.tx.Now)
	fresh, err := r.tx.InsertMail(ctx, row, raw)
	if err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	if !fresh || row.TicketID == 0 || row.PersonID == 0 { // nobody of the ticket: no answer leads into it
		return nil
	}
	return r.tx.SaveMailRef(ctx, model.MailRef{Ref: l.id, TicketID: row.TicketID, MessageID: row.MessageID, PersonID: row.PersonID, Ours: true})
}

// wordsFor is the language and zone a person reads mail in.
func (r *router) wordsFor(p model.Person, ticket string) text.Words {
	lang := p.Locale
	if lang == "" && !p.Kind.Staff() {
		lang = ticket
	}
	if lang == "" {
		lang = r.s.DefaultLanguage
	}
	return text.In(lang).Zoned(zoneOf(p.Zone, r.s.TimeZone))
}

// Filled completes a queued mail: the secret of its link and the content of
// its files are put where the composed bytes left them out. A link that does
// not work any more is model.ErrNotFound.
func (p *Post) Filled(ctx context.Context, m model.OutgoingMail) ([]byte, error) {
	return p.filled(ctx, m, false)
}

// Shown is Filled for looking at: links that ended are shown blank.
func (p *Post) Shown(ctx context.Context, m model.OutgoingMail) ([]byte, error) {
	return p.filled(ctx, m, true)
}

func (p *Post) filled(ctx context.Context, m model.OutgoingMail, lenient bool) ([]byte, error) {
	r := p.DB.Read()
	raw, err := r.MailRaw(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, fmt.Errorf("the bytes of mail %d are gone: %w", m.ID, model.ErrNotFound)
	}
	if m.TokenID != 0 {
		secret, err := p.Secret(ctx, m.TokenID)
		if errors.Is(err, model.ErrNotFound) && lenient {
			err = nil
		} else if err == nil {
			raw = replaceWrapped(raw, p.linkBlank(m.MessageRef), secret)
		}
		if err != nil {
			return nil, err
		}
	}
	if raw, err = p.fillLogos(ctx, m, raw); err != nil {
		return nil, err
	}
	return p.fillFiles(ctx, m, raw)
}

// fillFiles puts the content of attached files where their marks stand.
func (p *Post) fillFiles(ctx context.Context, m model.OutgoingMail, raw []byte) ([]byte, error) {
	r := p.DB.Read()
	ids, err := r.ToldBy(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	if m.MessageID != 0 {
		ids = append(ids, m.MessageID)
	}
	if len(ids) == 0 {
		return raw, nil
	}
	list, err := r.AttachmentsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, f := range slices.Concat(slices.Collect(maps.Values(list))...) {
		before, after, found := bytes.Cut(raw, wrapBase64(p.fileBlank(m.MessageRef, f.ID)))
		if !found {
			continue // this mail names it and does not carry it
		}
		content, err := p.readFile(ctx, r, f.ID)
		if err != nil {
			return nil, fmt.Errorf("attach file %d: %w", f.ID, err)
		}
		raw = slices.Concat(before, wrapBase64(content), after)
	}
	return raw, nil
}

func (p *Post) readFile(ctx context.Context, r store.Reader, id model.AttachmentID) ([]byte, error) {
	_, sum, err := r.Attachment(ctx, model.System("mail"), id)
	if err != nil {
		return nil, err
	}
	f, err := p.Files.Open(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// wrapBase64 is base64 in lines of 76 (RFC 2045, 6.8), without a last line end.
func wrapBase64(b []byte) []byte {
	const width = 76
	flat := base64.StdEncoding.EncodeToString(b)
	out := make([]byte, 0, len(flat)+len(flat)/width*2)
	for len(flat) > width {
		out = append(append(out, flat[:width]...), '\r', '\n')
		flat = flat[width:]
	}
	return append(out, flat...)
}

// replaceWrapped puts a secret in place of a blank of the same length, in
// quoted-printable text too, where a soft line break may stand within.
func replaceWrapped(raw []byte, blank, secret string) []byte {
	if len(secret) != len(blank) {
		return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("=\r\n"), nil), []byte(blank), []byte(secret))
	}
	out := slices.Clone(raw)
	for i := 0; i < len(out); i++ {
		if out[i] != blank[0] {
			continue
		}
		if at := matchWrapped(out[i:], blank); at != nil {
			for n, offset := range at {
				out[i+offset] = secret[n]
			}
		}
	}
	return out
}

// matchWrapped gives where each character of want stands at the beginning of
// b, soft line breaks stepped over; nil when b begins with something else.
func matchWrapped(b []byte, want string) []int {
	at := make([]int, 0, len(want))
	i := 0
	for n := 0; n < len(want); n++ {
		if n > 0 && bytes.HasPrefix(b[i:], []byte("=\r\n")) {
			i += 3
		}
		if i >= len(b) || b[i] != want[n] {
			return nil
		}
		at = append(at, i)
		i++
	}
	return at
}
