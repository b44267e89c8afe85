package desk

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"escalated/model"
)

func TestWhoMayDecideAboutMail(t *testing.T) {
	p := newPostRig(t)
	cathy, anna, lee, ada := p.person(model.KindCustomer, "Cathy"), p.person(model.KindAgent, "Anna"), p.person(model.KindLight, "Lee"), p.person(model.KindAdmin, "Ada")
	ticket := p.opens(cathy, "Broken")
	to := "To: " + p.sign.ReplyAddress(ticket.ID, cathy.ID) + "@help.test"
	one, two, three := p.live("From: eve@evil.test", to), p.live("From: eve@evil.test", to), p.live("From: eve@evil.test", to, "Message-ID: <third@evil.test>")
	for _, by := range []model.Actor{model.Nobody(), cathy, lee, anna} {
		if _, err := p.Inbound(p.ctx, by, model.InboundFilter{}); err == nil {
			t.Errorf("%s sees the list", by.Kind)
		}
		if _, _, err := p.InboundRaw(p.ctx, by, one.Ledger); err == nil {
			t.Errorf("%s sees the raw mail", by.Kind)
		}
		is(t, p.DropMail(p.ctx, by, one.Ledger), model.ErrDenied)
		_, err := p.NewTicketFromMail(p.ctx, by, one.Ledger)
		is(t, err, model.ErrDenied)
		if by.Kind != model.KindAgent {
			if _, err := p.ReleaseMail(p.ctx, by, one.Ledger); err == nil {
				t.Errorf("%s released a mail", by.Kind)
			}
			if _, _, err := p.RawOfMessage(p.ctx, by, one.Message); err == nil && by.Kind != model.KindLight {
				t.Errorf("%s sees the original", by.Kind)
			}
		}
	}
	page, err := p.Inbound(p.ctx, ada, model.InboundFilter{Outcome: model.MailHeld})
	if err != nil || page.Total != 3 || page.Waiting[model.MailHeld] != 3 || page.Mails[0].ID != three.Ledger || page.Mails[0].Reference != ticket.Reference {
		t.Fatalf("%+v %v", page, err)
	}

	released, err := p.ReleaseMail(p.ctx, anna, one.Ledger)
	if err != nil || released.Outcome != model.MailToReply || p.message(one.Message).HeldAt != 0 {
		t.Fatalf("%+v %v", released, err)
	}
	if row, err := p.db.Read().Ledger(p.ctx, one.Ledger); err != nil || row.Outcome != model.MailToReply {
		t.Fatalf("%+v %v", row, err)
	}
	_, err = p.ReleaseMail(p.ctx, anna, one.Ledger)
	is(t, err, model.ErrDenied) // decided: nothing an agent may see
	if _, err := p.Release(p.ctx, anna, two.Message); err != nil {
		t.Fatal(err)
	}
	if row, err := p.db.Read().Ledger(p.ctx, two.Ledger); err != nil || row.Outcome != model.MailToReply {
		t.Fatalf("released in the ticket: %+v %v", row, err)
	}

	count := p.now(ticket.ID).MessageCount
	opened, err := p.NewTicketFromMail(p.ctx, ada, three.Ledger)
	if err != nil || opened.Outcome != model.MailToTicket || opened.Ticket == ticket.ID {
		t.Fatalf("%+v %v", opened, err)
	}
	if n := p.now(ticket.ID).MessageCount; n != count-1 {
		t.Errorf("%d messages, the held one is still counted", n)
	}
	if r := p.live("From: eve@evil.test", "In-Reply-To: <third@evil.test>"); r.Ticket != opened.Ticket {
		t.Errorf("an answer to it went to ticket %d", r.Ticket)
	}
	_, err = p.NewTicketFromMail(p.ctx, ada, three.Ledger)
	is(t, err, model.ErrConflict)

	four := p.live("From: zoe@corp.test", to)
	must(t, p.DropMail(p.ctx, ada, four.Ledger))
	is(t, p.DropMail(p.ctx, ada, four.Ledger), model.ErrConflict)
	if n := p.now(ticket.ID).MessageCount; n != count-1 {
		t.Errorf("%d messages after a drop", n)
	}
	bad := p.live("From: nobody in particular")
	_, err = p.ReleaseMail(p.ctx, ada, bad.Ledger)
	refused(t, err, "mail", "inbound_unusable")
	mine := p.live("From: support@help.test")
	_, err = p.NewTicketFromMail(p.ctx, ada, mine.Ledger)
	if model.Problems(err) == nil {
		t.Errorf("a ticket of ourselves: %v", err)
	}
	decided := 0
	recs, err := p.db.Read().RecordsAfter(p.ctx, 0, 1000)
	must(t, err)
	for _, r := range recs {
		if r.Kind == "inbound.decided" {
			decided++
		}
	}
	if decided != 3 {
		t.Errorf("%d decisions recorded, want 3", decided)
	}
}

func TestTheOriginalComesBackAsItWas(t *testing.T) {
	p := newPostRig(t)
	raw := p.letter("From: eve@evil.test", "", strings.Repeat("line\r\n", 10000))
	r := p.bring(raw, true)
	_, f, err := p.RawOfMessage(p.ctx, p.person(model.KindAgent, "Anna"), r.Message)
	must(t, err)
	defer f.Close()
	if b, err := io.ReadAll(f); err != nil || string(b) != raw {
		t.Fatalf("%d bytes of %d, %v", len(b), len(raw), err)
	}
	big := p.bring(p.letter("From: eve@evil.test", "", strings.Repeat(strings.Repeat("x", 76)+"\r\n", 500000)), true)
	if big.Outcome != model.MailQuarantined || big.Reason != "limit" {
		t.Fatalf("%+v", big)
	}
}

var pixel, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")

// part is a part of a multipart.
func part(headers, content string) string { return "--B\r\n" + headers + "\r\n\r\n" + content + "\r\n" }

func TestPicturesAndFilesOfAMail(t *testing.T) {
	p := newPostRig(t, "max_attachments", "2", "max_attachment_size_kb", "1")
	png := base64.StdEncoding.EncodeToString(pixel)
	b64 := "Content-Transfer-Encoding: base64\r\n"
	r := p.live("From: eve@evil.test", "MIME-Version: 1.0", "Content-Type: multipart/related; boundary=B", "",
		part("Content-Type: text/html", `<p>See <img src="cid:one@x" alt="shot"><img src="cid:none@x"><img src="https://evil.test/t.png"> <script>x()</script></p>`)+
			part(b64+"Content-Type: image/png; name=one.png\r\nContent-ID: <one@x>", png)+
			part(b64+"Content-Type: image/png; name=two.png", png)+
			part("Content-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment", "notes")+
			part("Content-Type: text/plain; name=more.txt\r\nContent-Disposition: attachment", "more")+
			part("Content-Type: text/plain; name=big.txt\r\nContent-Disposition: attachment", strings.Repeat("x", 3000))+
			part("Content-Type: text/plain; name=run.exe\r\nContent-Disposition: attachment", "MZ")+"--B--")
	m := p.message(r.Message)
	files, err := p.db.Read().AttachmentsOf(p.ctx, []model.MessageID{m.ID})
	must(t, err)
	names := ""
	for _, f := range files[m.ID] {
		names += f.Filename + " "
		if f.Inline && !strings.Contains(m.HTML, `<img src="/attachments/`+id(int64(f.ID))+`/" alt="shot"/>`) {
			t.Errorf("the picture is not in %s", m.HTML)
		}
	}
	if names != "two.png notes.txt one.png " {
		t.Errorf("files: %s", names)
	}
	if strings.Contains(m.HTML, "evil") || strings.Contains(m.HTML, "script") || strings.Count(m.HTML, "<img") != 1 || !strings.HasPrefix(m.Body, "See") {
		t.Errorf("%q %q", m.Body, m.HTML)
	}
	if n := p.now(r.Ticket).FileCount; n != 2 {
		t.Errorf("%d files counted", n)
	}
	told := map[string]bool{}
	recs, err := p.db.Read().RecordsAfter(p.ctx, 0, 1000)
	must(t, err)
	for _, rec := range recs {
		e, err := rec.Event()
		must(t, err)
		if e, ok := e.(model.AttachmentRejected); ok {
			told[e.Name+" "+e.Reason] = true
		}
	}
	if !told["more.txt too_many_files"] || !told["big.txt file_too_big"] || !told["run.exe file_blocked"] || len(told) != 3 {
		t.Errorf("told: %v", told)
	}
	empty := p.live("From: eve@evil.test", "Subject: Re:", "", "")
	if got := p.now(empty.Ticket); got.Subject != "(no subject)" || p.message(empty.Message).Body != "(no text)" {
		t.Errorf("%q", got.Subject)
	}
}

func id(n int64) string { return strings.TrimPrefix(model.Reference("", model.TicketID(n)), "-") }
