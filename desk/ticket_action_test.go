package desk

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// custom is a desk with actions and subject types of its own.
func custom(t *testing.T, change func(o *Options)) *rig {
	t.Helper()
	r := newRig(t)
	db, err := store.Open(r.ctx, filepath.Join(t.TempDir(), "desk.db"), store.Options{Clock: func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.clock }})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	o := Options{DB: db, Key: make([]byte, 32), Settings: model.DefaultSettings(), Files: folder(t.TempDir())}
	change(&o)
	d, err := New(o)
	must(t, err)
	r.Desk, r.db = d, db
	return r
}

func TestCustomActions(t *testing.T) {
	var calls []model.ActionCall
	fail := error(nil)
	r := custom(t, func(o *Options) {
		must(t, o.Settings.Set("ticket_actions", `{"ship":"Ship it","recall":{"label":{"en":"Recall","de":"Zurückrufen"},"variant":"danger","confirmation":"Sure?"}}`))
		o.TicketActions = []model.TicketAction{
			{
				Key: "refund", Label: model.Localized{"en": "Refund"},
				Visible: func(_ context.Context, t model.Ticket, _ model.Actor) bool { return t.Subject != "Hidden" },
				Enabled: func(_ context.Context, t model.Ticket, _ model.Actor) bool { return t.Status.IsOpen() },
				Do:      func(_ context.Context, c model.ActionCall) error { calls = append(calls, c); return fail },
			},
		}
	})
	sarah, ada, light := r.person(model.KindCustomer, "sarah"), r.person(model.KindAgent, "ada"), r.person(model.KindLight, "lena")
	tk, hidden := r.opens(sarah, "Printer"), r.opens(sarah, "Hidden")
	v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	if err != nil || len(v.Actions) != 3 || v.Actions[0].Key != "recall" || v.Actions[0].Confirmation.In("de") != "Sure?" || v.Actions[2].Key != "refund" {
		t.Fatalf("%+v, %v", v.Actions, err)
	}
	must(t, r.TriggerAction(r.ctx, ada, tk.ID, "refund", map[string]string{"amount": "12"}))
	if len(calls) != 1 || calls[0].Payload["amount"] != "12" || calls[0].By.ID != ada.ID || calls[0].Ticket.ID != tk.ID {
		t.Fatalf("%+v", calls)
	}
	if facts := r.facts(tk.ID); facts[len(facts)-2] != "custom_action.triggered" || facts[len(facts)-1] != "note.added" {
		t.Errorf("%v", facts)
	}
	if v, err = r.ViewTicket(r.ctx, ada, tk.ID, Look{}); err != nil || v.Items[len(v.Items)-1].Body != `Custom action "Refund" was triggered.` {
		t.Errorf("%+v, %v", v.Items, err)
	}
	must(t, r.TriggerAction(r.ctx, ada, hidden.ID, "ship", nil))
	is(t, r.TriggerAction(r.ctx, ada, hidden.ID, "refund", nil), model.ErrNotFound)
	is(t, r.TriggerAction(r.ctx, ada, tk.ID, "unknown", nil), model.ErrNotFound)
	is(t, r.TriggerAction(r.ctx, light, tk.ID, "ship", nil), model.ErrDenied)
	is(t, r.TriggerAction(r.ctx, sarah, tk.ID, "ship", nil), model.ErrNotFound)
	// What fails leaves nothing behind.
	fail = errors.New("the shop is closed")
	before := len(r.facts(tk.ID))
	refused(t, r.TriggerAction(r.ctx, ada, tk.ID, "refund", nil), "action", "action_failed")
	if len(r.facts(tk.ID)) != before {
		t.Error("a failed action is recorded")
	}
	must(t, r.SetStatus(r.ctx, ada, tk.ID, model.Closed, Change{}))
	is(t, r.TriggerAction(r.ctx, ada, tk.ID, "refund", nil), model.ErrDenied)
}

func TestActionsThatCannotBe(t *testing.T) {
	for _, list := range [][]model.TicketAction{
		{{Key: "Ship It", Label: model.Localized{"en": "x"}}},
		{{Key: "ship"}},
		{{Key: "ship", Label: model.Localized{"en": "x"}, Variant: "pink"}},
		{{Key: "ship", Label: model.Localized{"en": "x"}}, {Key: "ship", Label: model.Localized{"en": "y"}}},
	} {
		if err := model.CheckTicketActions(list); err == nil {
			t.Errorf("%+v is taken", list)
		}
	}
	for _, raw := range []string{`[]`, `{"ship":1}`, `{"ship":""}`, `{"ship":{"variant":"danger"}}`, `{`} {
		if list, err := model.ParseTicketActions(raw); err == nil {
			t.Errorf("%s is read as %+v", raw, list)
		}
	}
}

func TestSubjects(t *testing.T) {
	known := map[string]model.SubjectCard{"7": {Title: "Order 7", URL: "https://shop.test/7"}, "8": {Title: "Order 8"}}
	r := custom(t, func(o *Options) {
		o.SubjectTypes = []model.SubjectType{{Name: "order", Label: model.Localized{"en": "Order"}, Find: func(_ context.Context, ids []string) (map[string]model.SubjectCard, error) { return known, nil }}}
	})
	sarah, ada, light := r.person(model.KindCustomer, "sarah"), r.person(model.KindAgent, "ada"), r.person(model.KindLight, "lena")
	tk := r.opens(sarah, "Printer")
	attach := func(id, role string) model.SubjectID {
		t.Helper()
		link, err := r.AttachSubject(r.ctx, ada, tk.ID, model.SubjectRef{Type: "order", ID: id, Role: role})
		must(t, err)
		return link
	}
	about := func() (out []string) {
		t.Helper()
		v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
		must(t, err)
		for _, s := range v.Subjects {
			word := s.Title + "/" + s.Role
			if s.Missing {
				word += "/missing"
			}
			out = append(out, word)
		}
		return out
	}
	equal := func(want ...string) {
		t.Helper()
		got := about()
		if len(got) != len(want) {
			t.Fatalf("about %q, want %q", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("about %q, want %q", got, want)
			}
		}
	}
	first := attach("7", "")
	attach("8", "replacement")
	attach("9", "")
	equal("Order 7/", "Order 8/replacement", "order #9//missing")
	if again := attach("7", "original"); again != first {
		t.Errorf("link %d, want %d", again, first)
	}
	equal("Order 8/replacement", "order #9//missing", "Order 7/original")
	set := r.undoable(func(r *rig) error { return r.DetachSubject(r.ctx, ada, tk.ID, first) })
	equal("Order 8/replacement", "order #9//missing")
	if done, err := r.Undo(r.ctx, ada, set); err != nil || len(done.Conflicts) != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	equal("Order 8/replacement", "order #9//missing", "Order 7/original")
	must(t, r.SyncSubjects(r.ctx, ada, tk.ID, []model.SubjectRef{{Type: "order", ID: "7"}, {Type: "order", ID: "8"}}))
	equal("Order 7/", "Order 8/")
	rows, err := r.TicketsAbout(r.ctx, ada, model.SubjectRef{Type: "order", ID: "8"})
	if err != nil || len(rows) != 1 || rows[0].ID != tk.ID {
		t.Errorf("%+v, %v", rows, err)
	}
	_, err = r.AttachSubject(r.ctx, ada, tk.ID, model.SubjectRef{Type: "boat", ID: "1"})
	refused(t, err, "type", "choice_invalid")
	_, err = r.AttachSubject(r.ctx, model.System("host"), tk.ID, model.SubjectRef{Type: "boat", ID: "1"})
	refused(t, err, "type", "choice_invalid")
	_, err = r.AttachSubject(r.ctx, light, tk.ID, model.SubjectRef{Type: "order", ID: "1"})
	is(t, err, model.ErrDenied)
	is(t, r.DetachSubject(r.ctx, ada, tk.ID, 4711), model.ErrNotFound)
	// Without types the host's own code is free, and people choose nothing.
	plain := newRig(t)
	ada, tk = plain.person(model.KindAgent, "ada"), model.Ticket{}
	tk = plain.opens(plain.person(model.KindCustomer, "sarah"), "Printer")
	_, err = plain.AttachSubject(plain.ctx, ada, tk.ID, model.SubjectRef{Type: "boat", ID: "1"})
	refused(t, err, "type", "choice_invalid")
	_, err = plain.AttachSubject(plain.ctx, model.System("host"), tk.ID, model.SubjectRef{Type: "boat", ID: "1"})
	must(t, err)
}
