package mail

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/views/emails"
)

// side writes the mail to the third party of a side conversation. It has an
// address of its own for answers, names no ticket, and carries nothing but what
// was written there.
func (r *router) side(ctx context.Context, rec model.Record, said model.SideSaid) error {
	if said.In || !r.s.Notifies("email") {
		return nil
	}
	by := model.System("mail")
	s, err := r.tx.SideConversation(ctx, by, said.Side)
	if errors.Is(err, model.ErrNotFound) {
		return nil // erased with its ticket since
	}
	if err != nil {
		return err
	}
	to, err := r.tx.Person(ctx, s.PersonID)
	if err != nil {
		return fmt.Errorf("load the third party: %w", err)
	}
	if !r.reachable(to) {
		return nil
	}
	items, err := r.tx.SideMessages(ctx, by, s.ID)
	if err != nil {
		return fmt.Errorf("load side conversation: %w", err)
	}
	var item *model.ThreadItem
	for i := range items {
		if items[i].ID == said.Message {
			item = &items[i]
		}
	}
	if item == nil {
		return nil
	}
	files, err := r.tx.AttachmentsOf(ctx, []model.MessageID{item.ID})
	if err != nil {
		return err
	}
	l := &letter{kind: model.MailSide, to: to, date: r.tx.Now, words: r.wordsFor(to, ""), desk: r.s.DeskName, from: senderOf(r.s), via: item.Author.Display()}
	l.id = r.MessageID(Ref{Ticket: s.TicketID, Person: to.ID, Event: rec.ID, Kind: model.MailSide}, mailDomain(r.s))
	l.replyTo = r.SideAddress(s.ID, to.ID) + "@" + mailDomain(r.s)
	if l.references, err = r.tx.SideRefs(ctx, s.ID, 20); err != nil {
		return err
	}
	r.tellSide(l, s, *item, said.First)
	var total int64
	for _, f := range files[item.ID] {
		total += f.Size
	}
	if l.page.FilesHere = total <= maxAttached; l.page.FilesHere {
		l.files = files[item.ID]
	}
	for _, f := range files[item.ID] {
		l.page.Files = append(l.page.Files, emails.File{Name: f.Filename, Size: l.words.Bytes(f.Size)})
	}
	row := model.OutgoingMail{EventID: rec.ID, TicketID: s.TicketID, MessageID: item.ID, PersonID: to.ID, Address: to.Email, Kind: model.MailSide}
	return r.queue(ctx, row, l)
}

// tellSide writes the words.
func (r *router) tellSide(l *letter, s model.SideConversation, item model.ThreadItem, first bool) {
	l.subject = s.Subject
	if !first {
		l.subject = "Re: " + s.Subject
	}
	l.page = emails.Mail{Desk: l.desk, Heading: s.Subject, Said: &emails.Said{By: item.Author.Display(), When: l.words.DateTime(item.CreatedAt.Std()), Text: item.Body, Markdown: item.Markdown}, Foot: []string{l.words.T("mail.side_foot", "Desk", l.desk)}}
	l.vars = accountVars(l, model.Person{Name: item.Author.Name}, 0)
	l.vars["side.subject"], l.vars["author.name"] = s.Subject, item.Author.Name
}
