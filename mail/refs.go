package mail

import (
	"context"

	"escalated/model"
)

// maxReferences is how many ids a References header carries: the first and the
// newest (RFC 5322, 3.6.4 asks for the chain, not for its length).
const maxReferences = 20

// thread joins a letter to the conversation as its recipient has it: each has
// a chain of their own, of the mails they sent and got, the customer's own
// first mail included.
func (r *router) thread(ctx context.Context, l *letter, ticket model.TicketID, person model.PersonID) error {
	chain, err := r.tx.MailChain(ctx, ticket, person, maxReferences-1)
	if err != nil {
		return err
	}
	for _, id := range chain {
		if plainID(id) {
			l.references = append(l.references, id)
		}
	}
	return nil
}

// plainID reports whether an id can stand in a header as it is. Theirs are
// what somebody sent.
func plainID(id string) bool {
	if id == "" || len(id) > 250 {
		return false
	}
	for i := 0; i < len(id); i++ {
		if id[i] <= ' ' || id[i] >= 0x7f || id[i] == '<' || id[i] == '>' || id[i] == ',' {
			return false
		}
	}
	return true
}
