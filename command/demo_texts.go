package command

import (
	"context"
	"fmt"
	"strconv"

	"escalated/desk"
	"escalated/model"
)

// demoCanned is a text the desk has ready, and how often it was used.
type demoCanned struct {
	title, category string
	department      string // slug, or "" for everybody
	uses            int
	bodies          model.Localized
}

var demoAnswers = []demoCanned{
	{"Thanks and closing", "Closing", "", 14, model.Localized{
		"":   "Hi {{requester.first_name|there}},\n\nglad that this works again. I am closing {{ticket.reference}}; just write back if anything is left.\n\nBest wishes\n{{agent.first_name}}",
		"de": "Guten Tag {{requester.name}},\n\nschön, dass es wieder läuft. Ich schließe {{ticket.reference}}; schreiben Sie einfach zurück, falls noch etwas offen ist.\n\nFreundliche Grüße\n{{agent.name}}",
		"ar": "مرحبًا {{requester.name}}،\n\nيسرّنا أن الأمر يعمل من جديد. سنغلق التذكرة {{ticket.reference}}، ويمكنك الرد في أي وقت إن بقي شيء.\n\nمع أطيب التحيات\n{{agent.name}}",
	}},
	{"Ask for the order number", "Questions", "", 9, model.Localized{
		"":   "Hi {{requester.first_name|there}},\n\ncould you send us the order number and the date of the purchase? You find both on the confirmation we sent to {{requester.email}}.\n\n{{agent.first_name}}",
		"de": "Guten Tag {{requester.name}},\n\nkönnen Sie uns Bestellnummer und Kaufdatum nennen? Beides steht in der Bestätigung an {{requester.email}}.\n\n{{agent.name}}",
	}},
	{"Refund approved", "Money", "billing", 6, model.Localized{
		"":   "Hi {{requester.first_name|there}},\n\nyour refund of **{{?amount}}** for order {{?order number}} is on its way. It takes three to five working days to arrive.\n\n{{agent.first_name}}, {{desk.name}}",
		"de": "Guten Tag {{requester.name}},\n\nIhre Erstattung über **{{?Betrag}}** für Bestellung {{?Bestellnummer}} ist unterwegs. Sie ist in drei bis fünf Werktagen bei Ihnen.\n\n{{agent.name}}, {{desk.name}}",
	}},
	{"Restart the card reader", "Steps", "hardware", 11, model.Localized{
		"": "Please try this first:\n\n1. Hold the power key of the reader for **ten seconds**.\n2. Wait until the light is steady.\n3. In the till, open *Settings → Devices* and choose *Pair again*.\n\nDoes it find the reader now?",
	}},
	{"Proof of identity", "Security", "security", 3, model.Localized{
		"": "Hi {{requester.first_name|there}},\n\nbefore we change anything in this account we have to know that it is yours. Please call the number on your contract and mention {{ticket.reference}}.",
	}},
}

// write makes the texts and macros of the demo.
func (p *demoPlayer) write(ctx context.Context) error {
	ids := map[string]model.CannedID{}
	ada := p.staff[0].actor
	for _, c := range demoAnswers {
		in := model.Canned{Shared: p.shared(c.department), Title: c.title, Category: c.category, Bodies: c.bodies}
		id, err := p.desk.SaveCanned(ctx, ada, in, desk.CannedFilesChange{})
		if err != nil {
			return fmt.Errorf("canned response %s: %w", c.title, err)
		}
		ids[c.title] = id
	}
	canned := func(title string) model.Action {
		return model.Action{Type: model.ActCanned, Value: strconv.FormatInt(int64(ids[title]), 10)}
	}
	act := func(t model.ActionType, value string) model.Action { return model.Action{Type: t, Value: value} }
	for i, m := range []model.Macro{
		{Name: "Solved, thanks", Description: "Says thank you and resolves", Shared: p.shared(""), Actions: model.Actions{canned("Thanks and closing"), act(model.ActStatus, "resolved")}},
		{Name: "Refund approved", Description: "For billing: text, tag and status", Shared: p.shared("billing"), Actions: model.Actions{canned("Refund approved"), act(model.ActAddTags, "refund"), act(model.ActStatus, "waiting_on_customer")}},
		{Name: "Take it", Description: "Mine, and in progress", Shared: p.shared(""), Actions: model.Actions{act(model.ActAssign, "me"), act(model.ActStatus, "in_progress"), act(model.ActFollow, "me")}},
		{Name: "To hardware, urgent", Shared: p.shared(""), Actions: model.Actions{act(model.ActDepartment, strconv.FormatInt(int64(p.departments["hardware"]), 10)), act(model.ActPriority, "urgent"), act(model.ActNote, "{{requester.name}} waits at the till. {{agent.first_name}}")}},
		{Name: "Spam", Description: "Into the bin", Shared: p.shared(""), Actions: model.Actions{act(model.ActDelete, "")}},
	} {
		m.Position = i + 1
		if _, err := p.desk.SaveMacro(ctx, ada, m); err != nil {
			return fmt.Errorf("macro %s: %w", m.Name, err)
		}
	}
	return nil
}

// use lets the texts have been used before, on some ticket.
func (p *demoPlayer) use(ctx context.Context, on model.TicketID) error {
	list, _, err := p.desk.CannedList(ctx, p.staff[0].actor, desk.TextFilter{})
	if err != nil {
		return err
	}
	by := p.staff[0].actor
	for _, s := range p.departments { // the admin answers for all of them
		by.Departments = append(by.Departments[:len(by.Departments):len(by.Departments)], s)
	}
	for _, c := range demoAnswers {
		for _, have := range list {
			for i := 0; have.Title == c.title && i < c.uses; i++ {
				if _, _, err := p.desk.UseCanned(ctx, by, on, have.ID, ""); err != nil {
					return fmt.Errorf("use %s: %w", c.title, err)
				}
			}
		}
	}
	return nil
}

// shared is for a department by its slug, or for everybody.
func (p *demoPlayer) shared(slug string) model.Shared {
	if slug == "" {
		return model.Shared{Scope: model.ShareAll}
	}
	return model.Shared{Scope: model.ShareDepartment, DepartmentID: p.departments[slug]}
}
