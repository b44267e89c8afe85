package e2e

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/e2e/browser"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
	"escalated/store"
)

type payload struct {
	ID    string `json:"id"`
	Input string `json:"input"`
}

// payloads are what people have tried on sanitisers, from the test data beside
// the repository.
func payloads(t *testing.T) (all []payload) {
	t.Helper()
	dir := os.Getenv("ESCALATED_TESTDATA")
	if dir == "" {
		dir = filepath.Join(browser.Root(), "..", "shared")
	}
	f, err := os.Open(filepath.Join(dir, "html", "payloads.jsonl"))
	if err != nil {
		t.Skipf("no test data: %v", err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for dec := json.NewDecoder(in); dec.More(); {
		var p payload
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 500 {
		t.Fatalf("only %d payloads", len(all))
	}
	return all
}

// htmlMail is a mail of the customer whose HTML is the payload.
func htmlMail(p payload, answers string) string {
	head := []string{"From: Carol <carol@help.test>", "To: help@desk.test", "Subject: Payload " + p.ID, "Message-ID: <" + p.ID + "@help.test>"}
	if answers != "" {
		head = append(head, "In-Reply-To: <"+answers+"@help.test>")
	}
	body := base64.StdEncoding.EncodeToString([]byte(p.Input))
	var lines strings.Builder
	for chunk := range slices.Chunk([]byte(body), 76) {
		lines.Write(chunk)
		lines.WriteString("\r\n")
	}
	return strings.Join(head, "\r\n") + "\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + lines.String()
}

// active finds in the bodies of messages what could act, load or mislead.
const active = `(() => {
	const bad = [];
	for (const body of document.querySelectorAll("#thread .body")) {
		const at = body.closest("[data-message]").dataset.message;
		for (const e of body.querySelectorAll("*")) {
			const name = e.localName;
			if (/^(script|iframe|frame|frameset|form|base|meta|link|svg|math|object|embed|applet|input|button|textarea|select|option|style|template|video|audio|source|track|dialog|noscript|portal|slot|title|html|head|body)$/.test(name)) bad.push(at + ": <" + name + ">");
			for (const a of e.attributes) {
				const n = a.name.toLowerCase(), v = a.value.replace(/[\u0000-\u0020]/g, "").toLowerCase();
				if (/^on|^(id|name|formaction|srcdoc|srcset|ping|background|autofocus|contenteditable|popover|is|slot|form)$|^(data-)?(hx|sse|ws)-/.test(n)) bad.push(at + ": " + name + " " + n);
				if (/^(javascript|vbscript|data|file|blob):/.test(v)) bad.push(at + ": " + name + " " + n + "=" + v.slice(0, 40));
				if (name === "img" && n === "src" && !a.value.startsWith("/support/")) bad.push(at + ": img " + v.slice(0, 40));
			}
			const css = getComputedStyle(e);
			if (/fixed|sticky/.test(css.position)) bad.push(at + ": " + css.position);
			if (/url\(/.test(css.backgroundImage + css.listStyleImage + css.content + css.cursor)) bad.push(at + ": url in style");
			if (name === "a" && e.href && !/noopener/.test(e.rel)) bad.push(at + ": a link without noopener");
		}
		const box = body.getBoundingClientRect();
		for (const e of body.querySelectorAll("*")) {
			const r = e.getBoundingClientRect();
			if (r.width && r.height && (r.top < box.top - 300 || r.bottom > box.bottom + 300)) bad.push(at + ": " + e.localName + " leaves its message");
		}
	}
	return bad.slice(0, 20);
})()`

// TestPayloads receives every payload as a mail and opens it as agent, as
// customer and as guest: nothing runs, nothing loads, nothing acts.
func TestPayloads(t *testing.T) {
	all := payloads(t)
	h := newHouse(t, helpdesktest.Settings("mail_from", "Desk <help@desk.test>", "reply_domain", "desk.test", "max_attachments", "100"))
	alan, carol := h.Agent("alan"), h.Customer("carol")
	const batch = 60 // more of one sender in an hour are a flood
	var tickets []model.TicketID
	var first string
	for i, p := range all {
		if i%batch == 0 {
			first = p.ID
			h.Later(2 * time.Hour)
			r := h.receive(htmlMail(p, ""))
			tickets = append(tickets, r.Ticket)
			if r.Outcome != model.MailToTicket {
				t.Fatalf("%s became %s (%s)", p.ID, r.Outcome, r.Reason)
			}
			continue
		}
		if r := h.receive(htmlMail(p, first)); r.Outcome != model.MailToReply || r.Ticket != tickets[len(tickets)-1] {
			t.Fatalf("%s became %s (%s) of %d", p.ID, r.Outcome, r.Reason, r.Ticket)
		}
	}
	agent, client, guest := h.open(alan, browser.Options{}), h.open(carol, browser.Options{}), h.open(nil, browser.Options{})
	for n, id := range tickets {
		shown := min(batch, len(all)-n*batch)
		for _, view := range []struct {
			p  *browser.Page
			at string
		}{
			{agent, fmt.Sprintf("agent/tickets/%d/?show=all", id)},
			{client, fmt.Sprintf("tickets/%d/?show=all", id)},
			{guest, "guest/" + h.guestToken(id, carol.ID) + "/?show=all"},
		} {
			if status := view.p.Goto(view.at); status != 200 {
				t.Fatalf("%s answers %d", view.at, status)
			}
			if got := browser.Eval[int](view.p, `document.querySelectorAll("#thread [data-message]").length`); got != shown {
				t.Errorf("%s shows %d messages of %d", view.at, got, shown)
			}
			quiet(t, view.p, view.at)
		}
	}
	found := browser.Eval[[]string](agent, `(document.querySelector("#thread .body").innerHTML += "<b id=x name=y>z</b>", `+active+`)`)
	if len(found) != 2 {
		t.Errorf("the check itself finds %q in what is not harmless", found)
	}
	originals(t, h, alan, all, tickets)
	live(t, h, agent, tickets[len(tickets)-1], first, all)
}

// quiet fails the test for everything a payload achieved.
func quiet(t *testing.T, p *browser.Page, at string) {
	t.Helper()
	for _, bad := range browser.Eval[[]string](p, active) {
		t.Errorf("%s: message %s", at, bad)
	}
	for _, problem := range p.Problems() {
		t.Errorf("%s: %s", at, problem)
	}
	for _, said := range p.Dialogs() {
		t.Errorf("%s opens a dialog: %s", at, said)
	}
}

// guestToken is the secret of a private page of the ticket.
func (h *house) guestToken(id model.TicketID, person model.PersonID) string {
	h.t.Helper()
	ctx, secret := context.Background(), ""
	err := h.DB().Write(ctx, func(tx *store.Tx) (err error) {
		_, secret, err = h.Verbs().NewGuestToken(tx.Ctx, model.System("test"), tx, id, person)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return secret
}

// live receives payloads while the page is open: they come in by the stream.
func live(t *testing.T, h *house, p *browser.Page, id model.TicketID, first string, all []payload) {
	t.Helper()
	p.Goto(fmt.Sprintf("agent/tickets/%d/?show=all", id))
	before := browser.Eval[int](p, `document.querySelectorAll("#thread [data-message]").length`)
	h.Later(2 * time.Hour)
	n := 0
	for i := 7; i < len(all); i += len(all) / 12 {
		n++
		again := payload{ID: all[i].ID + "-again", Input: all[i].Input}
		if r := h.receive(htmlMail(again, first)); r.Ticket != id {
			t.Fatalf("%s became %s of %d", again.ID, r.Outcome, r.Ticket)
		}
	}
	p.WaitTrue(fmt.Sprintf(`document.querySelectorAll("#thread [data-message]").length === %d`, before+n))
	quiet(t, p, "the live page")
}

// originals opens the mails as they were sent: in their frame nothing may run
// or load, whatever they hold. Chromium says on the console what it blocked.
func originals(t *testing.T, h *house, alan *helpdesktest.Person, all []payload, tickets []model.TicketID) {
	t.Helper()
	var messages []model.MessageID
	for _, id := range tickets {
		v, err := h.Verbs().ViewTicket(context.Background(), alan.Actor(), id, desk.Look{All: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range v.Items {
			messages = append(messages, m.ID)
		}
	}
	p := h.open(alan, browser.Options{})
	p.Allow("Content Security Policy", "sandboxed", "Refused to", "blocked")
	step := len(all) / 25
	if slow() {
		step = 1
	}
	for i := 0; i < len(all); i += step {
		m := messages[i]
		if status := p.Goto(fmt.Sprintf("agent/messages/%d/original/", m)); status != 200 {
			t.Errorf("the original of %s answers %d", all[i].ID, status)
		}
		for _, r := range p.Requests() {
			if !strings.HasPrefix(r.URL, h.base) && r.Failed == "" && !strings.HasPrefix(r.URL, "about:") {
				t.Errorf("the original of %s asks for %s", all[i].ID, r.URL)
			}
		}
		p.Forget()
		if said := p.Dialogs(); len(said) > 0 {
			t.Fatalf("the original of %s opens a dialog: %s", all[i].ID, said)
		}
	}
}
