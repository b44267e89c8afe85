package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"escalated/model"
	"escalated/outbox"
	"escalated/store"
)

// Files gives the bytes of stored files.
type Files interface {
	Open(ctx context.Context, sha256 [32]byte) (io.ReadSeekCloser, error)
}

// PostOptions are what the post office is made of. The functions belong to
// the desk, of which this package knows nothing.
type PostOptions struct {
	DB       *store.DB
	Key      []byte // signs addresses and ids; its own, at least 32 bytes
	Settings func(context.Context) (model.Settings, error)
	// Token makes a link that opens a ticket for a person.
	Token func(ctx context.Context, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, error)
	// RateLink makes a link to the page on which a ticket is rated.
	RateLink func(ctx context.Context, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, error)
	// Statuses are the statuses of the desk; nil is the core ones.
	Statuses func(ctx context.Context) []model.StatusDef
	// Secret is the secret of a link; model.ErrNotFound when it does not work any more.
	Secret func(ctx context.Context, id model.TokenID) (string, error)
	// Fewer is what the link says by which somebody wants no more mails about
	// changes of status; nil leaves it out.
	Fewer func(model.PersonID) string
	Files Files
	// Look is the brand of mails and the words admins wrote for them; nil is the built-in ones.
	Look func(ctx context.Context) (*model.MailLook, error)
	Keep bool        // send nothing, as on a desk without a mail server
	TLS  *tls.Config // for talking to the mail server; nil is the system's trust
	Log  *slog.Logger
}

// Post writes the mails that follow from events, and sends them.
type Post struct {
	PostOptions
	Signer
	wake    chan struct{}
	sending sync.Mutex // guards the fields below
	line    line
	away    int // how often in a row the mail server could not be reached

	accents atomic.Pointer[model.Accents] // of the last mail
}

// NewPost makes a post office. Nothing is sent before Run or SendDue.
func NewPost(o PostOptions) *Post {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Post{PostOptions: o, Signer: Signer{Key: o.Key}, wake: make(chan struct{}, 1)}
}

// Outlet reads the events that make mail.
func (p *Post) Outlet() outbox.Outlet {
	return outbox.Outlet{Name: "mail", Route: p.Route, Routed: p.Wake, Kinds: []string{
		"ticket.opened", "reply.added", "side.said", "message.released", "ticket.assigned", "ticket.status_changed", "draft.held",
		"person.invited", "link.requested", "guest_link.requested", "test_mail.requested", "bulk.moved", "rating.asked",
		"mention.added", "sla.warning", "sla.breached", "ticket.escalated", "rule.notified",
	}}
}

// Route writes the mails of events into the queue: for each action and ticket
// at most one to each person, and of an action on several tickets one for all
// of them where the words allow it.
func (p *Post) Route(ctx context.Context, tx *store.Tx, recs []model.Record) error {
	s, err := p.Settings(ctx)
	if err != nil {
		return fmt.Errorf("route mail: %w", err)
	}
	r, err := p.router(ctx, tx, s)
	if err != nil {
		return err
	}
	touched := map[string]int{}
	var order []*happening
	by := map[happeningKey]*happening{}
	for _, rec := range recs {
		e, err := rec.Event()
		if err != nil {
			return err
		}
		if rec.TicketID == 0 || rec.Kind == "guest_link.requested" || rec.Kind == "rating.asked" {
			if err := r.account(ctx, rec, e); err != nil {
				return fmt.Errorf("mail for event %d: %w", rec.ID, err)
			}
			continue
		}
		if said, ok := e.(model.SideSaid); ok {
			if err := r.side(ctx, rec, said); err != nil {
				return fmt.Errorf("mail for event %d: %w", rec.ID, err)
			}
			continue
		}
		k := happeningKey{rec.ActionID, rec.TicketID}
		h := by[k]
		if h == nil {
			h = &happening{first: rec}
			by[k], order = h, append(order, h)
			touched[rec.ActionID]++
		}
		h.add(rec, e)
	}
	for _, h := range order {
		if h.several, err = r.several(ctx, h.first.ActionID, touched); err != nil {
			return err
		}
		if err := r.happened(ctx, h); err != nil {
			return fmt.Errorf("mail for event %d: %w", h.first.ID, err)
		}
	}
	return r.severalReady(ctx)
}

// router works in a transaction.
func (p *Post) router(ctx context.Context, tx *store.Tx, s model.Settings) (*router, error) {
	r := &router{Post: p, tx: tx, s: s, site: siteOf(s)}
	if p.Statuses != nil {
		r.statuses = p.Statuses(ctx)
	}
	var err error
	if r.rules, err = tx.NoticeRules(ctx); err != nil {
		return nil, fmt.Errorf("what is told whom: %w", err)
	}
	return r, nil
}

type happeningKey struct {
	action string
	ticket model.TicketID
}

// happening is what one action did to one ticket.
type happening struct {
	first    model.Record
	last     model.EventID
	main     model.Record // the fact that names the mails
	rank     int
	opened   *model.TicketOpened
	reply    *model.ReplyAdded
	released *model.MessageReleased
	assigned *model.Assigned
	held     *model.DraftHeld
	alarms
	status  *model.StatusChanged // from the first to the last of the action
	silent  bool                 // from an archive, or written by a machine: nobody is told
	several several              // whether it is one of several tickets
}

// add takes in a fact. The most telling one names the mails.
func (h *happening) add(rec model.Record, e model.Event) {
	h.last = rec.ID
	rank := h.alarm(e)
	switch e := e.(type) {
	case model.TicketOpened:
		h.opened, rank = &e, 5
		h.silent = h.silent || e.Imported || e.Automatic
	case model.ReplyAdded:
		h.reply, rank = &e, 4
		h.silent = h.silent || e.Imported || e.Automatic
	case model.MessageReleased:
		h.released, rank = &e, 3
	case model.DraftHeld:
		if e.Mail { // others see it on the page they wrote it on
			h.held, rank = &e, 6
		}
	case model.Assigned:
		h.assigned, rank = &e, 2
	case model.StatusChanged:
		rank = 1
		if h.status != nil {
			e.From, e.Automatic = h.status.From, e.Automatic && h.status.Automatic
		}
		h.status = &e
	}
	if rank > h.rank {
		h.rank, h.main = rank, rec
	}
}

// router routes one batch.
type router struct {
	*Post
	tx   *store.Tx
	s    model.Settings
	site string

	statuses []model.StatusDef
	rules    model.NoticeRules
	how      map[model.PersonID]store.NoticePerson // of the staff who are told something
	jobs     map[string]several                    // of actions, as they were looked up
	ended    []model.BulkID                        // changes of many tickets that ended in this batch
}

// happened writes the mails of a happening, or keeps for a while that they are
// to be written.
func (r *router) happened(ctx context.Context, h *happening) error {
	n, list, err := r.whom(ctx, h)
	if err != nil || n == nil {
		return err
	}
	for _, a := range list {
		if h.several != justOne && tellsSeveral(a.kind) {
			err = r.noteSeveral(ctx, n, a)
		} else {
			err = r.give(ctx, n, a)
		}
		if err != nil {
			return err
		}
	}
	return r.strangers(ctx, n)
}

// whom finds what a happening is about and who is told; nil when there is
// nothing to tell.
func (r *router) whom(ctx context.Context, h *happening) (*news, []addressee, error) {
	if h.silent || h.rank == 0 || !r.s.Notifies("email") {
		return nil, nil, nil
	}
	t, err := r.tx.Ticket(ctx, model.System("mail"), h.main.TicketID)
	if errors.Is(err, model.ErrNotFound) || err == nil && t.Deleted() {
		return nil, nil, nil // erased or in the bin since: there is nothing to tell
	}
	if err != nil {
		return nil, nil, err
	}
	n, err := r.news(ctx, h, t)
	if err != nil {
		return nil, nil, err
	}
	list, err := r.recipients(ctx, n)
	return n, list, err
}

// news is a happening with what it takes to tell of it.
type news struct {
	*happening
	ticket     model.Ticket
	actor      model.Person // who did it; a machine has no name
	requester  model.Person // who is on the customer's side: the contact under a shared requester
	said       *model.ThreadItem
	files      []model.Attachment
	department string
}

// news loads what a happening is about.
func (r *router) news(ctx context.Context, h *happening, t model.Ticket) (*news, error) {
	n := &news{happening: h, ticket: t}
	var err error
	if n.actor, err = r.tx.Person(ctx, h.main.ActorID); err != nil {
		return nil, fmt.Errorf("load actor: %w", err)
	}
	asks := t.RequesterID
	if t.ContactID != 0 {
		asks = t.ContactID
	}
	if n.requester, err = r.tx.Person(ctx, asks); err != nil {
		return nil, fmt.Errorf("load requester: %w", err)
	}
	if t.DepartmentID != 0 {
		d, err := r.tx.Department(ctx, t.DepartmentID)
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			return nil, err
		}
		n.department = d.Name
	}
	var id model.MessageID
	switch {
	case h.held != nil:
		id = h.held.Message
	case h.opened != nil:
		id = h.opened.Message
	case h.reply != nil:
		id = h.reply.Message
	case h.released != nil:
		id = h.released.Message
	case h.assigned != nil:
		id = t.FirstMessageID
	case len(h.mentions) > 0:
		id = h.mentions[0].Message
	}
	return n, r.loadSaid(ctx, n, id)
}

// loadSaid loads the words a mail tells. What customers may not read is never
// loaded, whoever the mail is for: mails get forwarded. A held message is the
// exception, which only staff are told of.
func (r *router) loadSaid(ctx context.Context, n *news, id model.MessageID) error {
	if id == 0 {
		return nil
	}
	item, err := r.tx.Message(ctx, model.System("mail"), id)
	if errors.Is(err, model.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if item.Kind != model.ReplyKind {
		return nil
	}
	n.said = &item
	files, err := r.tx.AttachmentsOf(ctx, []model.MessageID{id})
	n.files = files[id]
	return err
}

// siteOf is the address of the desk's front, without a slash at the end.
func siteOf(s model.Settings) string {
	base := s.BaseURL
	if base == "" {
		base = "http://localhost"
	}
	return base + "/" + s.RoutePrefix
}

// state is what becomes of a new mail: without a mail server it is kept here,
// to be read on the page of outgoing mail.
func (p *Post) state(s model.Settings, now model.Time) (model.MailState, model.Time) {
	if p.Keep || s.SMTPURL == "" {
		return model.MailKept, 0
	}
	return model.MailQueued, now
}

// Wake makes the sender look for work.
func (p *Post) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// capWindow is the time in which capLimit automatic mails may go to one
// address that nobody has proved to be theirs.
const (
	capWindow = time.Hour
	capLimit  = 3
)
