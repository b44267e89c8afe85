package model

import (
	"slices"
	"strings"
	"testing"
)

func TestFill(t *testing.T) {
	vars := Vars{"requester.name": "Sarah *O'Neill*", "requester.first_name": "", "ticket.subject": "# Help\n[x](y) {{agent.name}}", "agent.name": "Ada ⟦x⟧"}
	for _, c := range []struct{ in, want string }{
		{"Hi {{requester.name}},", `Hi Sarah \*O'Neill\*,`},
		{"Hi {{ requester.first_name | there }},", "Hi there,"},
		{"Hi {{requester.first_name}},", "Hi ⟦requester first name⟧,"},
		{"Hi {{requester.first_name|}}!", "Hi !"},
		{"About {{ticket.subject}}", `About \# Help \[x\](y) \{\{agent.name\}\}`},
		{"{{nobody.knows}} and {{nobody|x}} stay", "{{nobody.knows}} and {{nobody|x}} stay"},
		{"Order {{?order number}} and {{? date }}", "Order ⟦order number⟧ and ⟦date⟧"},
		{"{{?}}", "⟦…⟧"},
		{"{{agent.name}}", `Ada \[x\]`},
		{"{{ {{agent.name}} }}", `{{ Ada \[x\] }}`},
		{"open {{agent.name", "open {{agent.name"},
		{"no {{lines\nlike}} this", "no {{lines\nlike}} this"},
		{"{ {agent.name}} {}", "{ {agent.name}} {}"},
	} {
		if got := Fill(c.in, vars); got != c.want {
			t.Errorf("Fill(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestEscapeMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"sarah_k@example.com": "sarah_k@example.com", "_x_": `\_x\_`, "1. first": `1\. first`, "v1.2": "v1.2", "- no": `\- no`, "a - b": "a - b",
		"<b>AT&T</b> &amp;": `\<b\>AT\&T\</b\> \&amp;`, "two\nlines": "two lines", "a | b": `a \| b`, "hi @support": `hi \@support`, "": "",
	} {
		if got := EscapeMarkdown(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestOpenBlank(t *testing.T) {
	for in, want := range map[string]string{
		"Order ⟦order number⟧.": "order number", "none": "", "⟦⟧": "", "⟦never closed": "", "⟦a⟦b⟧": "b", "⟦two\nlines⟧ ⟦c⟧": "c",
	} {
		if got := OpenBlank(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestUnknownVariables(t *testing.T) {
	got := UnknownVariables("{{agent.name}} {{?x}} {{colour}} {{ticket.field.order}} {{ticket.field.size|none}}", []string{"order"})
	if !slices.Equal(got, []string{"{{colour}}", "{{ticket.field.size|none}}"}) {
		t.Errorf("unknown: %q", got)
	}
}

func TestCannedBody(t *testing.T) {
	c := Canned{Bodies: Localized{"": "any", "de": "deutsch", "pt-BR": "brasil"}}
	for want, langs := range map[string][]string{
		"deutsch": {"", "de-AT", "en"}, "brasil": {"pt-BR"}, "any": {"fr", "", "ar"},
	} {
		if got := c.Body(langs...); got != want {
			t.Errorf("%q gives %q, want %q", langs, got, want)
		}
	}
	if got := (Canned{Bodies: Localized{"ar": "نص"}}).Body("en"); got != "نص" {
		t.Errorf("without a text for any language: %q", got)
	}
}

func TestFuzzy(t *testing.T) {
	if Fuzzy("", "x", "", "") == 0 || Fuzzy("vpn reset", "VPN reset steps", "", "") == 0 || Fuzzy("vrs", "VPN reset steps", "", "") == 0 {
		t.Error("what fits is not found")
	}
	if Fuzzy("vpn zebra", "VPN reset steps", "Network", "Turn it off") != 0 {
		t.Error("a word that is nowhere is found")
	}
	order := []int{Fuzzy("refund", "Refund approved", "", ""), Fuzzy("refund", "About a refund", "", ""), Fuzzy("refund", "Money", "Refund", ""), Fuzzy("refund", "Money", "", "a refund"), Fuzzy("rfd", "Refund", "", "")}
	if !slices.IsSortedFunc(order, func(a, b int) int { return b - a }) {
		t.Errorf("worse hits come first: %v", order)
	}
}

func TestFirstName(t *testing.T) {
	for in, want := range map[string]string{"Sarah Miller": "Sarah", "Miller, Sarah": "Sarah", "سارة منصور": "سارة", "": "", "sarah@example.com": "", "Acme, Inc. Support": "Inc."} {
		if got := FirstName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzFill(f *testing.F) {
	for _, s := range []string{"{{agent.name}}", "{{?x|y}}", "{{{{}}}}", "⟦a⟧{{", "{{a|b}}"} {
		f.Add(s, "v*a_l")
	}
	f.Fuzz(func(t *testing.T, body, value string) {
		out := Fill(body, Vars{"agent.name": value})
		if !strings.Contains(body, "{{") && out != body {
			t.Errorf("a text without variables changed: %q", out)
		}
		if OpenBlank(EscapeMarkdown(value)) != "" {
			t.Errorf("a value brings a blank: %q", value)
		}
		if strings.ContainsAny(EscapeMarkdown(value), "\n\r") {
			t.Errorf("a value brings a line: %q", value)
		}
	})
}
