package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

// OpenTicket opens a ticket: customers for themselves, visitors as guests when
// the desk allows it, staff on behalf of somebody. The answer is the ticket;
// the same op again gives the first one.
func (d *Desk) OpenTicket(ctx context.Context, by model.Actor, in model.NewTicket) (model.Ticket, error) {
	var t model.Ticket
	if err := d.mayOpen(ctx, by); err != nil {
		return t, err
	}
	if in.Channel == 0 {
		in.Channel = by.Via
	}
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		t, err = d.openTicket(tx.Ctx, tx, by, in)
		return err
	})
	return t, err
}

func (d *Desk) mayOpen(ctx context.Context, by model.Actor) error {
	switch {
	case by.Kind == model.KindMachine, by.Kind == model.KindCustomer && by.ID != 0:
		return nil
	case by.Kind.Staff():
		if !by.Can(model.PermTicketOpen) {
			return model.ErrDenied
		}
		return nil
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	if !s.GuestTicketsEnabled {
		return model.ErrNotFound
	}
	return nil
}

// openTicket is the one place where tickets come to be: forms, mail, imports.
func (d *Desk) openTicket(ctx context.Context, tx *store.Tx, by model.Actor, in model.NewTicket) (t model.Ticket, err error) {
	s, err := d.Settings(ctx)
	if err != nil {
		return t, err
	}
	owner := slotOwner(by, in.Op)
	if in.Op != "" {
		if id, err := tx.Operation(ctx, owner, in.Op, "open"); err == nil {
			return tx.Ticket(ctx, model.System("desk"), model.TicketID(id))
		} else if !errors.Is(err, model.ErrNotFound) {
			return t, err
		}
	}
	if err := d.checkNewTicket(ctx, tx, by, &in, s); err != nil {
		return t, err
	}
	if err := d.whoAsks(ctx, tx, by, in, s, &t); err != nil {
		return t, err
	}
	if by.ID == 0 && by.Kind != model.KindMachine { // a visitor is the person they said they are, for this ticket
		if by.Kind, by.ID = model.KindGuest, t.ContactID; by.ID == 0 {
			by.ID = t.RequesterID
		}
	}
	return d.fileTicket(ctx, tx, by, owner, t, in, s)
}

// fileTicket writes a checked ticket with its first message, tags, facts and
// assignee. owner is whose draft slot the files are in.
func (d *Desk) fileTicket(ctx context.Context, tx *store.Tx, by model.Actor, owner string, t model.Ticket, in model.NewTicket, s model.Settings) (_ model.Ticket, err error) {
	if t.ID, err = tx.NextTicketID(ctx); err != nil {
		return t, err
	}
	t.Reference = model.Reference(s.TicketReferencePrefix, t.ID)
	t.Subject, t.Status, t.Priority, t.Type, t.Channel = in.Subject, model.Open, in.Priority, in.Type, in.Channel
	t.DepartmentID, t.Locale, t.CreatedAt = in.Department, in.Locale, tx.Now
	t.WaitingSince = model.Never
	if in.Imported { // nothing was promised to them
		tx.Unfollowed()
	}
	if err := tx.InsertTicket(ctx, t); err != nil {
		return t, fmt.Errorf("open ticket: %w", err)
	}
	m, err := d.firstMessage(ctx, tx, by, owner, t, in)
	if err != nil {
		return t, err
	}
	named, err := d.tagsNamed(ctx, tx, by, in.TagNames)
	if err != nil {
		return t, err
	}
	for _, tag := range append(named, in.Tags...) {
		if _, err := tx.AddTag(ctx, t.ID, tag); err != nil {
			return t, err
		}
	}
	if err := d.fillNewFields(ctx, tx, t.ID, in.Fields); err != nil {
		return t, fmt.Errorf("fill in fields: %w", err)
	}
	if _, err := tx.Record(ctx, by, t.ID, model.TicketOpened{
		Subject: t.Subject, Priority: t.Priority, Channel: t.Channel, Requester: t.RequesterID, Message: m.ID,
		Silent: in.Silent, Automatic: in.Automatic, Imported: in.Imported,
	}); err != nil {
		return t, err
	}
	if in.Note && !in.Imported {
		if err := d.mention(ctx, tx, by, t, m); err != nil {
			return t, err
		}
	}
	if in.Assignee != 0 {
		if err := d.assign(ctx, tx, by, t, in.Assignee, s); err != nil {
			return t, err
		}
	} else if !in.Imported {
		if err := d.route(ctx, tx, by, t); err != nil {
			return t, err
		}
	}
	if in.Op != "" {
		if err := tx.SaveOperation(ctx, owner, in.Op, "open", int64(t.ID)); err != nil {
			return t, err
		}
	}
	return tx.Ticket(ctx, model.System("desk"), t.ID)
}

// checkNewTicket cleans the input and collects what is wrong with it.
func (d *Desk) checkNewTicket(ctx context.Context, tx *store.Tx, by model.Actor, in *model.NewTicket, s model.Settings) error {
	var p model.Invalid // in the order of the form
	checkAsking(&p, by, in, s)
	in.Subject, in.Body = model.Clean(in.Subject), model.CleanBody(in.Body)
	checkSubject(&p, in.Subject)
	checkBody(&p, "description", in.Body)
	if in.Priority == 0 || !by.Staff() && !s.ShowPriorityToCustomers {
		in.Priority = s.DefaultPriority
	}
	if in.Type == 0 {
		in.Type = model.Question
	}
	if !by.Staff() { // properties are the staff's business
		in.Type, in.Assignee, in.Tags, in.TagNames, in.Note, in.Silent, in.Requester = model.Question, 0, nil, nil, false, false, 0
	}
	if in.Department != 0 {
		if dep, err := tx.Department(ctx, in.Department); errors.Is(err, model.ErrNotFound) || err == nil && !dep.Active() {
			p.Add("department_id", "choice_invalid")
		} else if err != nil {
			return err
		}
	}
	if err := d.checkNewFields(ctx, &p, by, in); err != nil {
		return err
	}
	for _, tag := range in.Tags {
		if _, err := tx.Tag(ctx, tag); errors.Is(err, model.ErrNotFound) {
			p.Add("tags", "choice_invalid")
		} else if err != nil {
			return err
		}
	}
	return p.Err()
}

// checkAsking looks at the name and address a ticket is to be opened for.
func checkAsking(p *model.Invalid, by model.Actor, in *model.NewTicket, s model.Settings) {
	in.RequesterEmail, in.RequesterName = model.FoldAddress(in.RequesterEmail), model.Clean(in.RequesterName)
	email, name := "email", "name"
	if by.Kind.Staff() {
		email, name = "requester_email", "requester_name"
	}
	if by.Kind == model.KindNobody && in.RequesterName == "" {
		p.Add(name, "name_required")
	}
	if utf8.RuneCountInString(in.RequesterName) > 255 {
		p.Add(name, "too_long", "Max", 255)
	}
	if needsAddress := by.Kind == model.KindNobody || by.Kind == model.KindGuest || by.Kind.Staff() && in.Requester == 0; needsAddress {
		if in.RequesterEmail == "" {
			p.Add(email, "required")
		} else if !model.ValidAddress(in.RequesterEmail) {
			p.Add(email, "email_invalid")
		} else if own(s, in.RequesterEmail) {
			p.Add(email, "email_own")
		}
	}
}

// whoAsks finds or makes the requester and applies the guest policy.
func (d *Desk) whoAsks(ctx context.Context, tx *store.Tx, by model.Actor, in model.NewTicket, s model.Settings, t *model.Ticket) error {
	switch {
	case by.Kind == model.KindCustomer:
		t.RequesterID = by.ID
		return nil
	case in.Requester != 0:
		p, err := tx.Person(ctx, in.Requester)
		if err == nil && p.Kind == model.KindMachine {
			err = model.Refuse("requester_email", "choice_invalid")
		}
		t.RequesterID = p.ID
		return err
	}
	p, created, err := tx.PersonByEmailOrNew(ctx, in.RequesterEmail, in.RequesterName, in.Locale)
	if err != nil {
		return fmt.Errorf("find requester: %w", err)
	}
	if created {
		how := "guest"
		if by.Via == model.Email {
			how = "mail"
		} else if by.Kind.Staff() {
			how = "agent"
		}
		who := by
		if by.Kind == model.KindNobody {
			who = model.Actor{Kind: model.KindGuest, ID: p.ID, Via: by.Via}
		}
		if _, err := tx.RecordAbout(ctx, who, "person", int64(p.ID), model.PersonCreated{Person: p.ID, As: p.Kind, How: how}); err != nil {
			return err
		}
	}
	t.RequesterID = p.ID
	guest := by.Kind == model.KindNobody || by.Kind == model.KindGuest
	if guest && s.GuestPolicyMode == "guest_user" && s.GuestPolicyUserID != 0 {
		if shared, err := tx.Person(ctx, model.PersonID(s.GuestPolicyUserID)); err == nil && shared.Active() && shared.Kind == model.KindCustomer {
			t.RequesterID, t.ContactID = shared.ID, p.ID
		}
	}
	return nil
}

// firstMessage writes the description.
func (d *Desk) firstMessage(ctx context.Context, tx *store.Tx, by model.Actor, owner string, t model.Ticket, in model.NewTicket) (model.Message, error) {
	m := model.Message{TicketID: t.ID, AuthorID: by.ID, Kind: model.ReplyKind, Via: in.Channel, Body: in.Body, Markdown: in.Markdown, HTML: in.HTML, HTMLPolicy: in.HTMLPolicy, LedgerID: in.Ledger}
	if in.Note {
		m.Kind = model.NoteKind
	}
	if m.AuthorID == 0 { // a machine opens tickets in the requester's name
		m.AuthorID = t.RequesterID
	}
	m, err := tx.InsertMessage(ctx, m)
	if err != nil {
		return m, fmt.Errorf("write description: %w", err)
	}
	n, err := d.attach(ctx, tx, owner, in.Slot, in.Files, m.ID)
	if err != nil {
		return m, err
	}
	customer := !by.Kind.Staff()
	if err := tx.MessageAdded(ctx, m, n, customer, false); err != nil {
		return m, err
	}
	if by.Kind.Staff() {
		if _, err := tx.AddPerson(ctx, t.ID, by.ID, store.RoleFollower); err != nil {
			return m, err
		}
		return m, tx.MarkSeen(ctx, by.ID, t.ID, m.ID)
	}
	return m, nil
}

func checkSubject(p *model.Invalid, s string) {
	if s == "" {
		p.Add("subject", "required")
	} else if utf8.RuneCountInString(s) > model.MaxSubject {
		p.Add("subject", "too_long", "Max", model.MaxSubject)
	}
}

func checkBody(p *model.Invalid, field, s string) {
	if s == "" {
		p.Add(field, "required")
	} else if len(s) > model.MaxBody {
		p.Add(field, "too_long", "Max", model.MaxBody)
	}
}

// own reports whether an address is one of the desk's mailboxes, or has the
// shape of a reply address on its mail domain: mail to it would come back to us.
func own(s model.Settings, address string) bool {
	address = model.FoldAddress(address)
	if slices.Contains(s.OwnAddresses(), address) {
		return true
	}
	dom := s.MailDomain()
	return dom != "" && strings.HasSuffix(address, "@"+dom) && (strings.HasPrefix(address, "reply+") || strings.HasPrefix(address, "side+"))
}
