package model

import (
	"encoding/json"
	"testing"
	"time"
)

func TestParseLength(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "45m": "45m", "1h30m": "1h30m", "90m": "1h30m", "1.5h": "1h30m", "1,5h": "1h30m", "2d": "2d", "1d 4h": "1d 4h", "1d4h": "1d 4h",
		" 8 h ": "8h", "36h": "36h", "2 days 30 min": "2d 30m", "3 Tage": "3d", "٢h": "2h", "0.5h": "30m", "0h": "", "0.333h": "19m59s", "1d 19m59s": "1d 19m59s",
	} {
		l, err := ParseLength(in)
		if err != nil || l.String() != want {
			t.Errorf("%q reads as %q (%v), want %q", in, l, err, want)
		}
		if again, err := ParseLength(l.String()); err != nil || again != l {
			t.Errorf("%q is not read back: %q", l, again)
		}
	}
	for _, in := range []string{"8", "h", "-1h", "1x", "1.5d", "1h1h", "1h foo", "..h", "1d-2h", "99999999999d", "4000d", "1e3h", "NaNh"} {
		if l, err := ParseLength(in); err == nil {
			t.Errorf("%q reads as %q", in, l)
		} else if Problems(err) == nil {
			t.Errorf("%q: %v is no problem of input", in, err)
		}
	}
}

func TestLengthInCalendar(t *testing.T) {
	l, _ := ParseLength("2d 30m")
	if got := l.In(Calendar{}); got != 48*time.Hour+30*time.Minute {
		t.Errorf("around the clock %s", got)
	}
	if got := l.In(nineToFive("UTC")); got != 16*time.Hour+30*time.Minute {
		t.Errorf("in working days %s", got)
	}
}

func TestLengthJSON(t *testing.T) {
	b, err := json.Marshal(map[string]Length{"a": {Days: 1, Rest: time.Hour}, "b": {}})
	if err != nil || string(b) != `{"a":"1d 1h","b":""}` {
		t.Fatalf("%s %v", b, err)
	}
	var back map[string]Length
	if err := json.Unmarshal(b, &back); err != nil || back["a"].Days != 1 || !back["b"].IsZero() {
		t.Fatalf("%v %v", back, err)
	}
}
