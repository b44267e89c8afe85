package mail

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"escalated/model"
)

// testMails returns the folder of test mails, or skips the test.
func testMails(t testing.TB) string {
	t.Helper()
	root := os.Getenv("ESCALATED_TESTDATA")
	if root == "" {
		root = "../../shared"
	}
	dir := filepath.Join(root, "mail")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no test mails in %s; set ESCALATED_TESTDATA", dir)
	}
	return dir
}

func mailFiles(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".eml") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(files)
	return files
}

// TestEveryMailIsRead reads the whole corpus: nothing crashes, nothing is over
// its time, and what another parser finds is found here too.
func TestEveryMailIsRead(t *testing.T) {
	counts := map[string]int{}
	reference := enmime.NewParser(enmime.SkipMalformedParts(true), enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.DisableTextConversion(true), enmime.MaxStoredPartErrors(20))
	for _, path := range mailFiles(t, testMails(t)) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".eml")
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		start := time.Now()
		m, err := Parse(ctx, raw)
		if spent := time.Since(start); spent > 500*time.Millisecond {
			t.Logf("%s: %v", name, spent)
		}
		cancel()
		counts["all"]++
		var limit ErrLimits
		switch {
		case errors.As(err, &limit):
			counts["limit "+limit.What]++
			continue
		case errors.Is(err, ErrUnreadable):
			counts["unreadable"]++
			continue
		case err != nil:
			t.Errorf("%s: %v", name, err)
			continue
		}
		countMail(counts, m)
		if m.Has("parser_failed") {
			t.Errorf("%s: the parser failed", name)
		}
		checkValid(t, name, m)
		if !strings.Contains(path, "hostile") {
			compareWith(t, reference, name, raw, m, counts)
		}
	}
	var lines []string
	for k, n := range counts {
		lines = append(lines, k+" "+itoa(n))
	}
	sort.Strings(lines)
	t.Log(strings.Join(lines, "; "))
	if counts["all"] < 2000 {
		t.Errorf("only %d mails", counts["all"])
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func countMail(counts map[string]int, m model.InboundEmail) {
	if m.From.Address == "" {
		counts["without from"]++
	}
	if m.Text == "" && m.HTML == "" {
		counts["without body"]++
	}
	if m.HTMLOnly {
		counts["html only"]++
	}
	if m.Date == 0 {
		counts["without date"]++
	}
	if reason, yes := m.Automatic(); yes {
		counts["machine"]++
		counts["machine "+reason]++
	}
	counts["files"] += len(m.Files)
	for _, w := range m.Warnings {
		counts["! "+w]++
	}
}

// checkValid holds what every result promises.
func checkValid(t *testing.T, name string, m model.InboundEmail) {
	t.Helper()
	for what, s := range map[string]string{"subject": m.Subject, "from": m.From.Name, "address": m.From.Address, "id": m.MessageID} {
		if strings.ContainsAny(s, "\r\n\x00\t") {
			t.Errorf("%s: %s holds controls: %q", name, what, s)
		}
	}
	for what, s := range map[string]string{"subject": m.Subject, "text": m.Text, "html": m.HTML, "from": m.From.Name} {
		if strings.ToValidUTF8(s, "") != s || strings.Contains(s, "\x00") {
			t.Errorf("%s: %s is not clean UTF-8", name, what)
		}
	}
	for _, f := range m.Files {
		if f.Filename == "" || strings.ContainsAny(f.Filename, "\r\n\x00") {
			t.Errorf("%s: file name %q", name, f.Filename)
		}
	}
}

// compareWith reads the mail with the reference parser.
func compareWith(t *testing.T, reference *enmime.Parser, name string, raw []byte, m model.InboundEmail, counts map[string]int) {
	t.Helper()
	b, _, _ := unwrapRaw(normalEnds(raw))
	e, err := reference.ReadEnvelope(strings.NewReader(string(b)))
	if err != nil {
		counts["reference failed"]++
		return
	}
	if (strings.TrimSpace(e.Text) != "" || strings.TrimSpace(e.HTML) != "") && m.Text == "" && m.HTML == "" && len(m.Files) == 0 {
		t.Errorf("%s: the reference finds a body", name)
	}
	if e.GetHeader("Subject") != "" && m.Subject == "" {
		t.Logf("%s: reference subject %q", name, e.GetHeader("Subject"))
	}
	if list, err := e.AddressList("From"); err == nil && len(list) > 0 && !strings.EqualFold(list[0].Address, m.From.Address) {
		counts["from differs"]++
		t.Logf("%s: from %q, reference %q", name, m.From.Address, list[0].Address)
	}
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	if a, b := squeeze(e.Text), squeeze(m.Text); a != b {
		counts["text differs"]++
		if os.Getenv("MAIL_DIFF") != "" {
			t.Logf("%s: text %d, reference %d\n  ours %.150q\n  ref  %.150q", name, len(b), len(a), b, a)
		}
	}
	if n := len(e.Attachments) + len(e.Inlines) + len(e.OtherParts); n != len(m.Files) {
		counts["files differ"]++
		if os.Getenv("MAIL_DIFF") != "" {
			t.Logf("%s: files %d, reference %d", name, len(m.Files), n)
		}
	}
}
