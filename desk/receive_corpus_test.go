package desk

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"escalated/model"
	"escalated/safe"
)

// mailFolder finds the mails for tests, or skips.
func mailFolder(t *testing.T) string {
	t.Helper()
	root := os.Getenv("ESCALATED_TESTDATA")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	dir := filepath.Join(root, "mail")
	if _, err := os.Stat(filepath.Join(dir, "hostile.tsv")); err != nil {
		t.Skipf("no mails for tests at %s; set ESCALATED_TESTDATA", dir)
	}
	return dir
}

// hostile are the outcomes that are right for a class of hostile mails, and
// those of single files that are not what their class is.
var hostile = map[string]string{
	"attach-active": "ticket", "attach-bomb": "ticket", "attach-name": "ticket", "charset-attack": "ticket", "inject": "ticket",
	"mime-bomb": "ticket quarantined", "oddity": "ticket quarantined", "regex-dos": "ticket", "remote-content": "ticket",
	"xss-body": "ticket", "xss-header": "ticket", "loop": "ticket", "spoof-thread": "ticket",

	"loop/dsn-delayed": "ignored", "loop/dsn-forged": "ignored", "loop/from-daemon": "ignored", "loop/from-self": "ignored",
	"spoof-thread/from-nul": "quarantined", "spoof-thread/two-from": "ticket quarantined",
}

// The hostile mails presume the mailbox support@help.test, the agent
// agent1@help.test and a ticket 1. None may touch the ticket, pass for the
// agent or be answered by a machine.
func TestHostileMails(t *testing.T) {
	dir := mailFolder(t)
	f, err := os.Open(filepath.Join(dir, "hostile.tsv"))
	must(t, err)
	defer f.Close()
	table := csv.NewReader(f)
	table.Comma, table.LazyQuotes = '\t', true
	rows, err := table.ReadAll()
	must(t, err)
	p := newPostRig(t)
	victim := p.person(model.KindCustomer, "Victim")
	agent := p.person(model.KindAgent, "Agent1")
	ticket := p.opens(victim, "Broken door")
	before := p.now(ticket.ID)
	for _, row := range rows[1:] {
		name, class := row[0], row[1]
		want, ok := hostile[strings.TrimSuffix(strings.TrimPrefix(name, "hostile/"), ".eml")]
		if !ok {
			if want, ok = hostile[class]; !ok {
				t.Errorf("%s: class %s is not known here", name, class)
				continue
			}
		}
		raw, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		p.later(61_000_000_000 * 2) // so that they are no flood
		r := p.bring(string(raw), true)
		if !strings.Contains(want, string(r.Outcome)) {
			t.Errorf("%s: %s %q, want %s (%s)", name, r.Outcome, r.Reason, want, row[3])
		}
		if r.Ticket == ticket.ID {
			t.Errorf("%s came into ticket 1 (%s)", name, row[3])
		}
		automatic := r.Reason == "automatic" || r.Reason == "possible_reply"
		switch {
		case r.Outcome != model.MailToTicket:
		case strings.Contains(row[3], "no automatic reply") && !automatic && !p.automatic(r.Ticket):
			t.Errorf("%s would be answered", name)
		case strings.Contains(row[3], "IS human") && p.automatic(r.Ticket):
			t.Errorf("%s is a person's", name)
		}
		p.checkMessage(name, raw, r)
	}
	after := p.now(ticket.ID)
	if before.Version != after.Version || len(p.facts(ticket.ID)) != 1 {
		t.Errorf("ticket 1 was touched: %v", p.facts(ticket.ID))
	}
	recs, err := p.db.Read().RecordsAfter(p.ctx, 0, 10000)
	must(t, err)
	for _, rec := range recs {
		e, err := rec.Event()
		must(t, err)
		if e, ok := e.(model.ReplyAdded); ok && e.Staff || rec.Kind == "note.added" || rec.Kind == "status.changed" && rec.ActorID == agent.ID {
			t.Errorf("a mail acted as the staff: %s %s", rec.Kind, rec.Data)
		}
	}
}

// automatic reports whether a ticket is marked as a machine's.
func (p *postRig) automatic(id model.TicketID) bool {
	p.t.Helper()
	recs, err := p.db.Read().RecordsAfter(p.ctx, 0, 100000)
	must(p.t, err)
	for _, rec := range recs {
		if rec.TicketID != id || rec.Kind != "ticket.opened" {
			continue
		}
		e, err := rec.Event()
		must(p.t, err)
		return e.(model.TicketOpened).Automatic
	}
	return false
}

// checkMessage holds what is true of every mail that was taken in.
func (p *postRig) checkMessage(name string, raw []byte, r model.Receipt) {
	p.t.Helper()
	if r.SHA256 != sha256.Sum256(raw) {
		p.t.Errorf("%s: the hash is another", name)
	}
	kept, err := p.raw.Open(p.ctx, r.SHA256)
	must(p.t, err)
	b, err := io.ReadAll(kept)
	if kept.Close(); err != nil || !bytes.Equal(b, raw) {
		p.t.Errorf("%s: what is kept is not what came: %v", name, err)
	}
	if r.Ticket == 0 || r.Message == 0 {
		return
	}
	m := p.message(r.Message)
	if m.TicketID != r.Ticket || m.Body == "" || len(m.Body) > model.MaxBody || strings.ContainsRune(m.Body, 0) {
		p.t.Errorf("%s: message %d of ticket %d, %d bytes", name, m.ID, m.TicketID, len(m.Body))
	}
	harmless(p.t, name, m.HTML)
}

// harmless parses HTML as a browser does and looks for anything that acts,
// loads or covers. The addresses of pictures are our own.
func harmless(t testing.TB, name, in string) {
	t.Helper()
	if in == "" {
		return
	}
	if again, _ := safe.HTML(in, safe.HTMLOptions{Own: func(src string) bool { return strings.HasPrefix(src, "/attachments/") }}); again != in {
		t.Errorf("%s: sanitising the kept HTML again changes it", name)
	}
	z := html.NewTokenizer(strings.NewReader(in))
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		switch tok.Data {
		case "script", "style", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "link", "meta", "base", "template":
			if tok.Type != html.TextToken {
				t.Errorf("%s: <%s> is left", name, tok.Data)
			}
		}
		for _, a := range tok.Attr {
			switch {
			case a.Key == "href" && (strings.HasPrefix(a.Val, "http://") || strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "mailto:") || strings.HasPrefix(a.Val, "tel:")):
			case a.Key == "src" && tok.Data == "img" && strings.HasPrefix(a.Val, "/attachments/") && !strings.Contains(a.Val, "-"):
			case strings.Contains(" alt width height colspan rowspan start align dir rel target ", " "+a.Key+" "):
			default:
				t.Errorf("%s: <%s %s=%q> is left", name, tok.Data, a.Key, a.Val)
			}
		}
	}
}

// Every real mail becomes something, and nothing of it acts. A tenth of them
// by default, all with ESCALATED_SLOW=1.
func TestRealMails(t *testing.T) {
	dir := mailFolder(t)
	var names []string
	must(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".eml") {
			names = append(names, name)
		}
		return err
	}))
	p := newPostRig(t)
	n, counts, seen := 0, map[model.Outcome]int{}, map[[32]byte]bool{}
	for i, name := range names {
		if os.Getenv("ESCALATED_SLOW") == "" && i%10 != 0 {
			continue
		}
		raw, err := os.ReadFile(name)
		must(t, err)
		r := p.bring(string(raw), false)
		if seen[sha256.Sum256(raw)] != (r.Outcome == model.MailDuplicate) {
			t.Errorf("%s: %s", name, r.Outcome)
		}
		seen[r.SHA256] = true
		counts[r.Outcome]++
		n++
		p.checkMessage(name, raw, r)
	}
	sum := 0
	for _, c := range counts {
		sum += c
	}
	t.Logf("%d mails: %v", n, counts)
	if sum != n || counts[model.MailToTicket] < n/2 {
		t.Errorf("%d outcomes of %d mails: %v", sum, n, counts)
	}
	recs, err := p.db.Read().RecordsAfter(p.ctx, 0, 1<<20)
	must(t, err)
	for _, rec := range recs {
		e, err := rec.Event()
		must(t, err)
		switch e := e.(type) {
		case model.TicketOpened:
			if p.now(rec.TicketID).MessageCount == 0 || !e.Imported {
				t.Errorf("ticket %d has no message, or would be announced", rec.TicketID)
			}
		case model.ReplyAdded:
			if e.Staff || !e.Imported {
				t.Errorf("event %d: %+v", rec.ID, e)
			}
		}
	}
}
