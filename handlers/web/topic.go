package web

import (
	"context"
	"strings"

	"escalated/model"
)

// Topic is something an open page may follow by the event stream: "queue", or
// with an argument "ticket:1042". The audience that owns the page says who may
// follow it and what its readers get.
type Topic struct {
	// May refuses an actor; asked at connect and again before each message.
	May func(ctx context.Context, by model.Actor, arg string) error
	// Wants picks the records that concern the topic. It must be quick and ask
	// no database.
	Wants func(by model.Actor, arg string, r model.Record) bool
	// Render makes the out-of-band elements for new records, oldest first;
	// "" when the reader's page does not change. It must show only what the
	// actor may see.
	Render func(ctx context.Context, by model.Actor, arg string, records []model.Record) (string, error)
}

// Topics are all topics by name.
type Topics map[string]Topic

// Follow finds the topic of a name such as "ticket:1042".
func (t Topics) Follow(name string) (topic Topic, arg string, ok bool) {
	name, arg, _ = strings.Cut(name, ":")
	topic, ok = t[name]
	return topic, arg, ok
}
