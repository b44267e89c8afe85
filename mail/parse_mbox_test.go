package mail

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

const box = "From a@b.test Mon Sep 21 10:00:00 2026\nSubject: one\n\nFrom here on it is text.\n\n>From the quoted line\n>>From two\n\n" +
	"From c@d.test Mon Sep 21 11:00:00 2026\r\nSubject: two\r\n\r\nhi\r\nFrom e@f.test Mon Sep 21 11:00:00 2026 without an empty line\r\n\r\n" +
	"From - Mon Sep 21 12:00:00 2026\nSubject: three\n\nlast"

func TestSplitMbox(t *testing.T) {
	want := []string{
		"Subject: one\n\nFrom here on it is text.\n\nFrom the quoted line\n>From two\n",
		"Subject: two\r\n\r\nhi\r\nFrom e@f.test Mon Sep 21 11:00:00 2026 without an empty line\r\n",
		"Subject: three\n\nlast",
	}
	var got []string
	err := SplitMbox(iotest.OneByteReader(strings.NewReader(box)), func(raw []byte) error {
		got = append(got, string(raw))
		return nil
	})
	if err != nil || len(got) != len(want) {
		t.Fatalf("%v %q", err, got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("message %d: %q, want %q", i, got[i], want[i])
		}
	}
}

func TestSplitMboxEdges(t *testing.T) {
	count := func(s string) (n int) {
		if err := SplitMbox(strings.NewReader(s), func([]byte) error { n++; return nil }); err != nil {
			t.Error(err)
		}
		return n
	}
	if n := count(""); n != 0 {
		t.Errorf("empty file: %d", n)
	}
	if n := count("\n\n"); n != 0 {
		t.Errorf("blank file: %d", n)
	}
	if n := count("Subject: no line\n\nhi\n"); n != 1 {
		t.Errorf("single message: %d", n)
	}
	long := strings.Repeat("x", 300<<10)
	if n := count("From a@b Mon Sep 21 10:00:00 2026\n\n" + long + "\n\nFrom a@b Mon Sep 21 10:00:00 2026\n\n" + long); n != 2 {
		t.Errorf("long lines: %d", n)
	}
	stop := errors.New("stop")
	if err := SplitMbox(strings.NewReader(box), func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error of fn: %v", err)
	}
	if err := SplitMbox(iotest.ErrReader(stop), func([]byte) error { return nil }); !errors.Is(err, stop) {
		t.Errorf("error of the reader: %v", err)
	}
}

func TestIsMbox(t *testing.T) {
	for in, want := range map[string]bool{
		box: true,
		"From a@b.test Mon Sep 21 10:00:00 2026\nSubject: one\n\nhi\n": false,
		"Subject: x\n\n" + box: false,
		"":                     false,
	} {
		if IsMbox([]byte(in)) != want {
			t.Errorf("%.40q: want %v", in, want)
		}
	}
}
