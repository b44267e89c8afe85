package mail

import (
	"context"
	"errors"
	"slices"
	"strings"

	"escalated/model"
	"escalated/store"
)

// addressee is somebody who gets a mail.
type addressee struct {
	person model.Person
	kind   model.MailKind
}

// mailing collects who gets which mail: the first kind a person is given
// stays, so each gets at most one. What the desk does not tell an audience is
// not told to it.
type mailing struct {
	list  []addressee
	seen  map[model.PersonID]bool
	rules model.NoticeRules
}

func (m *mailing) add(kind model.MailKind, to model.Audience, people ...model.Person) {
	if topic := notice[kind]; topic != "" && !m.rules.Told(topic, to, model.ByMail) {
		return
	}
	for _, p := range people {
		if p.ID != 0 && !m.seen[p.ID] {
			m.seen[p.ID] = true
			m.list = append(m.list, addressee{p, kind})
		}
	}
}

// answered is add for what is said to the customer's side: what it is about
// follows from who said it.
func (m *mailing) answered(n *news, to model.Audience, people ...model.Person) {
	topic := model.NoticeReply
	if n.said.Author.Kind.Staff() {
		topic = model.NoticeColleague
	}
	if m.rules.Told(topic, to, model.ByMail) {
		m.add(model.MailReply, to, people...)
	}
}

// recipients is the table of who is told what. Nobody is told of what they did
// or said themselves.
func (r *router) recipients(ctx context.Context, n *news) ([]addressee, error) {
	m := &mailing{seen: map[model.PersonID]bool{n.actor.ID: true}, rules: r.rules}
	if n.said != nil && n.opened == nil && n.assigned == nil {
		m.seen[n.said.AuthorID] = true
	}
	if err := r.toldOfAlarms(ctx, n, m); err != nil {
		return nil, err
	}
	var err error
	switch {
	case n.held != nil:
		err = r.toldOfHeld(ctx, n, m)
	case n.opened != nil:
		err = r.toldOfOpening(ctx, n, m)
	case n.reply != nil, n.released != nil:
		err = r.toldOfReply(ctx, n, m)
	case n.status != nil && !n.status.Automatic:
		err = r.toldOfStatus(ctx, n, m)
	}
	if err == nil && n.assigned != nil {
		err = r.toldOfAssignment(ctx, n, m)
	}
	if err != nil {
		return nil, err
	}
	var out []addressee
	for _, a := range m.list {
		ok, err := r.mayHave(ctx, n, &a)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, a)
		}
	}
	return r.wanted(ctx, out)
}

// toldOfHeld: whoever wrote what was not sent.
func (r *router) toldOfHeld(ctx context.Context, n *news, m *mailing) error {
	p, err := r.tx.Person(ctx, n.held.Person)
	if err == nil {
		m.add(model.MailDraftHeld, model.ToPerson, p)
	}
	return err
}

// toldOfOpening: the requester gets a receipt, or the news that staff opened a
// ticket in their name; the team is told when it is nobody's yet.
func (r *router) toldOfOpening(ctx context.Context, n *news, m *mailing) error {
	byStaff := n.actor.Kind.Staff() && n.actor.ID != n.requester.ID
	switch {
	case n.opened.Silent:
	case byStaff && n.said != nil: // a ticket that begins with a note tells its customer nothing
		m.add(model.MailTicketOpened, model.ToRequester, n.requester)
	case !byStaff:
		delete(m.seen, n.requester.ID) // the one mail about what one did oneself
		m.add(model.MailTicketReceived, model.ToRequester, n.requester)
	}
	if n.ticket.AssigneeID != 0 {
		return nil
	}
	return r.team(ctx, n, m, model.MailTicketNew)
}

// toldOfReply: staff's answers go to the customer's side and to colleagues;
// the customer's to whoever works on it and to the others on their side.
func (r *router) toldOfReply(ctx context.Context, n *news, m *mailing) error {
	if n.said == nil {
		return nil
	}
	staff := n.reply != nil && n.reply.Staff
	held := n.reply != nil && n.said.HeldAt != 0
	if !held {
		participants, err := r.tx.MailPeopleOf(ctx, n.ticket.ID, store.RoleParticipant)
		if err != nil {
			return err
		}
		for i, p := range append([]model.Person{n.requester}, participants...) {
			// A stranger's words go only to those who are known to want them.
			if !staff && !proven(p) {
				if wrote, err := r.tx.HasWritten(ctx, n.ticket.ID, p.ID); err != nil {
					return err
				} else if !wrote {
					continue
				}
			}
			to := model.ToParticipants
			if i == 0 {
				to = model.ToRequester
			}
			m.answered(n, to, p)
		}
	}
	if staff {
		hidden, err := r.tx.Recipients(ctx, n.said.ID, "bcc")
		if err != nil {
			return err
		}
		m.answered(n, model.ToParticipants, hidden...)
	}
	if n.released != nil {
		return nil // staff were told when it came
	}
	kind := model.MailCustomerReply
	if staff {
		kind = model.MailStaffReply
	}
	return r.colleagues(ctx, n, m, kind)
}

// toldOfStatus: the requester and the followers; of what the customer did,
// also whoever works on it.
func (r *router) toldOfStatus(ctx context.Context, n *news, m *mailing) error {
	if n.actor.Kind == model.KindMachine {
		return nil
	}
	m.add(model.MailStatus, model.ToRequester, n.requester)
	if !n.actor.Kind.Staff() {
		return r.colleagues(ctx, n, m, model.MailStatus)
	}
	followers, err := r.tx.MailPeopleOf(ctx, n.ticket.ID, store.RoleFollower)
	m.add(model.MailStatus, model.ToFollowers, followers...)
	return err
}

func (r *router) toldOfAssignment(ctx context.Context, n *news, m *mailing) error {
	if n.assigned.To != n.ticket.AssigneeID { // given on in the meantime
		return nil
	}
	p, err := r.tx.Person(ctx, n.assigned.To)
	m.add(model.MailAssigned, model.ToAssignee, p)
	return err
}

// colleagues are the assignee and the followers.
func (r *router) colleagues(ctx context.Context, n *news, m *mailing, kind model.MailKind) error {
	if n.ticket.AssigneeID != 0 {
		p, err := r.tx.Person(ctx, n.ticket.AssigneeID)
		if err != nil {
			return err
		}
		m.add(kind, model.ToAssignee, p)
	}
	followers, err := r.tx.MailPeopleOf(ctx, n.ticket.ID, store.RoleFollower)
	m.add(kind, model.ToFollowers, followers...)
	return err
}

// mayHave is the last word on a mail about a ticket.
func (r *router) mayHave(ctx context.Context, n *news, a *addressee) (bool, error) {
	p := a.person
	if !r.reachable(p) {
		return false, nil
	}
	if p.Kind.Staff() {
		return sees(ctx, r.tx.Reader, n.ticket.ID, p)
	}
	if n.ticket.HeldAt != 0 {
		return false, nil
	}
	switch a.kind {
	case model.MailTicketNew, model.MailAssigned, model.MailMention, model.MailSLAWarning, model.MailSLABreach, model.MailEscalated:
		return false, nil
	case model.MailCustomerReply, model.MailStaffReply: // a customer who follows
		a.kind = model.MailReply
		if n.said != nil && n.said.HeldAt != 0 {
			return false, nil
		}
	case model.MailStatus:
		// Customers have fewer words: a move between two of ours may be none of theirs.
		if n.status.From.Customer() == n.status.To.Customer() {
			return false, nil
		}
	}
	return true, nil
}

// reachable are people who may get mail at all.
func (r *router) reachable(p model.Person) bool {
	return p.Active() && p.Kind != model.KindMachine && r.sendable(p.Email)
}

// sendable are addresses that are none of ours: mail to ourselves comes back
// as a new ticket.
func (r *router) sendable(address string) bool {
	address = model.FoldAddress(address)
	if !model.ValidAddress(address) || slices.Contains(r.s.OwnAddresses(), address) || address == senderOf(r.s).Address {
		return false
	}
	local, domain, _ := strings.Cut(address, "@")
	return !strings.HasPrefix(local, "reply+") && !strings.HasPrefix(local, "side+") || domain != mailDomain(r.s)
}

// sees reports whether a member of the staff may still see a ticket.
func sees(ctx context.Context, r store.Reader, id model.TicketID, p model.Person) (bool, error) {
	if !p.Narrow {
		return true, nil
	}
	by := model.Actor{Kind: p.Kind, ID: p.ID, Permissions: model.PermissionsOf(p.Kind), Narrow: p.Narrow, Loose: p.Loose}
	var err error
	if by.Departments, err = r.DepartmentsOf(ctx, p.ID); err != nil {
		return false, err
	}
	_, err = r.Ticket(ctx, by, id)
	if errors.Is(err, model.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// proven are addresses whose owner has shown to be at the other end.
func proven(p model.Person) bool { return p.Kind.Staff() || p.VerifiedAt != 0 || p.SeenAt != 0 }

// capped reports whether an automatic mail to an unproven address is one too
// many. Mail that a member of the staff asked for is not counted.
func (r *router) capped(ctx context.Context, address string) (bool, error) {
	ok, err := r.tx.MailAllowed(ctx, mailboxKey(address), capLimit, capWindow)
	return !ok, err
}

// mailboxKey is the same for spellings that reach one mailbox: a+b@ is a@, and
// Gmail ignores dots.
func mailboxKey(address string) string {
	local, domain, _ := strings.Cut(model.FoldAddress(address), "@")
	local, _, _ = strings.Cut(local, "+")
	if domain == "gmail.com" || domain == "googlemail.com" {
		local, domain = strings.ReplaceAll(local, ".", ""), "gmail.com"
	}
	return local + "@" + domain
}
