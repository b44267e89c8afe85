package mail

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"escalated/model"
)

// maxQuotedHeader bounds how much of a report's inner message is searched for ids.
const maxQuotedHeader = 64 << 10

// Receive reads a raw message and looks for the desk's own signatures in it:
// in the addresses it was sent to, in the ids it answers and, in reports, in
// the message they are about. A message that breaks a limit or is empty is
// *model.Unreadable.
func (s Signer) Receive(ctx context.Context, raw []byte, received model.Time) (model.ReceivedMail, error) {
	m, err := ParseWith(ctx, raw, ParseOptions{Received: received.Std()})
	in := model.ReceivedMail{InboundEmail: m}
	var over ErrLimits
	switch {
	case errors.As(err, &over):
		return in, &model.Unreadable{Reason: "limit", Detail: over.What}
	case errors.Is(err, ErrUnreadable):
		return in, &model.Unreadable{Reason: "empty"}
	case err != nil:
		return in, err
	}
	in.SignedTicket, in.SignedPerson = s.signedRecipient(m)
	if in.SignedTicket == 0 {
		in.SignedSide, in.SignedPerson = s.sideRecipient(m)
	}
	ids := []string{m.InReplyTo}
	for i := len(m.References) - 1; i >= 0; i-- {
		ids = append(ids, m.References[i])
	}
	if _, report := m.Report(); report {
		ids = append(ids, quotedIDs(m)...)
	}
	in.OwnRefs = s.ownRefs(ids)
	return in, nil
}

// signedRecipient finds the first reply address of ours: where the mail really
// went counts before where it says it went.
func (s Signer) signedRecipient(m model.InboundEmail) (model.TicketID, model.PersonID) {
	for _, a := range sentTo(m) {
		if ticket, person, ok := s.ParseReplyAddress(a); ok {
			return ticket, person
		}
	}
	return 0, 0
}

// sideRecipient finds the first address of a side conversation.
func (s Signer) sideRecipient(m model.InboundEmail) (model.SideID, model.PersonID) {
	for _, a := range sentTo(m) {
		if side, person, ok := s.ParseSideAddress(a); ok {
			return side, person
		}
	}
	return 0, 0
}

// sentTo are the addresses a mail went to, as it was delivered and as it says.
func sentTo(m model.InboundEmail) []string {
	all := slices.Clone(m.Recipients)
	for _, a := range slices.Concat(m.To, m.Cc) {
		all = append(all, a.Address)
	}
	return all
}

func (s Signer) ownRefs(ids []string) []model.OwnRef {
	var own []model.OwnRef
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] || id == "" {
			continue
		}
		seen[id] = true
		if r, ok := s.ParseMessageID(id); ok && r.Ticket != 0 {
			own = append(own, model.OwnRef{Ref: id, Ticket: r.Ticket, Person: r.Person, Event: r.Event})
		}
	}
	return own
}

// quotedIDs are the Message-IDs in what a report gives back of the message it
// is about, be it a part of its own or text.
func quotedIDs(m model.InboundEmail) []string {
	pieces := [][]byte{[]byte(m.Text[:min(len(m.Text), maxQuotedHeader)])}
	for _, f := range m.Files {
		if len(pieces) < 10 {
			pieces = append(pieces, f.Content[:min(len(f.Content), maxQuotedHeader)])
		}
	}
	var ids []string
	for _, p := range pieces {
		for len(p) > 0 && len(ids) < 20 {
			line, rest := splitLine(p)
			line = bytes.TrimLeft(line, "> \t")
			if len(line) > 11 && bytes.EqualFold(line[:11], []byte("message-id:")) {
				value := line[11:]
				if len(bytes.TrimSpace(value)) == 0 { // folded
					value, rest = splitLine(rest)
				}
				ids = append(ids, messageIDs(value)...)
			}
			p = rest
		}
	}
	return ids
}
