package desk

import (
	"testing"

	"escalated/model"
	"escalated/store"
)

func TestFollowersAreAddedByWhomMayChangeTheTicket(t *testing.T) {
	r := newRig(t)
	sales := r.department("Sales")
	ada, lena, nora, sarah := r.person(model.KindAgent, "Ada"), r.person(model.KindLight, "Lena"), r.narrow("Nora", sales), r.person(model.KindCustomer, "Sarah")
	tk := r.opens(sarah, "Printer")
	must(t, r.SetDepartment(r.ctx, ada, tk.ID, r.department("Support"), Change{}))
	is(t, r.SetFollower(r.ctx, lena, tk.ID, nora.ID, true), model.ErrDenied)
	must(t, r.SetFollower(r.ctx, lena, tk.ID, lena.ID, true))
	is(t, r.SetFollower(r.ctx, nora, tk.ID, nora.ID, true), model.ErrNotFound)
	is(t, r.SetFollower(r.ctx, sarah, tk.ID, sarah.ID, true), model.ErrDenied)
	refused(t, r.SetFollower(r.ctx, ada, tk.ID, sarah.ID, true), "person_id", "choice_invalid")
	refused(t, r.SetFollower(r.ctx, ada, tk.ID, 999, true), "person_id", "choice_invalid")

	ctx, set := Undoing(r.ctx)
	must(t, r.SetFollower(ctx, ada, tk.ID, nora.ID, true))
	_, err := r.Ticket(r.ctx, nora, tk.ID)
	must(t, err)
	v, err := r.ViewTicket(r.ctx, ada, tk.ID, Look{})
	must(t, err)
	if len(v.Followers) != 2 || v.Following {
		t.Fatalf("followers: %+v", v.Followers)
	}
	_, err = r.Undo(r.ctx, ada, *set)
	must(t, err)
	if ok, _ := r.db.Read().HasRole(r.ctx, tk.ID, nora.ID, store.RoleFollower); ok {
		t.Fatal("undone and still a follower")
	}
	is(t, r.SetFollower(r.ctx, lena, tk.ID, nora.ID, false), model.ErrDenied)
	must(t, r.SetFollower(r.ctx, ada, tk.ID, lena.ID, false))
}
