package command

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// typing runs the program with something on standard input.
func (p *program) typing(input string, args ...string) *program {
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(input), out: &out, err: &errs, environ: p.env, dir: p.dir}
	p.code = a.run(context.Background(), append(args, "--data", p.dir+"/data"))
	p.out, p.err = out.String(), errs.String()
	return p
}

func TestUserCommands(t *testing.T) {
	p := newProgram(t)
	if p.typing("", "user", "list", "--json"); p.code != Done || strings.TrimSpace(p.out) != "[]" {
		t.Fatalf("empty list: %d %q %s", p.code, p.out, p.err)
	}
	add := []string{"user", "add", "--email", "Root@help.test", "--name", "Root", "--kind", "admin", "--password-stdin"}
	if p.typing("correct horse battery\n", add...); p.code != Done {
		t.Fatalf("add: %d %s", p.code, p.err)
	}
	if p.typing("correct horse battery\n", add...); p.code != Failed || !strings.Contains(p.err, "belongs to somebody") {
		t.Errorf("twice: %d %s", p.code, p.err)
	}
	for _, c := range []struct {
		input string
		code  int
		args  []string
	}{
		{"short\n", Failed, []string{"user", "add", "--email", "x@help.test", "--name", "X", "--password-stdin"}},
		{"", Misused, []string{"user", "add", "--email", "x@help.test", "--name", "X", "--password-stdin"}},
		{"", Misused, []string{"user", "add", "--email", "x@help.test", "--name", "X", "--kind", "boss"}},
		{"", Misused, []string{"user", "add", "--email", "x@help.test"}},
		{"", Failed, []string{"user", "add", "--email", "x@help.test", "--name", "X", "--kind", "agent", "--department", "nowhere"}},
		{"", Failed, []string{"user", "add", "--email", "not an address", "--name", "X"}},
		{"", Misused, []string{"user", "passwd", "root@help.test"}},
		{"another fine one\n", Failed, []string{"user", "passwd", "who@help.test", "--password-stdin"}},
		{"another fine one\n", Done, []string{"user", "passwd", "root@help.test", "--password-stdin"}},
		{"", Done, []string{"user", "add", "--email", "carol@help.test", "--name", "Carol"}},
		{"", Done, []string{"user", "list"}},
	} {
		if p.typing(c.input, c.args...); p.code != c.code {
			t.Errorf("%v: %d, want %d: %s", c.args, p.code, c.code, p.err)
		}
	}
	p.typing("", "user", "list", "--json")
	var rows []userRow
	if err := json.Unmarshal([]byte(p.out), &rows); err != nil {
		t.Fatalf("%v: %s", err, p.out)
	}
	if len(rows) != 2 || rows[0].Email != "root@help.test" || rows[0].Kind != "admin" || !rows[0].Password || rows[1].Password || !rows[1].Active {
		t.Errorf("%+v", rows)
	}
}
