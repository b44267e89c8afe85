package helpdesk_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// twin is one of two desks that write to each other.
type twin struct {
	*helpdesktest.Desk
	smtp    *helpdesktest.SMTP
	address string
}

func newTwin(t *testing.T, address string) *twin {
	t.Helper()
	smtp := helpdesktest.NewSMTP(t)
	_, domain, _ := strings.Cut(address, "@")
	d := helpdesktest.New(t, helpdesktest.Settings("smtp_url", smtp.URL, "mail_from", "Support <"+address+">", "reply_domain", domain, "base_url", "https://"+domain))
	return &twin{d, smtp, address}
}

// machine are the headers by which programs tell each other that no person
// wrote; gateways take them away.
var machine = regexp.MustCompile(`(?mi)^(Auto-Submitted|X-Auto-Response-Suppress|Precedence|List-Id):.*\r\n(?:[ \t].*\r\n)*`)

// passes carries what two desks send each other, and only that, and tells how
// many mails there were. between runs after each round.
func passes(t *testing.T, a, b *twin, strip bool, between func()) int {
	t.Helper()
	n := 0
	for range 30 {
		moved := false
		for _, way := range [][2]*twin{{a, b}, {b, a}} {
			from, to := way[0], way[1]
			from.Settle()
			mails := from.smtp.Messages()
			from.smtp.Forget()
			_, domain, _ := strings.Cut(to.address, "@")
			for _, m := range mails {
				if !strings.HasSuffix(m.To[0], "@"+domain) {
					continue
				}
				raw := append([]byte("Return-Path: <"+m.From+">\r\nDelivered-To: "+m.To[0]+"\r\n"), m.Raw...)
				if strip {
					raw = machine.ReplaceAll(append([]byte("Return-Path: <"+from.address+">\r\nDelivered-To: "+m.To[0]+"\r\n"), m.Raw...), nil)
				}
				if _, err := to.Verbs().ReceiveMail(context.Background(), model.System("mail"), bytes.NewReader(raw), desk.Arrival{Door: "pipe", Live: true}); err != nil {
					t.Fatal(err)
				}
				n, moved = n+1, true
			}
			for _, d := range []*twin{a, b} {
				d.Later(time.Second)
			}
		}
		if between != nil {
			between()
		}
		if !moved {
			return n
		}
	}
	return n
}

// TestTwoDesksFallSilent lets two desks be each other's customers.
func TestTwoDesksFallSilent(t *testing.T) {
	for _, c := range []struct {
		name   string
		strip  bool
		assign bool
	}{{"marked as automatic", false, false}, {"marks taken away", true, false}, {"with somebody on it", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			a, b := newTwin(t, "support@a.test"), newTwin(t, "support@b.test")
			ctx := context.Background()
			for _, d := range []*twin{a, b} {
				d.Admin("ada")
			}
			// Somebody opens a ticket at A in the name of B's mailbox.
			if _, _, err := a.Verbs().OpenGuestTicket(ctx, model.Nobody(), model.NewTicket{Subject: "Hello", Body: "Loop?", RequesterName: "B", RequesterEmail: b.address}, false); err != nil {
				t.Fatal(err)
			}
			between := func() {
				if !c.assign {
					return
				}
				for _, d := range []*twin{a, b} {
					page, err := d.Verbs().Tickets(ctx, model.System("test"), model.TicketFilter{Any: true, Page: 1, PerPage: 10})
					if err != nil {
						t.Fatal(err)
					}
					for _, row := range page.Rows {
						if row.Status == model.Open {
							if err := d.Verbs().SetStatus(ctx, model.System("clock"), row.ID, model.InProgress, desk.Change{}); err != nil {
								t.Fatal(err)
							}
						}
					}
				}
			}
			if n := passes(t, a, b, c.strip, between); n < 1 || n > 3 {
				t.Errorf("%d mails went between two desks", n)
			}
			// A person at A answers: their words arrive, and start nothing.
			if _, err := a.Verbs().Reply(ctx, a.Agent("sam").Actor(), 1, model.NewReply{Body: "Are you a machine?"}); err != nil {
				t.Fatal(err)
			}
			if n := passes(t, a, b, c.strip, between); n < 1 || n > 3 {
				t.Errorf("after an answer %d mails went between two desks", n)
			}
		})
	}
}

// TestManyTicketsOfADeskAreFewReceipts opens more and more in the name of
// another desk's mailbox, by mail and by the form.
func TestManyTicketsOfADeskAreFewReceipts(t *testing.T) {
	a := newTwin(t, "support@a.test")
	a.Admin("ada")
	ctx := context.Background()
	for i := range 12 {
		raw := "From: Buy gold at https://evil.test now <victim@b.test>\r\nTo: support@a.test\r\nSubject: Gold " + strings.Repeat("x", i+1) + "\r\nMessage-ID: <m" + strings.Repeat("i", i+1) + "@b.test>\r\n\r\nVisit https://evil.test\r\n"
		if _, err := a.Verbs().ReceiveMail(ctx, model.System("mail"), strings.NewReader(raw), desk.Arrival{Door: "pipe", Live: true}); err != nil {
			t.Fatal(err)
		}
		a.Settle()
		a.Later(time.Minute)
	}
	mails := 0
	for _, m := range a.smtp.Messages() {
		if m.To[0] != "victim@b.test" {
			continue
		}
		mails++
		if all := string(m.Raw) + m.Text + m.HTML + m.Subject; strings.Contains(all, "evil") || strings.Contains(strings.ToLower(all), "gold") {
			t.Errorf("a receipt repeats what its sender wrote:\n%s", m.Raw)
		}
		if m.Header.Get("Auto-Submitted") == "" {
			t.Errorf("a receipt that does not say it is automatic:\n%s", m.Raw)
		}
	}
	if mails != 3 {
		t.Errorf("%d receipts in twelve minutes, want 3", mails)
	}
}

// people are the mails in the folders of machines that a person wrote, or that
// say so.
var people = map[string]bool{
	"loop/auto-no.eml": true, "loop/replyto-self.eml": true, "auto-reply/auto-reply-0009-spamassassin.eml": true,
	"bounce-dsn/bounce-dsn-0046-mail-deliverystatu.eml": true, "bounce-dsn/bounce-dsn-0081-set-of-emails.eml": true, "bounce-dsn/bounce-dsn-0095-set-of-emails.eml": true,
	"bounce-dsn/bounce-dsn-0117-set-of-emails.eml": true, "bounce-dsn/bounce-dsn-0168-mail-deliverystatu.eml": true, "bounce-dsn/bounce-dsn-0295-mail-deliverystatu.eml": true,
	"bounce-dsn/bounce-dsn-0349-mail-deliverystatu.eml": true, "bounce-dsn/bounce-dsn-0351-set-of-emails.eml": true, "bounce-dsn/bounce-dsn-0439-mail-deliverystatu.eml": true,
	"bounce-dsn/bounce-dsn-0449-set-of-emails.eml": true, "bounce-dsn/bounce-dsn-0476-set-of-emails.eml": true, "bounce-dsn/bounce-dsn-0500-set-of-emails.eml": true,
}

// TestMachinesAreNotAnswered brings what programs have written: automatic
// answers, reports of undelivered mail, lists. Nothing goes out to anybody but
// the staff.
func TestMachinesAreNotAnswered(t *testing.T) {
	root := os.Getenv("ESCALATED_TESTDATA")
	if root == "" {
		root = "../../shared"
	}
	most := 60
	if os.Getenv("ESCALATED_SLOW") != "" {
		most = 100_000
	}
	var mails []string
	for _, dir := range []string{"auto-reply", "bounce-dsn", "feedback-arf", "mailing-list", "hostile/loop"} {
		list, err := filepath.Glob(filepath.Join(root, "mail", dir, "*.eml"))
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(list)/most) // from all over the folder
		for i := 0; i < len(list); i += step {
			mails = append(mails, list[i])
		}
	}
	if len(mails) == 0 {
		t.Skip("no mails: set ESCALATED_TESTDATA")
	}
	a := newTwin(t, "support@help.test")
	a.Admin("ada")
	from := map[string]string{}
	for _, name := range mails {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.Verbs().ReceiveMail(context.Background(), model.System("mail"), bytes.NewReader(raw), desk.Arrival{Door: "pipe", Live: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		a.Settle()
		a.Later(30 * time.Second)
		for _, m := range a.smtp.Messages() {
			if m.To[0] != "ada@help.test" {
				from[filepath.Base(filepath.Dir(name))+"/"+filepath.Base(name)] = m.To[0] + " " + m.Subject + " " + string(r.Outcome)
			}
		}
		a.smtp.Forget()
	}
	for name, what := range from {
		if !people[name] {
			t.Errorf("%s is answered: %s", name, what)
		}
	}
	t.Logf("%d mails", len(mails))
}
