package command

import (
	"strings"
	"testing"
)

func TestWakeCommand(t *testing.T) {
	p := newProgram(t)
	if p.typing("", "wake-snoozed-tickets"); p.code != Done || strings.TrimSpace(p.out) != "woken 0" {
		t.Fatalf("%d %q %s", p.code, p.out, p.err)
	}
	if p.typing("", "wake-snoozed-tickets", "all"); p.code != Misused {
		t.Errorf("an argument: %d", p.code)
	}
}
