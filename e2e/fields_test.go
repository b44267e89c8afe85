package e2e

import (
	"context"
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
	"escalated/store"
)

func init() {
	furnish = append(furnish, func(w *world) {
		ctx, admin := context.Background(), w.actor("admin")
		label := func(s string) model.Localized { return model.Localized{"": s + w.mark, "ar": "حقل" + w.mark} }
		// A status has room for sixty letters.
		brief := func(s string) model.Localized {
			return model.Localized{"": s + strings.TrimSuffix(w.mark, "</title><script>")}
		}
		status, err := w.Verbs().SaveStatus(ctx, admin, model.StatusDef{State: model.InProgress, Hue: "mint", Label: brief("At the lab"), CustomerLabel: brief("Examined")})
		w.must(err)
		w.keep("status", int64(status))
		var field model.FieldID
		for _, f := range []model.FieldDef{
			{Key: "order_number", Kind: model.CustomText, Audience: model.AudienceAsked, Help: label("On the invoice")},
			{Key: "plan", Kind: model.CustomSelect, Audience: model.AudienceAsked, Options: model.FieldOptions{{Key: "free", Label: label("Free")}, {Key: "paid", Label: label("Paid")}}},
			{Key: "seats", Kind: model.CustomNumber, Audience: model.AudienceAsked, Conditions: model.FieldConditions{{Field: "plan", Operator: "is_not_empty"}}},
			{Key: "parts", Kind: model.CustomMulti, Options: model.FieldOptions{{Label: label("Disk")}, {Label: label("Fan")}}},
			{Key: "urgent_call", Kind: model.CustomCheckbox},
			{Key: "due", Kind: model.CustomDate},
			{Key: "story", Kind: model.CustomTextarea},
		} {
			f.Entity, f.Label = model.FieldOfTicket, label(f.Key)
			if f.Audience == "" {
				f.Audience = model.AudienceStaff
			}
			id, err := w.Verbs().SaveField(ctx, admin, f)
			w.must(err)
			if f.Key == "plan" {
				field = id
			}
		}
		_, err = w.Verbs().SaveField(ctx, admin, model.FieldDef{Entity: model.FieldOfPerson, Key: "account", Kind: model.CustomText, Audience: model.AudienceStaff, Label: label("Account")})
		w.must(err)
		w.keep("field", int64(field))
		w.keep("rated", w.rateable())
	})
	sights = append(
		sights,
		sight{"admin/statuses/", "statuses", "admin", "admin/statuses/"},
		sight{"admin/statuses/create/", "status-new", "admin", "admin/statuses/create/"},
		sight{"admin/statuses/moves/", "status-moves", "admin", "admin/statuses/moves/"},
		sight{"admin/statuses/:id/", "status", "admin", "admin/statuses/{status}/"},
		sight{"admin/fields/", "fields", "admin", "admin/fields/"},
		sight{"admin/fields/create/", "field-new", "admin", "admin/fields/create/"},
		sight{"admin/fields/:id/", "field", "admin", "admin/fields/{field}/"},
		sight{"tickets/:id/rate/", "rate", "customer", "tickets/{rated}/rate/"},
		sight{"guest/:token/rate/", "rate-guest", "nobody", "guest/{guest}/rate/"},
		sight{"rate/:token/", "rate-mail", "nobody", "rate/{rate}/?score=4"},
		sight{"", "portal-rated", "customer", "tickets/{rated}/"},
		sight{"", "ticket-fields", "agent", "agent/tickets/{rated}/"},
	)
}

// rateable is a solved ticket of the customer's with fields filled in, and
// the link by which it is rated.
func (w *world) rateable() int64 {
	w.t.Helper()
	ctx := context.Background()
	tk, err := w.Verbs().OpenTicket(ctx, w.actor("customer"), model.NewTicket{
		Subject: "Rate me" + w.mark, Body: "It burns.", Fields: map[string][]string{"order_number": {"A 17" + w.mark}, "plan": {"paid"}, "seats": {"12"}},
	})
	w.must(err)
	_, err = w.Verbs().Reply(ctx, w.actor("agent"), tk.ID, model.NewReply{Body: "Done.", Status: model.Resolved})
	w.must(err)
	w.must(w.Verbs().Rate(ctx, w.actor("customer"), tk.ID, 4, "Quick and friendly."+w.mark))
	var token model.TokenID
	w.must(w.DB().Write(ctx, func(tx *store.Tx) (err error) {
		token, err = w.Verbs().NewRateToken(tx.Ctx, model.System("mail"), tx, tk.ID, tk.RequesterID)
		return err
	}))
	if w.fill["rate"], err = w.Verbs().TokenSecret(ctx, model.System("mail"), token); err != nil {
		w.t.Fatal(err)
	}
	return int64(tk.ID)
}

// TestFieldsAndRating goes the way of a field and of a rating: an admin makes
// the field, a customer fills it in where it shows, an agent changes it where
// it stands, and the customer says how the help was.
func TestFieldsAndRating(t *testing.T) {
	h := newHouse(t)
	h.Department("Orders")
	ada, carol, bob := h.Admin("ada"), h.Customer("carol"), h.Agent("bob")

	admin := h.open(ada, browser.Options{})
	admin.Goto("admin/fields/create/")
	admin.Fill("#f-label", "Order number")
	admin.Check("input[name=audience][value=asked]", true)
	admin.Fill("select[name='condition.0.field']", "department")
	admin.Fill("input[name='condition.0.value']", "Orders")
	admin.ClickLoad("button=Save")
	admin.WaitText("Order number")

	c := h.open(carol, browser.Options{})
	c.Goto("tickets/create/")
	if c.Visible("[name='field.order_number']") {
		t.Error("the field shows without its topic")
	}
	c.Fill("field=Topic", "Orders")
	c.WaitFor("[name='field.order_number']")
	c.Fill("[name='field.order_number']", "A 17")
	c.Fill("field=Subject", "Where is it?")
	c.Fill("field=Details", "I ordered it last week.")
	c.ClickLoad("button=Send")
	c.WaitText("A 17")

	b := h.open(bob, browser.Options{})
	b.Goto("agent/tickets/1/")
	b.Fill("[name='field.order_number']", "B 18")
	b.Press("Tab")
	b.WaitText("changed Order number from A 17 to B 18")
	b.Fill("#p-status", "resolved")
	b.WaitText("to Resolved")

	c.Goto("tickets/1/")
	c.WaitText("B 18")
	c.ClickLoad("button=Good")
	c.Fill("textarea[name=comment]", "Quick.")
	c.ClickLoad("button=Save")
	c.WaitText("Quick.")
	b.Goto("agent/tickets/1/")
	b.WaitText("Good (4 of 5)")
	b.WaitText("Quick.")
}
