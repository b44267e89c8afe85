package desk

import (
	"testing"

	"escalated/model"
)

// The number at the bell is that of the list: both know nothing of tickets out
// of sight.
func TestTheBellCountsWhatTheListShows(t *testing.T) {
	r := newRig(t)
	support, sales := r.department("Support"), r.department("Sales")
	boss, cleo, ann := r.person(model.KindAdmin, "Boss"), r.narrow("Cleo", support), r.person(model.KindCustomer, "Ann")
	tk, err := r.OpenTicket(r.ctx, ann, model.NewTicket{Subject: "Printer", Body: "Fire", Department: support})
	must(t, err)
	r.notify(0)
	unread := func(who model.Actor) (int, int) {
		n, err := r.NotificationNews(r.ctx, who, 0)
		must(t, err)
		list, err := r.Notifications(r.ctx, who)
		must(t, err)
		return n.Unread, len(list)
	}
	if bell, list := unread(cleo); bell != 1 || list != 1 {
		t.Fatalf("bell %d, list %d", bell, list)
	}
	must(t, r.SetDepartment(r.ctx, boss, tk.ID, sales, Change{}))
	if bell, list := unread(cleo); bell != 0 || list != 0 {
		t.Errorf("of a ticket out of sight: bell %d, list %d", bell, list)
	}
	must(t, r.SetDepartment(r.ctx, boss, tk.ID, support, Change{}))
	must(t, r.DeleteTicket(r.ctx, boss, tk.ID))
	if bell, list := unread(cleo); bell != list {
		t.Errorf("of a ticket in the bin: bell %d, list %d", bell, list)
	}
	if bell, list := unread(boss); bell != list {
		t.Errorf("of a ticket in the bin, for who may open it: bell %d, list %d", bell, list)
	}
}
