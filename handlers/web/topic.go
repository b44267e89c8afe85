package web

import (
	"context"
	"strings"

	"escalated/model"
	"escalated/views/ui"
)

// Topic is something an open page may follow by the event stream: "queue", or
// with an argument "ticket:1042". The audience that owns the page says who may
// follow it and what its readers get.
type Topic struct {
	// May refuses an actor; asked at connect and again before each message.
	May func(ctx context.Context, by model.Actor, arg string) error
	// Wants picks the records that concern the topic. It must be quick and ask
	// no database. What is only true for a moment comes as a record without id.
	Wants func(by model.Actor, arg string, r model.Record) bool
	// Render makes the out-of-band elements for new records, oldest first;
	// "" when the reader's page does not change. It must show only what the
	// actor may see.
	Render func(ctx context.Context, by model.Actor, arg string, records []model.Record) (string, error)
	// Now makes the elements for what stands in no record, when a page connects
	// or asks; since is the newest event it knows. May be nil.
	Now func(ctx context.Context, by model.Actor, arg string, since model.EventID) (string, error)
	// Urgent topics are told at once, others at most once a second together.
	Urgent bool
}

// Topics are all topics by name.
type Topics map[string]Topic

// Follow finds the topic of a name such as "ticket:1042".
func (t Topics) Follow(name string) (topic Topic, arg string, ok bool) {
	name, arg, _ = strings.Cut(name, ":")
	topic, ok = t[name]
	return topic, arg, ok
}

// Fresh is the context of an open page with the time as it is now and how the
// person works now.
func (s *Site) Fresh(ctx context.Context, who Visitor) context.Context {
	f := *ui.From(ctx)
	f.Now, f.Prefs = s.Now().Std(), who.Prefs
	return ui.With(ctx, &f)
}
