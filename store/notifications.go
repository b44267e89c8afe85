package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"escalated/model"
)

// NoticeTicket is what it takes to know whom a fact of a ticket concerns.
type NoticeTicket struct {
	ID         model.TicketID     `db:"id"`
	Department model.DepartmentID `db:"department_id"`
	Assignee   model.PersonID     `db:"assignee_id"`
	Open       bool               `db:"open"`
	Reference  string             `db:"reference"`
}

// NoticeTickets loads those of the tickets that people are told of: the bin is
// quiet.
func (r Reader) NoticeTickets(ctx context.Context, ids []model.TicketID) ([]NoticeTicket, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q, args := in("SELECT id, department_id, assignee_id, pile <= 2 AS open, reference FROM tickets WHERE id IN (?) AND deleted_at IS NULL", ids)
	return many[NoticeTicket](ctx, r, q, args...)
}

// TicketPerson is somebody with a role on a ticket.
type TicketPerson struct {
	Ticket model.TicketID `db:"ticket_id"`
	Person model.PersonID `db:"person_id"`
}

// FollowersOf lists the followers of tickets.
func (r Reader) FollowersOf(ctx context.Context, ids []model.TicketID) ([]TicketPerson, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q, args := in("SELECT ticket_id, person_id FROM ticket_people WHERE ticket_id IN (?) AND role = 2", ids)
	return many[TicketPerson](ctx, r, q, args...)
}

// TeamOf lists who is told of a new ticket: the members of a department, or
// all agents when there is none or nobody is in it.
func (r Reader) TeamOf(ctx context.Context, department model.DepartmentID) (team []model.PersonID, members bool, err error) {
	if department != 0 {
		team, err = many[model.PersonID](ctx, r, `SELECT p.id FROM department_people d JOIN people p ON p.id = d.person_id
			WHERE d.department_id = ? AND p.kind IN ('light','agent','admin') AND p.deactivated_at IS NULL ORDER BY p.id LIMIT 500`, department)
		if err != nil || len(team) > 0 {
			return team, true, err
		}
	}
	team, err = many[model.PersonID](ctx, r, "SELECT id FROM people WHERE kind IN ('agent','admin') AND deactivated_at IS NULL ORDER BY id LIMIT 500")
	return team, false, err
}

// AdminIDs lists the admins.
func (r Reader) AdminIDs(ctx context.Context) ([]model.PersonID, error) {
	return many[model.PersonID](ctx, r, "SELECT id FROM people WHERE kind = 'admin' AND deactivated_at IS NULL ORDER BY id LIMIT 100")
}

// NoticePerson is a member of the staff who may be told, with the choices that
// differ from the desk's.
type NoticePerson struct {
	ID      model.PersonID `db:"id"`
	Narrow  bool           `db:"narrow"`
	Choices string         `db:"choices"`
	How     model.Prefs    `db:"how"`
	Zone    string         `db:"zone"`
}

// Prefs are the person's choices.
func (p NoticePerson) Prefs() (out model.NoticePrefs, err error) {
	var list []struct {
		T model.Notice
		C string
		W int
	}
	err = json.Unmarshal([]byte(p.Choices), &list)
	for _, c := range list {
		out = append(out, model.NoticeChoice{Topic: c.T, Channel: c.C, Wanted: c.W != 0})
	}
	return out, err
}

// NoticePeople loads those of the people who work here, with their choices, in
// one query.
func (r Reader) NoticePeople(ctx context.Context, ids []model.PersonID) ([]NoticePerson, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q, args := in(`SELECT p.id, p.narrow, (SELECT json_group_array(json_object('t', topic, 'c', channel, 'w', wanted)) FROM notification_prefs n WHERE n.person_id = p.id) AS choices,
		(SELECT s.prefs FROM staff s WHERE s.person_id = p.id) AS how, p.zone
		FROM people p WHERE p.id IN (?) AND p.kind IN ('light','agent','admin') AND p.deactivated_at IS NULL`, ids)
	return many[NoticePerson](ctx, r, q, args...)
}

// InsertNotifications writes notifications, each person's of an event and
// topic once. It works in parts, so that their number does not matter.
func (tx *Tx) InsertNotifications(ctx context.Context, list []model.Notification) error {
	for len(list) > 0 {
		part := list[:min(len(list), 500)]
		list = list[len(part):]
		args := make([]any, 0, 7*len(part))
		for _, n := range part {
			args = append(args, n.PersonID, n.EventID, n.TicketID, string(n.Topic), n.Why, max(n.Count, 1), n.At)
		}
		q := "INSERT INTO notifications (person_id, event_id, ticket_id, topic, why, n, at) VALUES (?, ?, ?, ?, ?, ?, ?)" + strings.Repeat(", (?, ?, ?, ?, ?, ?, ?)", len(part)-1) + " ON CONFLICT DO NOTHING"
		if _, err := tx.exec(ctx, q, args...); err != nil {
			return err
		}
	}
	return nil
}

// notificationSQL are notifications of the actor with what they say; rows
// about tickets out of sight are left out.
func notificationSQL(by model.Actor, cond string, args ...any) (string, []any) {
	sight, more := visible(by, true)
	return `SELECT n.id, n.person_id, n.event_id, n.ticket_id, n.topic, n.why, n.n, n.at, n.read_at, coalesce(t.reference, '') AS reference, coalesce(t.subject, '') AS subject,
		coalesce(` + strings.ReplaceAll(ruleName, "p.", "a.") + `, '') AS actor_name, coalesce(a.kind, 'machine') AS actor_kind, coalesce(substr(m.body, 1, 300), '') AS body, coalesce(m.markdown, 0) AS markdown,
		coalesce(iif(e.kind = 'rule.notified', coalesce(nullif(json_extract(e.data, '$.text'), ''), json_extract(e.data, '$.name')), json_extract(e.data, '$.reason')), '') AS rule,
		coalesce((SELECT c.wanted FROM notification_prefs c WHERE c.person_id = n.person_id AND c.topic = n.topic AND c.channel = 'browser'), ` + browserDefault + `) AS browser
		FROM notifications n LEFT JOIN tickets t ON t.id = n.ticket_id LEFT JOIN events e ON e.id = n.event_id LEFT JOIN people a ON a.id = e.actor_id
		LEFT JOIN messages m ON m.id = json_extract(e.data, '$.message') AND m.ticket_id = n.ticket_id AND m.kind IN (1, 2) AND m.deleted_at IS NULL
		WHERE n.person_id = ? AND ` + cond + " AND (n.ticket_id IS NULL OR " + sight + ")", append(append([]any{by.ID}, args...), more...)
}

// browserDefault is what holds for those who chose nothing.
var browserDefault = func() string {
	var on []string
	for _, t := range model.NoticeTopics() {
		if t.Browser {
			on = append(on, "'"+string(t.Notice)+"'")
		}
	}
	return "n.topic IN (" + strings.Join(on, ", ") + ")"
}()

// Notifications lists the actor's notifications: the newest of the unread and
// of the read, newest first.
func (r Reader) Notifications(ctx context.Context, by model.Actor, limit int) ([]model.NotificationRow, error) {
	q, args := notificationSQL(by, `n.id IN (SELECT id FROM (SELECT id FROM notifications WHERE person_id = ? AND read_at IS NULL ORDER BY id DESC LIMIT ?)
		UNION ALL SELECT id FROM (SELECT id FROM notifications WHERE person_id = ? ORDER BY id DESC LIMIT ?))`, by.ID, limit, by.ID, limit)
	q += " ORDER BY n.id DESC"
	return many[model.NotificationRow](ctx, r, q, args...)
}

// NotificationsSince lists the actor's newest unread notifications of events
// after one, newest first.
func (r Reader) NotificationsSince(ctx context.Context, by model.Actor, after model.EventID, limit int) ([]model.NotificationRow, error) {
	q, args := notificationSQL(by, "n.read_at IS NULL AND n.event_id > ?", int64(after))
	return many[model.NotificationRow](ctx, r, q+" ORDER BY n.id DESC LIMIT ?", append(args, limit)...)
}

// UnreadNotifications counts what the person has not read, at most model.UnreadCap.
func (r Reader) UnreadNotifications(ctx context.Context, who model.PersonID) (int, error) {
	return one[int](ctx, r, "SELECT "+unreadCount+" FROM people p WHERE p.id = ?", int64(who))
}

// unreadCount counts the unread notifications of people p as their list shows
// them: those of tickets out of their sight are left out.
var unreadCount = "(SELECT count(*) FROM (SELECT 1 FROM notifications n LEFT JOIN tickets t ON t.id = n.ticket_id WHERE n.person_id = p.id AND n.read_at IS NULL" +
	" AND (n.ticket_id IS NULL OR (t.deleted_at IS NULL OR " + binOpeners + ") AND (" + visibleTo + ")) LIMIT " + strconv.Itoa(model.UnreadCap) + "))"

// binOpeners is the condition on people p who may look into the bin.
var binOpeners = func() string {
	var kinds []string
	for _, k := range []model.Kind{model.KindLight, model.KindAgent, model.KindAdmin} {
		if slices.Contains(model.PermissionsOf(k), model.PermTicketDelete) {
			kinds = append(kinds, "'"+string(k)+"'")
		}
	}
	return "p.kind IN (" + strings.Join(kinds, ", ") + ")"
}()

// unreadColumn counts a person's unread notifications along with the person.
var unreadColumn = ", " + unreadCount + " AS unread, coalesce((SELECT max(id) FROM events), 0) AS last_event"

// ReadNotifications marks notifications of the person as read: the ids, those
// of a ticket, or with neither all of them. It tells how many.
func (tx *Tx) ReadNotifications(ctx context.Context, who model.PersonID, ids []model.NotificationID, ticket model.TicketID) (int64, error) {
	q, args := "UPDATE notifications SET read_at = ? WHERE person_id = ? AND read_at IS NULL", []any{tx.Now, who}
	switch {
	case ticket != 0:
		q, args = q+" AND ticket_id = ?", append(args, ticket)
	case ids != nil:
		q, args = in(q+" AND id IN (?)", append(args, ids)...)
	}
	return tx.exec(ctx, q, args...)
}

// NoticePrefs are the person's choices.
func (r Reader) NoticePrefs(ctx context.Context, who model.PersonID) (model.NoticePrefs, error) {
	return many[model.NoticeChoice](ctx, r, "SELECT topic, channel, wanted FROM notification_prefs WHERE person_id = ?", who)
}

// SetNoticePrefs replaces the person's choices.
func (tx *Tx) SetNoticePrefs(ctx context.Context, who model.PersonID, prefs model.NoticePrefs) error {
	if _, err := tx.exec(ctx, "DELETE FROM notification_prefs WHERE person_id = ?", who); err != nil {
		return err
	}
	for _, c := range prefs {
		if _, err := tx.exec(ctx, "INSERT INTO notification_prefs (person_id, topic, channel, wanted) VALUES (?, ?, ?, ?)", who, string(c.Topic), c.Channel, flag(c.Wanted)); err != nil {
			return err
		}
	}
	return nil
}

// ForgetNotifications drops at most some thousands of the oldest from before
// t, and tells how many. They lie in the order of time.
func (tx *Tx) ForgetNotifications(ctx context.Context, t model.Time) (int64, error) {
	return tx.exec(ctx, "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications ORDER BY id LIMIT 5000) AND at < ?", t)
}

var unreadExtra = extra{
	sql:  "SELECT count(*) FROM notifications n INDEXED BY notifications_ticket WHERE n.ticket_id = t.id AND n.person_id = ? AND n.read_at IS NULL",
	args: func(by model.Actor, _ model.Ticket) []any { return []any{int64(by.ID)} },
	read: func(v *model.TicketView, _ model.Actor, raw []byte) error { return json.Unmarshal(raw, &v.Unread) },
}
