package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"escalated/model"
	"escalated/store"
)

// Noticed is a person whose notifications changed; Event is the first event
// they were newly told of, zero when they only read.
type Noticed struct {
	Person model.PersonID
	Event  model.EventID
}

// noticed collects people whose notifications changed, for their open pages.
type noticed struct {
	mu   sync.Mutex
	list []Noticed
	out  func([]Noticed)
}

func (n *noticed) add(who ...Noticed) {
	n.mu.Lock()
	n.list = append(n.list, who...)
	n.mu.Unlock()
}

func (n *noticed) tell() {
	n.mu.Lock()
	list, out := n.list, n.out
	n.list = nil
	n.mu.Unlock()
	if out != nil && len(list) > 0 {
		out(list)
	}
}

// OnNotice sets who is told when notifications changed, to bring open pages up
// to date. It is set once, before anything runs.
func (d *Desk) OnNotice(tell func([]Noticed)) { d.noticed.out = tell }

// TellNoticed tells of the notifications that Notify wrote, after their commit.
func (d *Desk) TellNoticed() { d.noticed.tell() }

// NoticeKinds are the events that somebody may be told of.
var NoticeKinds = []string{
	"ticket.opened", "ticket.assigned", "ticket.status_changed", "reply.added", "note.added", "mention.added", "ticket.woken",
	"draft.held", "mail.failed", "rating.given", "bulk.moved",
	"sla.warning", "sla.breached", "ticket.escalated", "rule.notified", "ticket.left_unassigned",
	"ticket.priority_changed", "ticket.subject_changed", "ticket.type_changed", "ticket.department_changed",
}

// Notify is the outlet that turns facts into notifications: for each action at
// most one to each person, never of what they did themselves. Its cost follows
// from the facts and the people concerned, not from the size of the desk.
func (d *Desk) Notify(ctx context.Context, tx *store.Tx, recs []model.Record) error {
	n := &notifier{tx: tx, tickets: map[model.TicketID]store.NoticeTicket{}, followers: map[model.TicketID][]model.PersonID{}, teams: map[model.DepartmentID]team{}, best: map[personAction]int{}}
	if err := n.load(ctx, recs); err != nil {
		return err
	}
	server, err := d.webhooks(ctx, n.rules)
	if err != nil {
		return err
	}
	for _, r := range recs {
		e, err := r.Event()
		if err != nil {
			return err
		}
		if err := n.fact(ctx, r, e); err != nil {
			return fmt.Errorf("notify of event %d: %w", r.ID, err)
		}
		server.fact(r, n.tickets[r.TicketID], e)
	}
	if err := server.queue(ctx, tx); err != nil {
		return fmt.Errorf("queue webhooks: %w", err)
	}
	list, err := n.wanted(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := tx.InsertNotifications(ctx, list); err != nil {
		return fmt.Errorf("write notifications: %w", err)
	}
	first := map[model.PersonID]model.EventID{}
	for _, x := range list {
		if at, ok := first[x.PersonID]; !ok || x.EventID < at {
			first[x.PersonID] = x.EventID
		}
	}
	for who, at := range first {
		d.noticed.add(Noticed{who, at})
	}
	return nil
}

// notifier works on one batch of records.
type notifier struct {
	tx        *store.Tx
	tickets   map[model.TicketID]store.NoticeTicket
	followers map[model.TicketID][]model.PersonID
	teams     map[model.DepartmentID]team
	admins    []model.PersonID // nil: not looked up
	rules     model.NoticeRules
	found     []candidate
	best      map[personAction]int // index in found
}

// team are those who are told of what concerns a department.
type team struct {
	people []model.PersonID
	to     model.Audience
	why    string
}

type personAction struct {
	person model.PersonID
	action string
}

type candidate struct {
	model.Notification
	rank    int
	action  string
	tickets map[model.TicketID]bool // of one action; nil: the one
}

// load looks up the tickets of a batch, and who belongs to them.
func (n *notifier) load(ctx context.Context, recs []model.Record) error {
	var err error
	if n.rules, err = n.tx.NoticeRules(ctx); err != nil {
		return err
	}
	var ids []model.TicketID
	seen := map[model.TicketID]bool{0: true}
	for _, r := range recs {
		if !seen[r.TicketID] {
			seen[r.TicketID] = true
			ids = append(ids, r.TicketID)
		}
	}
	for part := range slices.Chunk(ids, 1000) {
		tickets, err := n.tx.NoticeTickets(ctx, part)
		if err != nil {
			return err
		}
		for _, t := range tickets {
			n.tickets[t.ID] = t
		}
		people, err := n.tx.FollowersOf(ctx, part)
		if err != nil {
			return err
		}
		for _, p := range people {
			n.followers[p.Ticket] = append(n.followers[p.Ticket], p.Person)
		}
	}
	return nil
}

// fact finds who is told of a fact, and why.
func (n *notifier) fact(ctx context.Context, r model.Record, e model.Event) error {
	t, known := n.tickets[r.TicketID]
	if r.TicketID != 0 && !known {
		return nil // in the bin, or erased since
	}
	switch e := e.(type) {
	case model.TicketOpened:
		if e.Imported || t.Assignee != 0 || !t.Open {
			return nil
		}
		return n.department(ctx, r, t, model.NoticeNew)
	case model.Assigned:
		if t.Assignee == e.To { // not given on in the meantime
			n.tell(r, model.NoticeAssigned, model.ToAssignee, "assignee", e.To)
		}
	case model.StatusChanged:
		if !e.Automatic {
			n.workers(r, t, model.NoticeStatus)
		}
	case model.ReplyAdded:
		switch {
		case e.Imported || e.Automatic:
		case e.Staff:
			n.workers(r, t, model.NoticeColleague)
		default:
			n.workers(r, t, model.NoticeReply)
		}
	case model.NoteAdded:
		if !e.Imported {
			n.workers(r, t, model.NoticeNote)
		}
	case model.MentionAdded:
		why := "mention"
		if e.Team != "" {
			why = "team"
		}
		n.tell(r, model.NoticeMention, model.ToPerson, why, e.Person)
	case model.MailFailedEvent:
		if t.ID != 0 {
			n.tell(r, model.NoticeFailed, model.ToAssignee, "assignee", t.Assignee)
		}
	default:
		n.later(r, t, e)
		return n.alarm(ctx, r, t, e)
	}
	return nil
}

// later are the facts of what was put off.
func (n *notifier) later(r model.Record, t store.NoticeTicket, e model.Event) {
	switch e := e.(type) {
	case model.TicketWoken:
		if e.How == model.WokenByReply { // the reply itself is told
			return
		}
		n.tell(r, model.NoticeWoken, model.ToPerson, "snoozed", e.Person)
		n.tell(r, model.NoticeWoken, model.ToAssignee, "assignee", t.Assignee)
	case model.DraftHeld:
		r.ActorID = 0 // what held it was not what its writer wanted, even if they did it
		n.tell(r, model.NoticeHeld, model.ToPerson, "writer", e.Person)
	case model.RatingGiven:
		n.workers(r, t, model.NoticeRating)
	case model.BulkMoved:
		if e.State == model.BulkDone || e.State == model.BulkFailed {
			who := r.ActorID
			r.ActorID = 0
			n.tell(r, model.NoticeBulk, model.ToPerson, "asked", who)
		}
	}
}

// workers are told: whoever has the ticket, and its followers.
func (n *notifier) workers(r model.Record, t store.NoticeTicket, topic model.Notice) {
	n.tell(r, topic, model.ToAssignee, "assignee", t.Assignee)
	n.tell(r, topic, model.ToFollowers, "following", n.followers[t.ID]...)
}

// noticeRank is the place of a topic among those of one action.
var noticeRank = func() map[model.Notice]int {
	out := map[model.Notice]int{}
	for i, t := range model.NoticeTopics() {
		out[t.Notice] = i
	}
	return out
}()

// tell notes that people are told of a record, unless they did it themselves,
// the desk does not tell their kind of audience, or the same action tells them
// something better.
func (n *notifier) tell(r model.Record, topic model.Notice, to model.Audience, why string, people ...model.PersonID) {
	if !n.rules.Told(topic, to, model.InApp) {
		return
	}
	for _, who := range people {
		if who == 0 || who == r.ActorID {
			continue
		}
		c := candidate{model.Notification{PersonID: who, EventID: r.ID, TicketID: r.TicketID, Topic: topic, Why: why, At: r.At}, noticeRank[topic], r.ActionID, nil}
		k := personAction{who, r.ActionID}
		i, ok := n.best[k]
		switch {
		case !ok:
			n.best[k] = len(n.found)
			n.found = append(n.found, c)
		case c.rank < n.found[i].rank:
			n.found[i] = c
		case c.rank == n.found[i].rank:
			n.found[i].also(c.TicketID)
		}
	}
}

// also counts another ticket of the same action.
func (c *candidate) also(id model.TicketID) {
	if c.tickets == nil {
		c.tickets = map[model.TicketID]bool{c.TicketID: true}
	}
	c.tickets[id] = true
}

// team are those who are told of what concerns a department.
func (n *notifier) team(ctx context.Context, id model.DepartmentID) (t team, err error) {
	if t, ok := n.teams[id]; ok {
		return t, nil
	}
	people, members, err := n.tx.TeamOf(ctx, id)
	t = team{people, model.ToAgents, "agent"}
	if members {
		t.to, t.why = model.ToMembers, "department"
	}
	n.teams[id] = t
	return t, err
}

// department tells a ticket's department of a record.
func (n *notifier) department(ctx context.Context, r model.Record, t store.NoticeTicket, topic model.Notice) error {
	team, err := n.team(ctx, t.Department)
	n.tell(r, topic, team.to, team.why, team.people...)
	return err
}

// wanted leaves out who does not work here, does not want it, or does not see
// the ticket.
func (n *notifier) wanted(ctx context.Context) ([]model.Notification, error) {
	var ids []model.PersonID
	for _, c := range n.found {
		ids = append(ids, c.PersonID)
	}
	slices.Sort(ids)
	people := map[model.PersonID]store.NoticePerson{}
	prefs := map[model.PersonID]model.NoticePrefs{}
	for part := range slices.Chunk(slices.Compact(ids), 1000) {
		list, err := n.tx.NoticePeople(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if prefs[p.ID], err = p.Prefs(); err != nil {
				return nil, err
			}
			people[p.ID] = p
		}
	}
	narrow := map[model.TicketID][]model.PersonID{}
	for _, c := range n.found {
		if people[c.PersonID].Narrow && c.TicketID != 0 {
			narrow[c.TicketID] = append(narrow[c.TicketID], c.PersonID)
		}
	}
	blind := map[model.TicketID][]model.PersonID{}
	for t, list := range narrow {
		var err error
		if blind[t], err = n.tx.Blind(ctx, t, list); err != nil {
			return nil, err
		}
	}
	parts, err := n.inParts(ctx)
	if err != nil {
		return nil, err
	}
	var out []model.Notification
	for _, c := range n.found {
		if _, ok := people[c.PersonID]; !ok || !prefs[c.PersonID].Wants(c.Topic, model.InApp) || slices.Contains(blind[c.TicketID], c.PersonID) {
			continue
		}
		if len(c.tickets) > 1 {
			c.TicketID, c.Count = 0, len(c.tickets)
		}
		if parts[c.action] {
			told, err := n.tx.CountNotification(ctx, c.Notification, c.action)
			if err != nil {
				return nil, err
			}
			if told {
				continue
			}
		}
		out = append(out, c.Notification)
	}
	return out, nil
}
