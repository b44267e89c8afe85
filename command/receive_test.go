package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// receives runs the command on a data directory of its own.
type receives struct {
	t    *testing.T
	data string
}

func (r receives) run(in string, args ...string) (code int, out, errs string) {
	r.t.Helper()
	var o, e bytes.Buffer
	a := &app{in: strings.NewReader(in), out: &o, err: &e, dir: r.t.TempDir()}
	code = a.run(r.t.Context(), append([]string{"receive", "--data", r.data, "--set", "mail_from=support@help.test"}, args...))
	return code, o.String(), e.String()
}

const letter = "From: Eve <eve@evil.test>\r\nSubject: Hello\r\nMessage-ID: <one@evil.test>\r\n\r\nHello\r\n"

// result reads what --json printed.
func result(t *testing.T, out string) (lines []line, messages int, outcomes map[string]int) {
	t.Helper()
	all := strings.Split(strings.TrimSpace(out), "\n")
	for _, s := range all[:len(all)-1] {
		var l line
		if err := json.Unmarshal([]byte(s), &l); err != nil {
			t.Fatalf("%v: %s", err, s)
		}
		lines = append(lines, l)
	}
	var last struct {
		Messages int            `json:"messages"`
		Outcomes map[string]int `json:"outcomes"`
	}
	if err := json.Unmarshal([]byte(all[len(all)-1]), &last); err != nil {
		t.Fatalf("%v: %s", err, all[len(all)-1])
	}
	sum := 0
	for _, n := range last.Outcomes {
		sum += n
	}
	if len(last.Outcomes) != 7 || sum != last.Messages || len(lines) != sum {
		t.Fatalf("the counts do not add up: %s", out)
	}
	return lines, last.Messages, last.Outcomes
}

func TestReceiveFromAPipe(t *testing.T) {
	r := receives{t, filepath.Join(t.TempDir(), "desk")}
	if code, out, errs := r.run(letter); code != Done || out != "" || errs != "" {
		t.Fatalf("%d %q %q", code, out, errs)
	}
	code, out, _ := r.run(letter, "--json")
	lines, _, outcomes := result(t, out)
	if code != Done || outcomes["duplicate"] != 1 || lines[0].Ticket != 1 || lines[0].Reference != "ESC-1" || lines[0].MessageID != "one@evil.test" || len(lines[0].SHA256) != 64 || lines[0].Reason != "same_bytes" {
		t.Fatalf("%d %s", code, out)
	}
	if code, _, _ := r.run(""); code != Done { // nothing in it, and kept
		t.Errorf("an empty message: %d", code)
	}
	for _, args := range [][]string{{"--wrong"}, {"--live", "--import"}, {"--set", "nonsense=1"}} {
		if code, _, errs := r.run(letter, args...); code != Retry || errs == "" {
			t.Errorf("%v: %d, the mail server would give the mail back", args, code)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := (receives{t, filepath.Join(file, "desk")}).run(letter); code != Retry {
		t.Errorf("without a data directory: %d", code)
	}
	if code, _, errs := r.run("", "/does/not/exist"); code != Failed || errs == "" {
		t.Errorf("a path that is not there: %d", code)
	}
}

func TestReceiveAnArchive(t *testing.T) {
	r := receives{t, filepath.Join(t.TempDir(), "desk")}
	dir := t.TempDir()
	write := func(name, content string) string {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	from := "From eve@evil.test Mon Sep 21 10:00:00 2026\n"
	write("b/two.eml", strings.ReplaceAll(letter, "one@", "two@"))
	write("a/one.eml", letter)
	write("a/one-again.EML", letter)
	write("a/line.eml", from+letter+"\n"+from+letter)
	write("a/notes.txt", letter)
	box := write("box", from+strings.ReplaceAll(letter, "one@", "three@")+"\n"+from+strings.ReplaceAll(letter, "one@", "four@"))
	code, out, errs := r.run("", "--json", dir, box)
	lines, n, outcomes := result(t, out)
	if code != Done || errs != "" || n != 6 || outcomes["ticket"] != 5 || outcomes["duplicate"] != 1 {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	for i, want := range []string{"a/line.eml", "a/one-again.EML", "a/one.eml", "b/two.eml", "box", "box"} {
		if lines[i].File != filepath.Join(dir, want) {
			t.Errorf("message %d is %s, want %s", i, lines[i].File, want)
		}
	}
	if code, out, _ := r.run("", box); code != Done || !strings.Contains(out, "duplicate    2") || !strings.Contains(out, "messages     2") {
		t.Errorf("%d %s", code, out)
	}
	if code, out, _ := r.run(from+letter+"\n"+from+letter, "--mbox", "--json"); code != Done || !strings.Contains(out, `"messages":2`) {
		t.Errorf("an mbox on standard input: %d %s", code, out)
	}
}
