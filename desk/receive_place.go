package desk

import (
	"context"
	"errors"
	"fmt"

	"escalated/model"
	"escalated/store"
	"escalated/text"
)

// place makes a ticket or a message of a mail.
func (d *Desk) place(ctx context.Context, tx *store.Tx, m *incoming) error {
	if err := d.noteBlobs(ctx, tx, m); err != nil {
		return err
	}
	who, err := d.senderPerson(ctx, tx, m)
	if err != nil {
		return fmt.Errorf("find sender: %w", err)
	}
	proved := m.SignedPerson != 0 && m.SignedPerson == who.ID && m.FromCount == 1
	if flood, err := d.flooded(ctx, tx, m, proved); err != nil || flood {
		m.put(model.MailQuarantined, "flood", "")
		return err
	}
	if !m.row.Live {
		tx.At(m.written())
	}
	var th thread
	if !m.handling.force {
		s, found, err := d.sideOf(ctx, tx, m)
		if err != nil {
			return fmt.Errorf("find side conversation: %w", err)
		}
		if found {
			return d.placeSide(ctx, tx, m, s, who)
		}
		if th, err = d.threadOf(ctx, tx, m); err != nil {
			return fmt.Errorf("find thread: %w", err)
		}
	}
	how, reason, err := d.standingOf(ctx, tx, m, th, who)
	if err != nil {
		return fmt.Errorf("check sender: %w", err)
	}
	if reason == "" && m.automatic {
		reason = "automatic"
	}
	m.row.Reason = reason
	switch how {
	case drops:
		m.put(model.MailIgnored, reason, m.row.Detail)
		m.row.TicketID, m.row.Reference = th.ticket.ID, th.ticket.Reference
		return nil
	case opens:
		return d.openFromMail(ctx, tx, m, who, th)
	}
	return d.joinFromMail(ctx, tx, m, who, th.ticket, how)
}

// written is when an archive's mail was written, as far as it can be believed.
func (m *incoming) written() model.Time {
	if m.Date == 0 {
		return m.row.ReceivedAt
	}
	return min(m.Date, m.row.ReceivedAt)
}

// openFromMail makes a ticket. th is the ticket the mail named without right.
func (d *Desk) openFromMail(ctx context.Context, tx *store.Tx, m *incoming, who model.Person, th thread) error {
	by := model.Actor{Kind: model.KindGuest, Name: m.row.FromName, Via: model.Email}
	if a := customerActor(who, 0); a.Kind == model.KindCustomer {
		by = a
	}
	address := m.sender()
	if who.Email != "" {
		address = who.Email
	}
	ids, err := d.stageMail(ctx, tx, m, slotOwner(by, ""))
	if err != nil {
		return err
	}
	words := text.In(m.settings.DefaultLanguage)
	subject := model.Excerpt(model.StripSubject(model.Clean(m.Subject), m.settings.TicketReferencePrefix), model.MaxSubject)
	if subject == "" {
		subject = words.T("inbound.no_subject")
	}
	t, err := d.openTicket(ctx, tx, by, model.NewTicket{
		Subject: subject, Body: m.content.body, HTML: m.content.html, HTMLPolicy: m.content.policy, Channel: model.Email,
		Files: ids, Slot: m.slot(), RequesterEmail: address, RequesterName: m.row.FromName,
		Ledger: m.row.ID, Automatic: m.automatic, Imported: !m.row.Live,
	})
	if err != nil {
		return fmt.Errorf("open ticket: %w", err)
	}
	m.row.Outcome, m.row.TicketID, m.row.Reference, m.row.MessageID = model.MailToTicket, t.ID, t.Reference, t.FirstMessageID
	if th.found { // for the staff, who can tell whether it belongs there
		if _, err := tx.Record(ctx, model.System("mail"), t.ID, model.TicketLinked{Other: th.ticket.ID, Reference: th.ticket.Reference, Reason: "possible_reply"}); err != nil {
			return err
		}
	}
	if err := d.addCopied(ctx, tx, m, t); err != nil {
		return err
	}
	author := t.RequesterID
	if t.ContactID != 0 {
		author = t.ContactID
	}
	return d.finishMessage(ctx, tx, m, author)
}

// joinFromMail adds a message to a ticket.
func (d *Desk) joinFromMail(ctx context.Context, tx *store.Tx, m *incoming, who model.Person, t model.Ticket, how standing) error {
	who, err := d.known(ctx, tx, m, who)
	if err != nil {
		return err
	}
	by := customerActor(who, t.ID)
	if how == serves {
		if by, err = d.actorFor(ctx, tx.Reader, who); err != nil {
			return err
		}
		by.Via = model.Email
	}
	ids, err := d.stageMail(ctx, tx, m, slotOwner(by, ""))
	if err != nil {
		return err
	}
	in := model.NewReply{
		Body: m.content.body, HTML: m.content.html, HTMLPolicy: m.content.policy, Files: ids, Slot: m.slot(),
		Ledger: m.row.ID, Automatic: m.automatic, Hold: how == waits, Imported: !m.row.Live,
	}
	add := d.reply
	if how == serves && !by.Can(model.PermTicketReply) {
		add = d.note
	}
	if how == serves && m.row.Live {
		if in.Seen, err = answered(ctx, tx.Reader, m, t.ID, by.ID); err != nil {
			return fmt.Errorf("find what was answered: %w", err)
		}
	}
	msg, err := add(ctx, tx, by, t, in)
	var stale *model.Stale
	if errors.As(err, &stale) {
		return d.holdMail(ctx, tx, m, by, t, in, stale)
	}
	if err != nil {
		return fmt.Errorf("write reply: %w", err)
	}
	m.row.Outcome, m.row.TicketID, m.row.Reference, m.row.MessageID = model.MailToReply, t.ID, t.Reference, msg.ID
	if how == waits {
		m.row.Outcome = model.MailHeld
	}
	if msg.TicketID != t.ID { // it was closed too long ago
		m.row.Outcome, m.row.Reason, m.row.TicketID = model.MailToTicket, "continued", msg.TicketID
		m.row.Reference = model.Reference(m.settings.TicketReferencePrefix, msg.TicketID)
	}
	if how == joins {
		on, err := tx.Participates(ctx, t, who.ID)
		if err == nil && !on {
			_, err = tx.AddPerson(ctx, t.ID, who.ID, store.RoleParticipant)
		}
		if err != nil {
			return err
		}
	}
	return d.finishMessage(ctx, tx, m, who.ID)
}

// known makes a person of a sender nobody has met.
func (d *Desk) known(ctx context.Context, tx *store.Tx, m *incoming, who model.Person) (model.Person, error) {
	if who.ID != 0 {
		return who, nil
	}
	return d.meet(ctx, tx, m.sender(), m.row.FromName)
}

func (d *Desk) meet(ctx context.Context, tx *store.Tx, address, name string) (model.Person, error) {
	p, created, err := tx.PersonByEmailOrNew(ctx, address, name, "")
	if err == nil && created {
		_, err = tx.RecordAbout(ctx, model.System("mail"), "person", int64(p.ID), model.PersonCreated{Person: p.ID, As: p.Kind, How: "mail"})
	}
	if err != nil {
		return p, fmt.Errorf("add person: %w", err)
	}
	return p, nil
}

// maxCopied is how many people on copy of a mail come onto its new ticket.
const maxCopied = 10

// addCopied puts the people on copy of a live mail onto its ticket: they get
// the answers. Machines, ourselves and the staff are left out, and nobody
// comes in by a later mail: only the staff lets people into a conversation.
func (d *Desk) addCopied(ctx context.Context, tx *store.Tx, m *incoming, t model.Ticket) error {
	if !m.row.Live || m.automatic || m.FromCount != 1 {
		return nil
	}
	n := 0
	for _, cc := range m.Cc {
		address := cc.ASCII
		if n == maxCopied {
			return nil
		}
		if !model.ValidAddress(address) || own(m.settings, address) || own(m.settings, cc.Address) || cc.MachineAddress() || address == m.sender() {
			continue
		}
		p, err := d.meet(ctx, tx, address, model.Clean(cc.Name))
		if err != nil {
			return err
		}
		if p.Kind != model.KindCustomer || p.ID == t.RequesterID || p.ID == t.ContactID {
			continue
		}
		added, err := tx.AddPerson(ctx, t.ID, p.ID, store.RoleParticipant)
		if err != nil {
			return err
		}
		if added {
			n++
		}
	}
	return nil
}

// finishMessage does what follows every message of a mail: pictures get their
// addresses, files that were not taken in are named, and the id is kept by
// which answers find the ticket.
func (d *Desk) finishMessage(ctx context.Context, tx *store.Tx, m *incoming, author model.PersonID) error {
	if err := d.hangPictures(ctx, tx, m); err != nil {
		return err
	}
	for _, e := range m.content.rejected {
		if _, err := tx.Record(ctx, model.System("mail"), m.row.TicketID, e); err != nil {
			return err
		}
	}
	if m.MessageID == "" {
		return nil
	}
	return tx.SaveMailRef(ctx, model.MailRef{Ref: m.MessageID, TicketID: m.row.TicketID, MessageID: m.row.MessageID, PersonID: author})
}
