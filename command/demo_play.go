package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"escalated/desk"
	"escalated/model"
)

// demoSeed makes the demo the same every time.
const demoSeed = 20

// demoClock is the desk's clock while the past is played. It never goes back.
type demoClock struct {
	mu sync.Mutex
	t  model.Time
}

func (c *demoClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t.Std()
}

func (c *demoClock) set(t model.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = max(c.t, t)
}

func (c *demoClock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// demoPlayer plays sixty days of a made-up desk through the desk's own verbs.
type demoPlayer struct {
	desk        *desk.Desk
	clock       *demoClock
	now         model.Time
	staff       []*demoPerson
	customers   []*demoPerson
	departments map[string]model.DepartmentID
}

// moment is one thing that happens.
type moment struct {
	at model.Time
	do func(ctx context.Context) error
}

// demoPromised is since when tickets of the demo have deadlines: long enough to
// have kept, missed and running ones.
const demoPromised = 36 * time.Hour

// play fills an empty desk.
func (p *demoPlayer) play(ctx context.Context, key []byte) error {
	p.staff, p.customers, p.departments = demoStaff(), demoCustomers(), map[string]model.DepartmentID{}
	scripts, err := loadDemoScripts()
	if err != nil {
		return err
	}
	p.clock.set(p.now.Add(-(demoDays + 1) * 24 * time.Hour))
	if err := p.furnish(ctx); err != nil {
		return err
	}
	if err := p.desk.StandardSLA(ctx, model.System("setup"), p.now.Add(-demoPromised)); err != nil {
		return fmt.Errorf("make promises: %w", err)
	}
	tickets := p.plan(scripts)
	var all []moment
	for _, t := range tickets {
		all = append(all, p.moments(t)...)
	}
	slices.SortStableFunc(all, func(a, b moment) int { return int(a.at - b.at) })
	clean, checked := all[0].at, p.now.Add(-demoPromised)
	for _, m := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if m.at.Sub(clean) > 8*time.Hour { // the clock's own work
			clean = m.at
			if _, err := p.desk.CloseResolved(ctx, model.System("clock")); err != nil {
				return fmt.Errorf("close resolved: %w", err)
			}
		}
		for ; checked < m.at; checked = checked.Add(10 * time.Minute) {
			p.clock.set(checked)
			if _, err := p.desk.CheckSLA(ctx, model.System("sla")); err != nil {
				return fmt.Errorf("check deadlines: %w", err)
			}
		}
		p.clock.set(m.at)
		if err := m.do(ctx); err != nil {
			return err
		}
	}
	if err := p.receive(ctx, key, tickets); err != nil {
		return err
	}
	if err := p.use(ctx, tickets[0].id); err != nil {
		return err
	}
	p.clock.set(p.now)
	return p.read(ctx, tickets)
}

// moments are the steps of a ticket with what goes along.
func (p *demoPlayer) moments(t *demoTicket) []moment {
	var out []moment
	add := func(at model.Time, what string, do func(ctx context.Context) error) {
		out = append(out, moment{at, func(ctx context.Context) error {
			if err := do(ctx); err != nil {
				return fmt.Errorf("demo ticket %q, %s: %w", t.subject, what, err)
			}
			return nil
		}})
	}
	answered := false
	for i, s := range t.steps {
		at := t.at[i]
		if i == 0 {
			add(at, "open", func(ctx context.Context) error { return p.open(ctx, t, s) })
			continue
		}
		if !answered && s.kind != '!' && t.fate != fateBin { // before the first word somebody sorts and takes it
			answered = true
			sorted := max(t.at[0].Add(time.Minute), at.Add(-time.Duration(6+t.r.IntN(20))*time.Minute))
			add(sorted, "sort", func(ctx context.Context) error { return p.sort(ctx, t) })
		}
		add(at, string(s.kind), func(ctx context.Context) error { return p.step(ctx, t, s) })
	}
	last := t.at[len(t.at)-1]
	if t.fate == fateTaken && !answered {
		add(last.Add(time.Minute), "sort", func(ctx context.Context) error { return p.sort(ctx, t) })
	}
	if (t.fate == fateClosed || t.fate == fateReturned) && t.closes {
		add(last.Add(time.Duration(1+t.r.IntN(40))*time.Hour), "close", func(ctx context.Context) error { return p.desk.CloseTicket(ctx, p.asCustomer(t), t.id) })
	}
	return out
}

// asCustomer is the customer's side: a person, or a guest with the ticket's link.
func (p *demoPlayer) asCustomer(t *demoTicket) model.Actor {
	a := t.customer.actor
	a.Via = t.channel
	if t.customer.Password == "" && t.channel == model.Web && t.id != 0 {
		a.Kind, a.Permissions, a.Ticket = model.KindGuest, nil, t.id
	}
	return a
}

func (p *demoPlayer) open(ctx context.Context, t *demoTicket, s demoStep) error {
	in := model.NewTicket{Subject: t.subject, Body: demoFill(s.text, t.r, t.words), Channel: t.channel, Locale: deskLanguage(t.script.lang)}
	by := p.asCustomer(t)
	if t.channel == model.Web && t.r.IntN(3) > 0 { // the form asks for a department, mail does not
		in.Department = p.departments[t.script.department]
	}
	if t.script.lang == "en" && t.channel == model.Web && t.fate != fateFresh && t.r.IntN(10) == 0 { // on the telephone
		by = t.agent.actor
		in.RequesterEmail, in.Priority, in.Type = t.customer.Email, t.script.priority, t.script.kind
		in.Body = "Written down from a call with " + t.customer.Name + ":\n\n" + in.Body
	}
	files, err := p.files(ctx, t, by, s)
	if err != nil {
		return err
	}
	in.Files, in.Slot = files, demoSlot
	made, err := p.desk.OpenTicket(ctx, by, in)
	t.id = made.ID
	return err
}

// demoSlot is the draft slot of all files.
const demoSlot = "demo"

func (p *demoPlayer) files(ctx context.Context, t *demoTicket, by model.Actor, s demoStep) ([]model.AttachmentID, error) {
	if s.file == "" {
		return nil, nil
	}
	name, content := demoFile(s.file, t.script.lang, t.script.department, t.r, t.words)
	a, err := p.desk.Stage(ctx, by, "", demoSlot, name, bytes.NewReader(content))
	return []model.AttachmentID{a.ID}, err
}

// sort is the first look of the staff: where it belongs, how urgent it is, who
// takes it.
func (p *demoPlayer) sort(ctx context.Context, t *demoTicket) error {
	by := t.agent.actor
	if t.r.IntN(3) == 0 {
		by = t.other.actor
	}
	now, err := p.desk.Ticket(ctx, by, t.id)
	if err != nil {
		return err
	}
	if now.DepartmentID == 0 {
		err = errors.Join(err, p.desk.SetDepartment(ctx, by, t.id, p.departments[t.script.department], desk.Change{}))
	}
	if t.script.kind != now.Type {
		err = errors.Join(err, p.desk.SetType(ctx, by, t.id, t.script.kind, desk.Change{}))
	}
	if t.script.priority != now.Priority {
		err = errors.Join(err, p.desk.SetPriority(ctx, by, t.id, t.script.priority, desk.Change{}))
	}
	if len(t.script.tags) > 0 {
		err = errors.Join(err, p.desk.ChangeTags(ctx, by, t.id, t.script.tags, nil))
	}
	p.clock.step(20 * time.Second)
	err = errors.Join(err, p.desk.Assign(ctx, by, t.id, t.agent.id, desk.Change{}))
	if t.r.IntN(6) == 0 {
		err = errors.Join(err, p.desk.Follow(ctx, t.other.actor, t.id, true))
	}
	if ada := p.staff[0]; t.script.priority >= model.Urgent && t.agent != ada {
		err = errors.Join(err, p.desk.Follow(ctx, ada.actor, t.id, true))
	}
	return err
}

// step plays one step after the first.
func (p *demoPlayer) step(ctx context.Context, t *demoTicket, s demoStep) error {
	if s.kind == '!' {
		return p.change(ctx, t, s.text)
	}
	by, say := t.agent.actor, p.desk.Reply
	switch s.kind {
	case 'C', 'R':
		by = p.asCustomer(t)
	case 'N':
		say = p.desk.Note
	case 'L':
		by, say = p.light(t).actor, p.desk.Note
	}
	files, err := p.files(ctx, t, by, s)
	if err != nil {
		return err
	}
	in := model.NewReply{Body: demoFill(s.text, t.r, t.words), Files: files, Slot: demoSlot}
	if s.final {
		in.Status = model.Resolved
		if now, err := p.desk.Ticket(ctx, by, t.id); err != nil {
			return err
		} else if now.Status == model.Resolved || now.Status == model.Closed {
			in.Status = 0
		}
	}
	_, err = say(ctx, by, t.id, in)
	return err
}

// light is the light agent who knows about the department's matters.
func (p *demoPlayer) light(t *demoTicket) *demoPerson {
	if t.script.department == "billing" {
		return p.staff[7]
	}
	return p.staff[8]
}

// change plays a change of a property.
func (p *demoPlayer) change(ctx context.Context, t *demoTicket, what string) error {
	by := t.agent.actor
	verb, arg, _ := strings.Cut(what, " ")
	switch verb {
	case "tag":
		return p.desk.ChangeTags(ctx, by, t.id, []string{arg}, nil)
	case "priority":
		to, err := model.ParsePriority(arg)
		if err != nil {
			return err
		}
		return p.desk.SetPriority(ctx, by, t.id, to, desk.Change{})
	case "move":
		return p.desk.SetDepartment(ctx, by, t.id, p.departments[arg], desk.Change{})
	case "follow":
		return p.desk.Follow(ctx, t.other.actor, t.id, true)
	case "assign":
		return p.desk.Assign(ctx, by, t.id, t.other.id, desk.Change{})
	case "delete":
		return p.desk.DeleteTicket(ctx, p.staff[0].actor, t.id)
	case "escalate":
		return p.move(ctx, t, by, model.Escalated)
	case "resolve":
		return p.move(ctx, t, by, model.Resolved)
	}
	return fmt.Errorf("%q is no change", what)
}

// move changes the status where the table allows it.
func (p *demoPlayer) move(ctx context.Context, t *demoTicket, by model.Actor, to model.Status) error {
	now, err := p.desk.Ticket(ctx, by, t.id)
	if err != nil || !model.DefaultTransitions().CanBecome(now.Status, to) {
		return err
	}
	return p.desk.SetStatus(ctx, by, t.id, to, desk.Change{})
}

// read lets the staff have read what is older than a few hours, as people do.
func (p *demoPlayer) read(ctx context.Context, tickets []*demoTicket) error {
	for i, t := range tickets {
		if t.fate == fateBin || p.now.Sub(t.at[len(t.at)-1]) < 3*time.Hour || i%9 == 0 {
			continue
		}
		for _, who := range []*demoPerson{p.staff[0], t.agent, t.other} {
			now, err := p.desk.Ticket(ctx, who.actor, t.id)
			if err != nil {
				return err
			}
			if err := p.desk.MarkSeen(ctx, who.actor, t.id, now.LastMessageID); err != nil {
				return err
			}
		}
	}
	return nil
}
