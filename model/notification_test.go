package model

import "testing"

func TestNoticePrefsFallBackToTheDesk(t *testing.T) {
	p := NoticePrefs{{Topic: NoticeAssigned, Channel: ByMail, Wanted: false}, {Topic: NoticeStatus, Channel: InApp, Wanted: true}}
	for _, c := range []struct {
		n       Notice
		channel string
		want    bool
	}{{NoticeAssigned, ByMail, false}, {NoticeAssigned, InApp, true}, {NoticeStatus, InApp, true}, {NoticeNew, ByMail, true}, {NoticeNote, InBrowser, false}, {"nonsense", InApp, false}} {
		if got := p.Wants(c.n, c.channel); got != c.want {
			t.Errorf("%s by %s: %v", c.n, c.channel, got)
		}
	}
}

func TestNotificationsAreGroupedUnreadFirst(t *testing.T) {
	row := func(id NotificationID, ticket TicketID, read Time) NotificationRow {
		return NotificationRow{Notification: Notification{ID: id, TicketID: ticket, ReadAt: read}}
	}
	got := Grouped([]NotificationRow{row(9, 1, 5), row(8, 2, 0), row(7, 1, 5), row(6, 0, 5), row(5, 0, 0), row(4, 2, 3)})
	if len(got) != 4 || got[0].TicketID != 2 || got[0].Unread != 1 || len(got[0].Rows) != 2 || got[1].TicketID != 0 || got[1].Unread != 1 || got[2].TicketID != 1 || len(got[2].Rows) != 2 {
		t.Fatalf("%+v", got)
	}
}
