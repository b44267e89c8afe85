package command

import (
	"context"
	"fmt"
	"strconv"

	"escalated/model"
	"escalated/store"
)

// benchRules are rules by the clock as desks have them, fifty of them. They
// only log.
func benchRules(n model.Names) []model.Rule {
	is := func(field string, words ...string) model.Condition {
		return model.Condition{Field: field, Op: model.CondIs, Words: words}
	}
	longer := func(field string, hours int) model.Condition {
		return model.Condition{Field: field, Op: model.CondLonger, Words: []string{strconv.Itoa(hours) + "h"}}
	}
	department, tag := "none", "none"
	var out []model.Rule
	for i := range 50 {
		if len(n.Departments) > 0 {
			department = fmt.Sprint(n.Departments[i%len(n.Departments)].ID)
		}
		if len(n.Tags) > 0 {
			tag = fmt.Sprint(n.Tags[i%len(n.Tags)].ID)
		}
		priority := model.Priorities()[i%5].String()
		status := []string{"open", "in_progress", "waiting_on_customer", "waiting_on_agent", "escalated"}[i%5]
		kinds := []model.Conditions{
			{is("priority", "urgent", "critical"), longer(model.AgeUnanswered, 1+i)},
			{is("status", status), longer(model.AgeUpdated, 24*(2+i%9))},
			{longer(model.AgeWaiting, 2+i), is("department", department)},
			{is("assignee", "none"), longer(model.AgeCreated, 1+i), is("priority", priority)},
			{is("sla", "overdue", "at_risk"), is("department", department)},
			{is("tag", tag), is("status", status), longer(model.AgeWaiting, 4)},
			{is("type", "incident"), is("channel", "email"), longer(model.AgeAssigned, 24*(1+i%5))},
			{{Any: []model.Condition{is("priority", "critical"), is("type", "problem")}}, longer(model.AgeWaiting, 6+i)},
			{{Field: "subject", Op: model.CondContains, Words: []string{fmt.Sprint("measured ", i)}}, is("department", department)},
			{is("requester", "example.com"), longer(model.AgeUpdated, 24*(2+i%4))},
		}
		out = append(out, model.Rule{
			Name: fmt.Sprint("Measured ", i), Trigger: model.TriggerTime, Conditions: kinds[i%len(kinds)], Actions: model.Actions{{Type: model.ActNote, Value: "Measured"}}, ActiveAt: 1, LogOnly: true,
		})
	}
	return out
}

// ruleCases measure fifty rules by the clock over all open tickets, as each
// minute asks them: what they matched before is logged already.
func (o *bench) ruleCases(ctx context.Context) ([]benchCase, func(), error) {
	d, clock := o.desk.Desk(), model.System("bench")
	choices, err := d.Choices(ctx)
	if err != nil {
		return nil, nil, err
	}
	var ids []model.RuleID
	err = o.desk.DB().Write(ctx, func(tx *store.Tx) error {
		ids = nil
		for _, x := range benchRules(model.Names{Departments: choices.Departments, Tags: choices.Tags}) {
			id, err := tx.InsertRule(tx.Ctx, x)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	end := func() {
		_ = o.desk.DB().Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { // the desk is one for measuring
			for _, id := range ids {
				if err := tx.DeleteRule(tx.Ctx, id); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if _, err := d.EvaluateRules(ctx, clock); err != nil {
		end()
		return nil, nil, err
	}
	return []benchCase{{name: "50 rules, all open tickets", as: "verb", do: func(ctx context.Context, _ int) (int, error) {
		f, err := d.EvaluateRules(ctx, clock)
		return int(f["matched"]), err
	}}}, end, nil
}
