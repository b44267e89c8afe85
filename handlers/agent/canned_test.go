package agent_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// cannedOf makes a canned response of the person's own.
func cannedOf(t *testing.T, d *helpdesktest.Desk, by *helpdesktest.Person, title, body string) model.CannedID {
	t.Helper()
	id, err := d.Verbs().SaveCanned(t.Context(), by.Actor(), model.Canned{Shared: model.Shared{Scope: model.ShareMine}, Title: title, Category: "Money", Bodies: model.Localized{"": body}}, desk.CannedFilesChange{})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestCannedPickerAndUse(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer <b>")
	refund := cannedOf(t, d, bob, "Refund", "Dear {{requester.name}}, about {{ticket.subject}}: {{?order number}}")
	cannedOf(t, d, bob, "Greeting", "Hello")
	b := d.As(bob)
	pick := fmt.Sprintf("agent/canned/?ticket=%d&q=", tk.ID)

	list := b.HTMX("combo").Get(pick + "refu").Is(http.StatusOK)
	has(t, list.Body, `role="option"`, "Refund", "Printer \\&lt;b\\&gt;", "⟦order number⟧")
	hasNot(t, list.Body, "Greeting", "<main")
	has(t, b.HTMX("combo").Get(pick+"zzz").Body, `aria-disabled="true"`)

	// Without scripts: a page, and the text in the composer.
	page := b.Get(pick).Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "<main", "Greeting", "Refund")
	page = b.Post(path(tk, fmt.Sprintf("canned/%d/", refund)), form{}).Is(http.StatusSeeOther).Follow().Is(http.StatusOK).AtMost(12)
	has(t, page.Body, "⟦order number⟧")

	// With them: JSON.
	answer := b.With("Accept", "application/json").Post(path(tk, fmt.Sprintf("canned/%d/", refund)), form{"slot": {"mine"}}).Is(http.StatusOK)
	var got struct {
		Text  string
		Files []any
	}
	if err := json.Unmarshal([]byte(answer.Body), &got); err != nil || !strings.Contains(got.Text, "⟦order number⟧") || got.Files == nil {
		t.Fatalf("%s: %v", answer.Body, err)
	}
	b.Post(path(tk, "canned/999/"), form{}).Is(http.StatusNotFound)
	b.Get("agent/canned/?ticket=999").Is(http.StatusNotFound)

	// A blank stops the reply until its writer says otherwise.
	page = b.Post(path(tk, "reply/"), form{"body": {got.Text}, "op": {"1"}, "seen": {fmt.Sprint(int64(tk.LastPublicID))}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "order number", `name="blanks"`)
	b.Post(path(tk, "reply/"), form{"body": {got.Text}, "op": {"1"}, "blanks": {"1"}, "seen": {fmt.Sprint(int64(tk.LastPublicID))}}).Is(http.StatusSeeOther)
}

func TestCannedIsKept(t *testing.T) {
	d := helpdesktest.New(t)
	bob, admin := d.Agent("bob"), d.Admin("ann")
	for _, base := range []string{"agent/canned/manage/", "admin/canned-responses/"} {
		b := d.As(admin)
		if base == "agent/canned/manage/" {
			b = d.As(bob)
		}
		page := b.Post(base+"store/", form{"title": {""}, "scope": {"mine"}, "body_de": {"Guten Tag"}}).Is(http.StatusUnprocessableEntity)
		has(t, page.Body, "Guten Tag", `aria-invalid="true"`)
		b.Post(base+"store/", form{"title": {"Closing <x>"}, "category": {"End"}, "scope": {"mine"}, "body": {"Bye {{nobody}}"}}, helpdesktest.File{Name: "a.txt", Content: "a"}).Is(http.StatusSeeOther)
		page = b.Get(base + "?q=clos").Is(http.StatusOK).AtMost(12)
		has(t, page.Body, "Closing &lt;x&gt;", "End")
		hasNot(t, b.Get(base+"?category=Other").Body, "Closing &lt;x&gt;")
		at := page.Body[strings.Index(page.Body, base):]
		edit := ""
		for _, part := range strings.Split(page.Body, `href="`) {
			if i := strings.Index(part, base); i >= 0 && strings.Contains(part[:40], base) && !strings.Contains(part[:60], "create/") && part[i+len(base)] >= '1' && part[i+len(base)] <= '9' {
				edit = part[i:strings.IndexByte(part, '"')]
			}
		}
		if edit == "" {
			t.Fatalf("no link to it in %s", at)
		}
		page = b.Get(edit).Is(http.StatusOK).AtMost(12)
		has(t, page.Body, "Bye {{nobody}}", "a.txt", `name="remove_files[]"`)
		page = b.Post(edit+"update/", form{"title": {"Closing"}, "scope": {"mine"}, "body": {"Bye"}, "version": {"7"}}).Is(http.StatusConflict)
		has(t, page.Body, "Bye")
		b.Post(edit+"update/", form{"title": {"Closing"}, "scope": {"mine"}, "body": {"Bye"}, "version": {"1"}}).Is(http.StatusSeeOther)
		done := b.Post(edit+"delete/", form{}).Is(http.StatusSeeOther).Follow()
		has(t, done.Body, "agent/undo/")
		b.Get(edit).Is(http.StatusNotFound)
	}
	has(t, d.As(bob).HTMX("canned-preview").Post("agent/canned/preview/", form{"body": {"**Hi** {{requester.first_name}} {{what}}"}}).Is(http.StatusOK).Body, "<strong>Hi</strong> Sarah", "{{what}}")
}
