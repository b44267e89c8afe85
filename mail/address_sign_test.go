package mail

import (
	"math"
	"strings"
	"testing"

	"escalated/model"
)

func testSigner(b byte) Signer { return Signer{Key: []byte(strings.Repeat(string('a'+b), 32))} }

func TestReplyAddress(t *testing.T) {
	s := testSigner(0)
	seen := map[string]bool{}
	for _, ticket := range []model.TicketID{1, 2, 127, 128, 1 << 20, 1 << 40} {
		for _, person := range []model.PersonID{1, 2, 300, 1 << 30} {
			a := s.ReplyAddress(ticket, person)
			if len(a) > 64 || a != strings.ToLower(a) {
				t.Errorf("%s: %d octets", a, len(a))
			}
			if seen[a] {
				t.Errorf("%s twice", a)
			}
			seen[a] = true
			for _, as := range []string{a, strings.ToUpper(a), a + "@reply.help.test", " " + a + "@HELP.test "} {
				gt, gp, ok := s.ParseReplyAddress(as)
				if !ok || gt != ticket || gp != person {
					t.Errorf("%s: %d %d %v", as, gt, gp, ok)
				}
			}
			if _, _, ok := testSigner(1).ParseReplyAddress(a); ok {
				t.Errorf("%s is valid under another key", a)
			}
		}
	}
}

// Any changed character makes it invalid: no two spellings open one ticket,
// but for the case.
func TestReplyAddressChanged(t *testing.T) {
	s := testSigner(0)
	a := s.ReplyAddress(1042, 7)
	for i := len("reply+"); i < len(a); i++ {
		for _, c := range "abcdefghijklmnopqrstuvwxyz234567." {
			b := a[:i] + string(c) + a[i+1:]
			if b == a {
				continue
			}
			ticket, person, ok := s.ParseReplyAddress(b)
			// The last character of base32 carries spare bits, which decoding ignores.
			if ok && (ticket != 1042 || person != 7) {
				t.Fatalf("%s opens ticket %d as %d", b, ticket, person)
			}
			if ok && i != len(a)-1 && a[i+1] != '.' {
				t.Errorf("%s is valid beside %s", b, a)
			}
		}
	}
	for _, bad := range []string{"", "reply+", "reply+.", "reply+a.b", "reply", a[:len(a)-1], a + "a", strings.Replace(a, ".", "", 1), "reply+" + strings.Repeat("a", 5000) + ".b"} {
		if _, _, ok := s.ParseReplyAddress(bad); ok {
			t.Errorf("%q is valid", bad)
		}
	}
}

func TestMessageID(t *testing.T) {
	s := testSigner(0)
	for _, r := range []Ref{{1, 2, 3, model.MailReply}, {0, 5, 6, model.MailTest}, {math.MaxInt32, 1 << 30, 1 << 33, model.MailStatus}} {
		id := s.MessageID(r, "help.test")
		for _, as := range []string{id, "<" + id + ">", strings.ToUpper(id)} {
			if got, ok := s.ParseMessageID(as); !ok || got != r {
				t.Errorf("%s: %+v %v, want %+v", as, got, ok, r)
			}
		}
		if strings.Contains(id, "+") || len(id) > 120 {
			t.Errorf("odd id %s", id)
		}
	}
	// What is signed for one purpose opens no other.
	local := strings.TrimPrefix(s.ReplyAddress(1, 2), "reply+")
	if _, ok := s.ParseMessageID("t." + local + "@help.test"); ok {
		t.Error("a reply address is taken for a Message-ID")
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(s.MessageID(Ref{1, 2, 3, model.MailReply}, "x"), "t."), "@")
	if _, _, ok := s.ParseReplyAddress("reply+" + id); ok {
		t.Error("a Message-ID is taken for a reply address")
	}
	// The formats of older systems are not ours.
	for _, bad := range []string{"<ticket-1@help.test>", "reply+1.0011aabb@help.test"} {
		if _, ok := s.ParseMessageID(bad); ok {
			t.Error(bad)
		}
		if _, _, ok := s.ParseReplyAddress(bad); ok {
			t.Error(bad)
		}
	}
}

func FuzzParseReplyAddress(f *testing.F) {
	s := testSigner(0)
	f.Add(s.ReplyAddress(1, 2) + "@help.test")
	f.Add("reply+1.0011aabb@help.test")
	f.Add("reply+aaaa.")
	f.Fuzz(func(t *testing.T, in string) {
		ticket, person, ok := s.ParseReplyAddress(in)
		if !ok {
			return
		}
		local, _, _ := strings.Cut(strings.TrimSpace(in), "@")
		if want := s.ReplyAddress(ticket, person); len(local) != len(want) || ticket == 0 || person == 0 {
			t.Errorf("%q opens ticket %d", in, ticket)
		}
	})
}
