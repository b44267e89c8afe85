package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"escalated/desk"
	"escalated/mail"
	"escalated/model"
)

// receive lets the morning's mail come in, so that the page of incoming mail
// has one of each: an answer with pictures and bold letters, one from somebody
// who is not on the ticket, and what nobody has to read.
func (p *demoPlayer) receive(ctx context.Context, key []byte, tickets []*demoTicket) error {
	var open []*demoTicket
	for _, t := range tickets {
		if t.fate == fateCustomer && t.script.lang == "en" && t.customer.Password != "" && (len(open) == 0 || open[0].customer != t.customer) {
			open = append(open, t)
		}
	}
	if len(open) < 2 {
		return fmt.Errorf("only %d tickets wait for mail", len(open))
	}
	to := func(t *demoTicket) string {
		return mail.Signer{Key: key}.ReplyAddress(t.id, t.customer.id) + "@larkfield.example"
	}
	stranger := p.customers[5] // Marek Nowak, on neither ticket
	mails := []string{
		demoBounce,
		demoLoop,
		demoNobody,
		demoMail(stranger, to(open[0]), "Re: "+open[0].subject, "text/plain", "Hi, I run the shop next door and was told you can help me with the very same problem.\r\nMay I have a look at what you found?\r\n\r\nMarek"),
		demoMail(open[1].customer, to(open[1]), "Re: "+open[1].subject, "text/html", demoHTML),
	}
	for i, raw := range mails {
		p.clock.set(p.now.Add(-time.Duration(len(mails)-i) * 4 * time.Minute))
		raw = strings.ReplaceAll(raw, "$date", p.clock.now().Format(time.RFC1123Z))
		if _, err := p.desk.ReceiveMail(ctx, model.System("mail"), strings.NewReader(raw), desk.Arrival{Door: "pipe", Live: true}); err != nil {
			return fmt.Errorf("receive demo mail %d: %w", i, err)
		}
	}
	return nil
}

func demoMail(from *demoPerson, to, subject, kind, body string) string {
	return fmt.Sprintf("From: %s <%s>\r\nTo: %s <%s>\r\nSubject: %s\r\nDate: $date\r\nMessage-ID: <%x@%s>\r\nMIME-Version: 1.0\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
		from.Name, from.Email, demoName, to, subject, len(subject)*7919+int(from.id), strings.SplitN(from.Email, "@", 2)[1], kind, body)
}

const demoHTML = `<html><body style="font-family:Georgia"><p>Hello again,</p><p>I tried everything in your message, in order, and this is where we stand:</p>
<ol><li>Forgetting and adding again: <b>works</b></li><li>Restart of the tablet: <b>works</b>, takes two minutes</li><li>The last step: <span style="color:#b00020"><b>still fails</b></span>, every time</li></ol>
<table border="1" cellpadding="4"><tr><th>Till</th><th>Version</th><th>Result</th></tr><tr><td>1</td><td>4.2.3</td><td>ok</td></tr><tr><td>2</td><td>4.2.1</td><td>fails</td></tr></table>
<p>Could the older version be the reason? The <a href="https://status.larkfield.example/">status page</a> is all green.</p>
<blockquote><p>Tell me if the file looks right to you.</p></blockquote><p>Best<br>— sent from the shop floor</p></body></html>`

const demoBounce = "Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@mx.larkfield.example>\r\nTo: help@larkfield.example\r\nSubject: Undelivered Mail Returned to Sender\r\nDate: $date\r\n" +
	"Message-ID: <20417@mx.larkfield.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n" +
	"--r\r\nContent-Type: text/plain\r\n\r\nYour message to old-address@brightfield.test could not be delivered: the mailbox does not exist.\r\n" +
	"--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.larkfield.example\r\n\r\nFinal-Recipient: rfc822; old-address@brightfield.test\r\nAction: failed\r\nStatus: 5.1.1\r\n--r--\r\n"

const demoLoop = "From: Larkfield Support <help@larkfield.example>\r\nTo: help@larkfield.example\r\nSubject: Your ticket was received\r\nDate: $date\r\nMessage-ID: <loop-1@larkfield.example>\r\n\r\nThank you for your message.\r\n"

const demoNobody = "From: undisclosed-sender\r\nTo: help@larkfield.example\r\nSubject: Special price on printer paper, only today\r\nDate: $date\r\nMessage-ID: <paper-77@bulk.test>\r\n\r\n10,000 rolls at half the price. Answer now.\r\n"
