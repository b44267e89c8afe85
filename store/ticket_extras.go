package store

import (
	"context"
	"encoding/json"
	"fmt"

	"escalated/model"
)

// The page of a ticket shows many short lists. Each is one column of one
// query, so that the page does not grow by a query with every feature.

// extra is one list of a ticket's page for staff: a scalar query that gives
// JSON, and what is done with it. t is the ticket's row.
type extra struct {
	sql  string
	args func(by model.Actor, t model.Ticket) []any
	read func(v *model.TicketView, by model.Actor, raw []byte) error
}

// listExtra is an extra that is a JSON array of objects.
func listExtra[T any](sql string, args func(by model.Actor, t model.Ticket) []any, put func(v *model.TicketView, by model.Actor, list []T)) extra {
	return extra{sql, args, func(v *model.TicketView, by model.Actor, raw []byte) error {
		var list []T
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		put(v, by, list)
		return nil
	}}
}

// extras are the lists; features add theirs in a file of their own, by an
// entry here.
var extras = []extra{tagsExtra, followersExtra, linksExtra, draftsExtra, fieldsExtra, ratingExtra, subjectsExtra, clocksExtra}

var tagsExtra = listExtra(`SELECT json_group_array(json_object('id', g.id, 'name', g.name, 'slug', g.slug, 'hue', g.hue) ORDER BY g.sort_name, g.id)
	FROM ticket_tags x JOIN tags g ON g.id = x.tag_id WHERE x.ticket_id = t.id`, nil,
	func(v *model.TicketView, _ model.Actor, list []model.Tag) { v.Tags = list })

// peopleSQL lists the people with a role on the ticket t.
const peopleSQL = `SELECT json_group_array(json_object('id', p.id, 'kind', p.kind, 'name', p.name, 'email', coalesce(e.address, '')) ORDER BY p.name, p.id)
	FROM (SELECT person_id FROM ticket_people WHERE ticket_id = t.id AND role = ? LIMIT 200) x JOIN people p ON p.id = x.person_id
	LEFT JOIN person_emails e ON e.person_id = p.id AND e.is_primary = 1`

var followersExtra = listExtra(peopleSQL, func(model.Actor, model.Ticket) []any { return []any{RoleFollower} },
	func(v *model.TicketView, by model.Actor, list []model.PersonRef) {
		v.Followers = list
		for _, f := range list {
			v.Following = v.Following || f.ID == by.ID
		}
	})

var linksExtra = extra{
	sql: "", // filled below: it contains the rule of visibility
	args: func(by model.Actor, _ model.Ticket) []any {
		_, args := visible(by, true)
		return args
	},
	read: func(v *model.TicketView, _ model.Actor, raw []byte) error { return json.Unmarshal(raw, &v.Links) },
}

// linksSQL lists linked tickets as far as the actor sees them. Inside, t is
// the linked ticket, as the rule wants it, and o the one of the page.
func linksSQL(by model.Actor) string {
	cond, _ := visible(by, true)
	return `SELECT json_group_array(json_object('id', t.id, 'reference', t.reference, 'subject', t.subject, 'status', t.state, 'statusid', t.status_id, 'kind', l.kind, 'from', l.from_here) ORDER BY l.kind, t.id)
		FROM (SELECT b AS id, kind, 1 AS from_here FROM ticket_links WHERE a = o.id UNION ALL SELECT a, kind, 0 FROM ticket_links WHERE b = o.id LIMIT 50) l
		JOIN tickets t ON t.id = l.id WHERE ` + cond
}

// TicketExtras fills the short lists of a ticket's page, in one query.
func (r Reader) TicketExtras(ctx context.Context, by model.Actor, v *model.TicketView) error {
	q, args := "SELECT json_array(", []any(nil)
	for i, x := range extras {
		if i > 0 {
			q += ", "
		}
		if x.sql == "" {
			q += "json((SELECT (" + linksSQL(by) + ") FROM tickets o WHERE o.id = t.id))"
		} else {
			q += "json((" + x.sql + "))"
		}
		if x.args != nil {
			args = append(args, x.args(by, v.Ticket)...)
		}
	}
	text, err := one[string](ctx, r, q+") FROM tickets t WHERE t.id = ?", append(args, v.ID)...)
	if err != nil {
		return err
	}
	var raw []json.RawMessage
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return fmt.Errorf("read extras: %w", err)
	}
	for i, x := range extras {
		if string(raw[i]) == "null" {
			continue
		}
		if err := x.read(v, by, raw[i]); err != nil {
			return fmt.Errorf("read extra %d: %w", i, err)
		}
	}
	return nil
}
