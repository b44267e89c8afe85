package agent_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func macroOf(t *testing.T, d *helpdesktest.Desk, by *helpdesktest.Person, name string, actions ...model.Action) model.MacroID {
	t.Helper()
	id, err := d.Verbs().SaveMacro(t.Context(), by.Actor(), model.Macro{Shared: model.Shared{Scope: model.ShareMine}, Name: name, Actions: actions})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestMacroByForm(t *testing.T) {
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	id := macroOf(t, d, bob, "Refund", model.Action{Type: model.ActReply, Value: "Hi {{requester.name}}"}, model.Action{Type: model.ActStatus, Value: "waiting_on_customer"}, model.Action{Type: model.ActAddTags, Value: "refund"})
	bad := macroOf(t, d, bob, "Bad", model.Action{Type: model.ActStatus, Value: "reopened"})
	b := d.As(bob)

	menu := b.HTMX("macro-menu").Get(fmt.Sprintf("agent/macros/?ticket=%d", tk.ID)).Is(http.StatusOK)
	has(t, menu.Body, "Reply + set Waiting on customer + add tag refund")
	hasNot(t, menu.Body, "<main")
	has(t, b.Get(fmt.Sprintf("agent/macros/?ticket=%d&q=refu", tk.ID)).Is(http.StatusOK).AtMost(12).Body, "<main", "Refund")

	page := b.Post(path(tk, "macro/"), form{"macro_id": {fmt.Sprint(int64(bad))}}).Is(http.StatusUnprocessableEntity)
	has(t, page.Body, "Step 1 (Set status)", "Nothing was changed")
	b.Post(path(tk, "macro/"), form{}).Is(http.StatusSeeOther)
	b.Post(path(tk, "macro/"), form{"macro_id": {"999"}}).Is(http.StatusNotFound)

	page = b.Post(path(tk, "macro/"), form{"macro_id": {fmt.Sprint(int64(id))}}).Is(http.StatusSeeOther).Follow().Is(http.StatusOK)
	has(t, page.Body, "Hi Carol", "refund", "used the macro Refund", "agent/undo/")

	answer := b.HTMX("panel-msg").Post(path(tk, "macro/"), form{"macro_id": {fmt.Sprint(int64(id))}, "slot": {"s"}}).Is(http.StatusOK)
	has(t, answer.Header.Get("HX-Trigger"), "compose:insert", "Hi Carol", "waiting_on_customer", "toast")
	has(t, answer.Body, `id="panel-body"`, `id="ticket-head"`)
}

func TestMacroRowsWithoutScripts(t *testing.T) {
	d := helpdesktest.New(t)
	b := d.As(d.Agent("bob"))
	const base = "agent/macros/manage/"
	rows := form{"name": {"Two"}, "scope": {"mine"}, "a0_type": {"set_priority"}, "a0_value": {"low"}, "a1_type": {"add_note"}, "a1_value": {"Look"}}
	again := func(do string) string {
		f := form{"do": {do}}
		for k, v := range rows {
			f[k] = v
		}
		return b.Post(base+"store/", f).Is(http.StatusOK).Body
	}
	page := again("up:1")
	if strings.Index(page, ">Look<") > strings.Index(page, `selected>Low`) {
		t.Error("the second step did not move up")
	}
	has(t, page, `name="a1_type"`, "Two", "Reads: add a note + priority Low")
	has(t, again("add"), `name="a2_type"`)
	hasNot(t, again("remove:0"), `selected>Low`)
	has(t, again("down:1"), `name="a1_type"`)
	has(t, again("up:99"), `name="a1_type"`)

	rows["a0_value"] = []string{"nonsense"}
	has(t, b.Post(base+"store/", rows).Is(http.StatusUnprocessableEntity).Body, `id="f-a0_value-error"`, "Look")
	rows["a0_value"] = []string{"low"}
	list := b.Post(base+"store/", rows).Is(http.StatusSeeOther).Follow().Is(http.StatusOK).AtMost(12)
	has(t, list.Body, "Two", "priority Low + add a note")
	b.Get(base + "1/").Is(http.StatusOK).AtMost(12)
	copied := b.Post(base+"1/duplicate/", form{}).Is(http.StatusSeeOther).Follow().Is(http.StatusOK)
	has(t, copied.Body, "Copy of Two")
	has(t, b.Post(base+"1/delete/", form{}).Is(http.StatusSeeOther).Follow().Body, "agent/undo/", "Copy of Two")
	has(t, b.HTMX("macro-reads").Post("agent/macros/preview/", rows).Is(http.StatusOK).Body, "priority Low + add a note")
}
