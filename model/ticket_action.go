package model

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
)

// TicketAction is something an organisation adds to the tickets of its desk:
// "Refund the order", "Send to the workshop". People find it in the menu of a
// ticket. When one is triggered, it is recorded as custom_action.triggered and
// noted in the ticket.
type TicketAction struct {
	Key          string    // lower case letters, digits and underscores
	Label        Localized // what the menu says, by language; "" is the one for all
	Variant      string    // "primary", "danger", or "" for neither
	Confirmation Localized // what is asked before; nothing is asked when empty
	// Visible says whether the action is there for a ticket and a person; nil is
	// always. It runs for each view of a ticket, and must be quick.
	Visible func(ctx context.Context, t Ticket, by Actor) bool
	// Enabled says whether it can be triggered now; nil is always.
	Enabled func(ctx context.Context, t Ticket, by Actor) bool
	// Do does it, in the request; nil leaves it to whoever reads the event. It may
	// use the desk. When it fails, nothing is recorded and the person is told.
	Do func(ctx context.Context, call ActionCall) error
}

// ActionCall is a custom action as it was triggered.
type ActionCall struct {
	Key     string
	Ticket  Ticket
	By      Actor
	Payload map[string]string // further fields of the request
}

// ActionChoice is a custom action as a ticket offers it to a person.
type ActionChoice struct {
	Key          string
	Label        Localized
	Variant      string
	Confirmation Localized
	Disabled     bool
}

var actionKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// CheckTicketActions refuses actions that cannot be.
func CheckTicketActions(list []TicketAction) error {
	seen := map[string]bool{}
	for _, a := range list {
		switch {
		case !actionKey.MatchString(a.Key):
			return fmt.Errorf("ticket action %q: the key must be lower case letters, digits and underscores", a.Key)
		case seen[a.Key]:
			return fmt.Errorf("ticket action %q is there twice", a.Key)
		case a.Label.In("en") == "":
			return fmt.Errorf("ticket action %q has no label", a.Key)
		case !slices.Contains([]string{"", "secondary", "primary", "danger"}, a.Variant):
			return fmt.Errorf("ticket action %q: the variant %q is none of primary, secondary and danger", a.Key, a.Variant)
		}
		seen[a.Key] = true
	}
	return nil
}

// ParseTicketActions reads the setting "ticket_actions", a JSON object of keys
// to labels, or to objects with label, variant and confirmation. A label is a
// text, or an object of texts by language. They come in the order of their keys.
func ParseTicketActions(raw string) ([]TicketAction, error) {
	if raw == "" {
		return nil, nil
	}
	var table map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &table); err != nil {
		return nil, err
	}
	var out []TicketAction
	for _, key := range sortedKeys(table) {
		a := TicketAction{Key: key}
		label := table[key]
		var long map[string]json.RawMessage
		if json.Unmarshal(label, &long) == nil && (long["label"] != nil || long["variant"] != nil || long["confirmation"] != nil) {
			var err error
			if a.Confirmation, err = someWords(long["confirmation"]); err != nil {
				return nil, err
			}
			if long["variant"] != nil {
				if err := json.Unmarshal(long["variant"], &a.Variant); err != nil {
					return nil, err
				}
			}
			label = long["label"]
		}
		var err error
		if a.Label, err = someWords(label); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, CheckTicketActions(out)
}

// someWords reads a text, or texts by language.
func someWords(raw json.RawMessage) (Localized, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return Localized{"": one}, nil
	}
	var many Localized
	err := json.Unmarshal(raw, &many)
	return many, err
}

// CustomActionTriggered is recorded when somebody triggers a custom action.
type CustomActionTriggered struct {
	Key     string            `json:"key"`
	Label   string            `json:"label"`
	Payload map[string]string `json:"payload,omitempty"`
}

// Kind is custom_action.triggered.
func (CustomActionTriggered) Kind() string { return "custom_action.triggered" }

// Public is false.
func (CustomActionTriggered) Public() bool { return false }

func init() { register[CustomActionTriggered]() }
