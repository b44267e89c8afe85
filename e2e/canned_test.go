package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"escalated/desk"
	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

func init() {
	furnish = append(furnish, func(w *world) {
		ctx, all := context.Background(), model.Shared{Scope: model.ShareAll}
		canned, err := w.Verbs().SaveCanned(ctx, w.actor("admin"), model.Canned{Shared: all, Title: "Refund" + w.mark, Category: "Money" + w.mark, Bodies: model.Localized{"": "Hi {{requester.name}}" + w.mark + " {{?order number}}", "ar": "مرحبا"}}, desk.CannedFilesChange{})
		w.must(err)
		w.keep("canned", int64(canned))
		macro, err := w.Verbs().SaveMacro(ctx, w.actor("admin"), model.Macro{Shared: all, Name: "Refund" + w.mark, Description: "What" + w.mark, Actions: model.Actions{
			{Type: model.ActCanned, Value: fmt.Sprint(int64(canned))}, {Type: model.ActStatus, Value: "in_progress"}, {Type: model.ActNote, Value: "Look" + w.mark}, {Type: model.ActAddTags, Value: "refund"}, {Type: model.ActAssign, Value: "me"},
		}})
		w.must(err)
		w.keep("macro", int64(macro))
		own, err := w.Verbs().SaveCanned(ctx, w.actor("agent"), model.Canned{Shared: model.Shared{Scope: model.ShareMine}, Title: "Mine", Bodies: model.Localized{"": "Hi"}}, desk.CannedFilesChange{})
		w.must(err)
		w.keep("own-canned", int64(own))
		ownMacro, err := w.Verbs().SaveMacro(ctx, w.actor("agent"), model.Macro{Shared: model.Shared{Scope: model.ShareMine}, Name: "Mine", Actions: model.Actions{{Type: model.ActFollow, Value: "me"}}})
		w.must(err)
		w.keep("own-macro", int64(ownMacro))
	})
	sights = append(
		sights,
		sight{"agent/canned/", "canned-pick", "agent", "agent/canned/?ticket={ticket}"},
		sight{"agent/canned/manage/", "canned-own", "agent", "agent/canned/manage/"},
		sight{"agent/canned/manage/create/", "canned-own-new", "agent", "agent/canned/manage/create/"},
		sight{"agent/canned/manage/:id/", "canned-own-one", "agent", "agent/canned/manage/{own-canned}/"},
		sight{"admin/canned-responses/", "canned", "admin", "admin/canned-responses/"},
		sight{"admin/canned-responses/create/", "canned-new", "admin", "admin/canned-responses/create/"},
		sight{"admin/canned-responses/:id/", "canned-one", "admin", "admin/canned-responses/{canned}/"},
		sight{"agent/macros/", "macro-pick", "agent", "agent/macros/?ticket={ticket}"},
		sight{"agent/macros/manage/", "macros-own", "agent", "agent/macros/manage/"},
		sight{"agent/macros/manage/create/", "macro-own-new", "agent", "agent/macros/manage/create/"},
		sight{"agent/macros/manage/:id/", "macro-own-one", "agent", "agent/macros/manage/{own-macro}/"},
		sight{"admin/macros/", "macros", "admin", "admin/macros/"},
		sight{"admin/macros/create/", "macro-new", "admin", "admin/macros/create/"},
		sight{"admin/macros/:id/", "macro-one", "admin", "admin/macros/{macro}/"},
	)
}

// ready is an office with two canned responses of alan's.
func ready(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	for title, body := range map[string]string{"Refund": "Dear {{requester.name}}, your order {{?order number}} of {{?date}} is refunded.", "Greeting": "Good morning!"} {
		o.canned(o.alan, title, body)
	}
	return o
}

func (o *office) canned(by *helpdesktest.Person, title, body string) model.CannedID {
	o.t.Helper()
	ctx, v := context.Background(), o.Verbs()
	file, err := v.Stage(ctx, by.Actor(), "", "form", title+".txt", strings.NewReader(title))
	if err != nil {
		o.t.Fatal(err)
	}
	id, err := v.SaveCanned(ctx, by.Actor(), model.Canned{Shared: model.Shared{Scope: model.ShareMine}, Title: title, Category: "Money", Bodies: model.Localized{"": body}}, desk.CannedFilesChange{Slot: "form", Add: []model.AttachmentID{file.ID}})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

// selected is what is selected in the composer.
func selected(p *browser.Page) string {
	return browser.Eval[string](p, `(() => { const a = document.getElementById("composer-body"); return a.value.slice(a.selectionStart, a.selectionEnd) })()`)
}

// keys presses one key after the other where the focus is.
func keys(p *browser.Page, text string) {
	for _, r := range text {
		p.Press(string(r))
	}
}

func TestCannedByKeyboard(t *testing.T) {
	o := ready(t)
	p := o.open(o.alan, browser.Options{})
	refused(p, 422)
	p.Goto(o.at())
	p.Type("#composer-body", "Hello,\n/")
	p.WaitCount(".picker [role=option]", 2)
	keys(p, "refu")
	p.WaitCount(".picker [role=option]", 1)
	p.WaitTrue(`document.getElementById("composer-body").getAttribute("aria-activedescendant") === document.querySelector(".picker [aria-selected=true]").id`)
	p.WaitTrue(`document.getElementById("polite").textContent.includes("1 canned response")`)
	for _, v := range p.Axe() {
		if strings.Contains(fmt.Sprint(v), "picker") || strings.Contains(fmt.Sprint(v), "combo-") {
			t.Errorf("the picker breaks %s", v)
		}
	}
	p.Press("Escape")
	p.WaitGone(".picker")
	p.Press("Backspace") // what was left alone stays so until the slash is new
	p.Press("Backspace", "Backspace", "Backspace", "Backspace")
	keys(p, "/")
	p.WaitCount(".picker [role=option]", 2)
	p.Press("ArrowDown")
	p.WaitTrue(`document.querySelectorAll(".picker [role=option]")[1].ariaSelected === "true"`)
	p.Press("ArrowUp")
	keys(p, "refund")
	p.WaitCount(".picker [role=option]", 1)
	p.Press("Tab")
	p.WaitGone(".picker")
	p.WaitFor("#composer .uploads >> text=Refund.txt")
	if v := p.Value("#composer-body"); !strings.HasPrefix(v, "Hello,\nDear Carol") {
		t.Fatalf("the text is %q", v)
	}

	// Tab goes through the blanks; sending stops at those left.
	p.WaitTrue(`getSelection() !== null`)
	if got := selected(p); got != "⟦order number⟧" {
		t.Errorf("selected: %q", got)
	}
	keys(p, "42")
	p.Press("Tab")
	if got := selected(p); got != "⟦date⟧" {
		t.Errorf("after Tab: %q", got)
	}
	p.Click("#composer [data-send]")
	p.WaitText("The blank “date” is still open.")
	p.WaitTrue(`document.activeElement.matches(".problems")`)
	if v := p.Value("#composer-body"); !strings.Contains(v, "42 of ⟦date⟧") {
		t.Errorf("the text is %q", v)
	}
	browser.Eval[int](p, `(() => { const a = document.getElementById("composer-body"); a.focus(); a.setSelectionRange(0, 0); return 0 })()`)
	p.Press("Tab")
	keys(p, "today")
	p.Press("Tab") // none is left: the focus goes on
	p.WaitTrue(`document.activeElement.id !== "composer-body"`)
	p.Click("#composer [data-send]")
	p.WaitTrue(`document.getElementById("composer-body").value === ""`)
}

func TestCannedByMouse(t *testing.T) {
	o := ready(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	p.Click("#composer [data-pick-open]")
	p.WaitCount(".picker [role=option]", 2)
	p.Click(".picker [role=option] >> text=Greeting")
	p.WaitTrue(`document.getElementById("composer-body").value === "Good morning!"`)
	p.WaitGone(".picker")
}

func TestMacroFromTheComposer(t *testing.T) {
	o := ready(t)
	if _, err := o.Verbs().SaveMacro(context.Background(), o.alan.Actor(), model.Macro{Shared: model.Shared{Scope: model.ShareMine}, Name: "Refund it", Actions: model.Actions{
		{Type: model.ActReply, Value: "Dear {{requester.name}}, {{?amount}}"}, {Type: model.ActStatus, Value: "waiting_on_customer"}, {Type: model.ActAddTags, Value: "refund"},
	}}); err != nil {
		t.Fatal(err)
	}
	p := o.open(o.alan, browser.Options{})
	p.Goto(o.at())
	stay(p)
	p.Click("#composer [data-key=macro] summary")
	p.WaitText("Reply + set Waiting on customer + add tag refund")
	p.Fill("#macro-q", "zzz")
	p.WaitText("No macro fits")
	p.Fill("#macro-q", "refu")
	p.Click("#macro-items >> button=Refund it")
	p.WaitFor("#ticket-head >> text=refund")
	p.WaitFor("#ticket-head >> text=Waiting on customer")
	p.WaitTrue(`document.getElementById("composer-body").value.includes("Dear Carol")`)
	if got := selected(p); got != "⟦amount⟧" {
		t.Errorf("selected: %q", got)
	}
	p.Click("#toasts >> button=Undo")
	p.WaitGone("#ticket-head >> text=refund")
	p.WaitFor("#ticket-head >> text=Open")
}

func TestMacroRows(t *testing.T) {
	o := newOffice(t)
	p := o.open(o.alan, browser.Options{})
	p.Goto("agent/macros/manage/create/")
	stay(p)
	p.Fill("#f-name", "Two steps")
	p.Fill("#f-a0_type", "set_priority")
	p.Fill("#f-a0_value", "low")
	p.Click("button=Add a step")
	p.Fill("#f-a1_type", "add_note")
	p.Fill("#f-a1_value", "Look at this")
	p.Click("[data-step]:nth-child(2) [data-step-do=up]")
	p.WaitTrue(`document.querySelector("#f-a0_value").value === "Look at this"`)
	p.WaitText("Reads: add a note + priority Low")
	p.Click("button=Add a step")
	p.Click("[data-step]:nth-child(3) [data-step-do=remove]")
	p.WaitCount("[data-step]", 2)
	stayed(t, p)
	p.CheckAxe()
	p.ClickLoad("#macro-form >> button=Save")
	p.WaitText("add a note + priority Low")
}
