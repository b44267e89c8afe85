package store

import (
	"context"
	"slices"
	"time"

	"escalated/model"
)

// NoticeRules are the admins' choices about what the desk tells whom and how.
func (r Reader) NoticeRules(ctx context.Context) (model.NoticeRules, error) {
	return many[model.NoticeSetting](ctx, r, "SELECT topic, audience, channel, wanted FROM notification_rules")
}

// SetNoticeRules replaces the admins' choices.
func (tx *Tx) SetNoticeRules(ctx context.Context, rules model.NoticeRules) error {
	if _, err := tx.exec(ctx, "DELETE FROM notification_rules"); err != nil {
		return err
	}
	for _, c := range rules {
		if _, err := tx.exec(ctx, "INSERT INTO notification_rules (topic, audience, channel, wanted) VALUES (?, ?, ?, ?)", string(c.Topic), string(c.Audience), c.Channel, flag(c.Wanted)); err != nil {
			return err
		}
	}
	return nil
}

// NoticeWays are the person's choices and the admins', in one query.
func (r Reader) NoticeWays(ctx context.Context, who model.PersonID) (prefs model.NoticePrefs, rules model.NoticeRules, err error) {
	rows, err := many[model.NoticeSetting](ctx, r, `SELECT topic, '' AS audience, channel, wanted FROM notification_prefs WHERE person_id = ?
		UNION ALL SELECT topic, audience, channel, wanted FROM notification_rules`, who)
	for _, c := range rows {
		if c.Audience == "" {
			prefs = append(prefs, model.NoticeChoice{Topic: c.Topic, Channel: c.Channel, Wanted: c.Wanted})
		} else {
			rules = append(rules, c)
		}
	}
	return prefs, rules, err
}

// NoticeChoices are the choices of people, whoever they are.
func (r Reader) NoticeChoices(ctx context.Context, ids []model.PersonID) (map[model.PersonID]model.NoticePrefs, error) {
	out := map[model.PersonID]model.NoticePrefs{}
	if len(ids) == 0 {
		return out, nil
	}
	q, args := in("SELECT person_id, topic, channel, wanted FROM notification_prefs WHERE person_id IN (?)", ids)
	rows, err := many[struct {
		Person model.PersonID `db:"person_id"`
		model.NoticeChoice
	}](ctx, r, q, args...)
	for _, c := range rows {
		out[c.Person] = append(out[c.Person], c.NoticeChoice)
	}
	return out, err
}

// BulkActions are those of the actions that change more tickets than a number.
func (r Reader) BulkActions(ctx context.Context, actions []string, more int) (out []string, err error) {
	for part := range slices.Chunk(actions, 1000) {
		q, args := in("SELECT action_id FROM bulk_jobs WHERE action_id IN (?) AND total > ?", part, more)
		list, err := many[string](ctx, r, q, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// CountNotification adds to what a person was told of an action before, and
// makes it new again; false when they were not told yet.
func (tx *Tx) CountNotification(ctx context.Context, m model.Notification, action string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE notifications SET n = n + ?, ticket_id = NULL, read_at = NULL WHERE id = (
		SELECT n.id FROM notifications n JOIN events e ON e.id = n.event_id
		WHERE n.person_id = ? AND n.topic = ? AND n.at > ? AND e.action_id = ? ORDER BY n.id DESC LIMIT 1)`,
		max(m.Count, 1), m.PersonID, string(m.Topic), m.At.Add(-24*time.Hour), action)
	return n > 0, err
}
