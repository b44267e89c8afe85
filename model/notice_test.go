package model

import (
	"slices"
	"testing"
	"time"
)

// Each topic that people choose about has a line in the desk's matrix, each
// cell its own key, and nothing is told that no cell knows.
func TestNoticeMatrix(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range NoticeCells() {
		if seen[c.Key()] {
			t.Errorf("%s is there twice", c.Key())
		}
		seen[c.Key()] = true
		var rules NoticeRules
		if got := rules.Told(c.Topic, c.Audience, c.Channel); got != c.Wanted {
			t.Errorf("%s: %v without a choice", c.Key(), got)
		}
		rules = NoticeRules{{c.Topic, c.Audience, c.Channel, !c.Wanted}}
		if got := rules.Told(c.Topic, c.Audience, c.Channel); got == c.Wanted && !c.Fixed {
			t.Errorf("%s cannot be changed", c.Key())
		}
		if (rules.Print() == NoticeRules{}.Print()) != c.Fixed {
			t.Errorf("%s does not show in the print", c.Key())
		}
		if c.Audience == ToServer != (c.Channel == ByWebhook) {
			t.Errorf("%s: servers are told by webhook, people are not", c.Key())
		}
	}
	for _, n := range NoticeTopics() {
		if !(NoticeRules{}).Offers(n.Notice, InApp) && n.App {
			t.Errorf("%s is told nobody in the app", n.Notice)
		}
		for _, ch := range []string{InApp, ByMail} {
			if n.ByDefault(ch) && !n.Has(ch) {
				t.Errorf("%s has no %s and it is on", n.Notice, ch)
			}
			if n.Has(ch) && ch == ByMail && !slices.ContainsFunc(NoticeCells(), func(c NoticeCell) bool {
				return c.Topic == n.Notice && c.Channel == ch && c.Audience.Staff()
			}) {
				t.Errorf("%s by %s is in no cell", n.Notice, ch)
			}
		}
	}
	if (NoticeRules{}).Told(NoticeNote, ToRequester, ByMail) || (NoticeRules{{NoticeNote, ToRequester, ByMail, true}}).Told(NoticeNote, ToRequester, ByMail) {
		t.Error("notes can be told to customers")
	}
	off := NoticeRules{}
	for _, c := range NoticeCells() {
		off = append(off, NoticeSetting{c.Topic, c.Audience, c.Channel, false})
	}
	if !off.Told(NoticeColleague, ToRequester, ByMail) || off.Offers(NoticeReply, InApp) || off.Offers(NoticeReply, InBrowser) {
		t.Error("answers to customers can be switched off, or other things cannot")
	}
}

func TestQuietHours(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	york, _ := time.LoadLocation("America/New_York")
	tehran, _ := time.LoadLocation("Asia/Tehran")
	night := &Quiet{From: 22 * 60, To: 7 * 60}
	for _, c := range []struct {
		what     string
		q        *Quiet
		zone     *time.Location
		now, end string // on the person's clock; equal: not quiet
	}{
		{"none", nil, berlin, "2026-11-23T03:00", "2026-11-23T03:00"},
		{"by day", night, berlin, "2026-11-23T12:00", "2026-11-23T12:00"},
		{"in the evening", night, berlin, "2026-11-23T22:00", "2026-11-24T07:00"},
		{"before it", night, berlin, "2026-11-23T21:59", "2026-11-23T21:59"},
		{"after midnight", night, berlin, "2026-11-24T02:30", "2026-11-24T07:00"},
		{"its last minute", night, berlin, "2026-11-24T06:59", "2026-11-24T07:00"},
		{"its end", night, berlin, "2026-11-24T07:00", "2026-11-24T07:00"},
		{"another zone", night, york, "2026-11-23T23:00", "2026-11-24T07:00"},
		{"half an hour off", night, tehran, "2026-11-23T23:00", "2026-11-24T07:00"},
		{"clocks go forward", night, berlin, "2026-03-28T23:00", "2026-03-29T07:00"},
		{"clocks go back", night, berlin, "2026-10-24T23:00", "2026-10-25T07:00"},
		{"an end that is not on the clock", &Quiet{From: 60, To: 150}, berlin, "2026-03-29T01:30", "2026-03-29T03:30"},
		{"a break at noon", &Quiet{From: 12 * 60, To: 13 * 60}, berlin, "2026-11-23T12:30", "2026-11-23T13:00"},
		{"workdays, Friday night", &Quiet{From: 22 * 60, To: 7 * 60, Workdays: true}, berlin, "2026-11-27T23:00", "2026-11-28T07:00"},
		{"workdays, Saturday night", &Quiet{From: 22 * 60, To: 7 * 60, Workdays: true}, berlin, "2026-11-28T23:00", "2026-11-28T23:00"},
		{"workdays, before Monday's dawn", &Quiet{From: 22 * 60, To: 7 * 60, Workdays: true}, berlin, "2026-11-30T03:00", "2026-11-30T03:00"},
		{"a weekend", &Quiet{Weekend: true}, berlin, "2026-11-28T10:00", "2026-11-30T00:00"},
		{"Sunday", &Quiet{Weekend: true}, berlin, "2026-11-29T10:00", "2026-11-30T00:00"},
		{"a weekend and its nights", &Quiet{From: 22 * 60, To: 7 * 60, Weekend: true}, berlin, "2026-11-27T23:00", "2026-11-30T07:00"},
		{"no minute", &Quiet{From: 60, To: 60}, berlin, "2026-11-23T01:00", "2026-11-23T01:00"},
	} {
		now, err := time.ParseInLocation("2006-01-02T15:04", c.now, c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.q.Until(now.UTC(), c.zone).In(c.zone).Format("2006-01-02T15:04"); got != c.end {
			t.Errorf("%s: from %s until %s, want %s", c.what, c.now, got, c.end)
		}
	}
	// A night in which the clocks go back has an hour more.
	now := time.Date(2026, 10, 24, 22, 0, 0, 0, berlin)
	if d := night.Until(now, berlin).Sub(now); d != 10*time.Hour {
		t.Errorf("the long night has %v", d)
	}
	now = time.Date(2026, 3, 28, 22, 0, 0, 0, berlin)
	if d := night.Until(now, berlin).Sub(now); d != 8*time.Hour {
		t.Errorf("the short night has %v", d)
	}
	if night.Lets(NoticeBreach) || !(*Quiet)(nil).Lets(NoticeReply) || night.Lets(NoticeReply) {
		t.Error("what is let through")
	}
}

func TestDigestTimes(t *testing.T) {
	zone, _ := time.LoadLocation("Europe/Berlin")
	at := func(h, m int) time.Time { return time.Date(2026, 11, 23, h, m, 0, 0, zone) }
	for _, c := range []struct {
		p         Prefs
		now, next time.Time
	}{
		{Prefs{Digest: "hourly"}, at(9, 12), at(10, 0)},
		{Prefs{Digest: "hourly", Quiet: &Quiet{From: 20 * 60, To: 7 * 60}}, at(21, 12), at(31, 0)},
		{Prefs{Digest: "daily"}, at(7, 59), at(8, 0)},
		{Prefs{Digest: "daily"}, at(8, 0), at(32, 0)},
		{Prefs{Digest: "daily", DigestAt: 17*60 + 30}, at(8, 0), at(17, 30)},
		{Prefs{Digest: "daily", DigestAt: 24 * 60}, at(8, 0), at(24, 0)},
	} {
		if got := c.p.NextDigest(c.now, zone); !got.Equal(c.next) {
			t.Errorf("%+v at %v: %v, want %v", c.p, c.now, got, c.next)
		}
	}
	if (Prefs{}).Digested(NoticeReply) || !(Prefs{Digest: "daily"}).Digested(NoticeReply) || (Prefs{Digest: "daily"}).Digested(NoticeBreach) {
		t.Error("what is gathered")
	}
}
