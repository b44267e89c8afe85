package mail

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a@b.test", "<a@b.test>"},
		{"  A@B.Test  ", "<a@b.test>"},
		{"Ada <a@b.test>", "Ada<a@b.test>"},
		{`"Lovelace, Ada" <a@b.test>, x@y.test`, "Lovelace, Ada<a@b.test>|<x@y.test>"},
		{"a@b.test (Ada (nested) L)", "Ada (nested) L<a@b.test>"},
		{"=?utf-8?Q?J=C3=BCrgen?= <j@b.test>", "Jürgen<j@b.test>"},
		{`"=?utf-8?Q?J=C3=BCrgen?=" <j@b.test>`, "Jürgen<j@b.test>"},
		{"=?utf-8?Q?victim=40corp.test?= <eve@evil.test>", "victim@corp.test<eve@evil.test>"},
		{"=?utf-8?Q?victim=40corp.test?=", "victim@corp.test<>"},
		{`"victim@corp.test" <eve@evil.test>`, "victim@corp.test<eve@evil.test>"},
		{`"victim@corp.test"`, "victim@corp.test<>"},
		{`"a@b.test, c@d.test" <eve@evil.test>`, "a@b.test, c@d.test<eve@evil.test>"},
		{"Team: a@b.test, Bob <c@d.test>;", "<a@b.test>|Bob<c@d.test>"},
		{"undisclosed-recipients:;", ""},
		{"<@x.test,@y.test:a@b.test>", "<a@b.test>"},
		{"Bob <b@x.test> Bobby <c@x.test>", "Bob<b@x.test>|Bobby<c@x.test>"},
		{"Ada Lovelace a@b.test", "Ada Lovelace<a@b.test>"},
		{`"A Person" a@b.test>`, "A Person<a@b.test>"},
		{`"john doe"@b.test`, ""},
		{`<"john doe"@b.test>`, `<"john doe"@b.test>`},
		{`<"john.doe"@b.test>`, `<john.doe@b.test>`},
		{"a @ b.test", "<a@b.test>"},
		{"mailto:a@b.test", "<a@b.test>"},
		{"a@b.test.", "<a@b.test>"},
		{"a@[192.0.2.1]", "<a@[192.0.2.1]>"},
		{"victim@corp.test\x00@evil.test", "?"},
		{"<vic\x00tim@corp.test>", ""},
		{"<a@b@c.test>", ""},
		{"MAILER-DAEMON", "MAILER-DAEMON<>"},
		{"Mail System <MAILER-DAEMON>", "Mail System<>"},
		{"jürgen@bücher.test", "<jürgen@bücher.test>"},
		{`"unclosed <a@b.test>`, "unclosed<a@b.test>"},
		{"", ""},
		{"<>", ""},
		{",,;,", ""},
	} {
		list, count := parseAddresses([]byte(c.in), "", 100)
		var got []string
		for _, a := range list {
			got = append(got, a.Name+"<"+a.Address+">")
			if !utf8.ValidString(a.Name + a.Address) {
				t.Errorf("%q: invalid UTF-8", c.in)
			}
		}
		joined := strings.Join(got, "|")
		if c.want == "?" { // whatever it is, it is nobody
			if strings.Contains(joined, "<victim") || strings.Contains(joined, "evil.test>") {
				t.Errorf("%q: %q is somebody", c.in, joined)
			}
			continue
		}
		if c.in == `"john doe"@b.test` {
			if strings.Contains(joined, "<doe") {
				t.Errorf("%q: %q", c.in, joined)
			}
			continue
		}
		if joined != c.want || count != len(list) {
			t.Errorf("%q: %q (%d), want %q", c.in, joined, count, c.want)
		}
	}
}

func TestInternationalDomain(t *testing.T) {
	list, _ := parseAddresses([]byte("<info@BÜCHER.test>"), "", 1)
	if list[0].Address != "info@bücher.test" || list[0].ASCII != "info@xn--bcher-kva.test" {
		t.Errorf("%+v", list)
	}
}
