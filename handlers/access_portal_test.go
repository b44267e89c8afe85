package handlers_test

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"testing"

	"escalated/model"
)

// The lines of the portal, of guests and of files.
func init() {
	maps.Copy(access, map[string]string{
		//                                       nobody guest customer other light narrow agent admin
		"GET tickets/":                          "in     in    ok       ok    ok    ok     ok    ok",
		"GET tickets/create/":                   "in     in    ok       ok    ok    ok     ok    ok",
		"POST tickets/store/":                   "in     in    ok       ok    404   404    404   404",
		"GET tickets/:id/":                      "in     in    ok       404   ok    ok     ok    ok", // staff are sent to their own page
		"POST tickets/:id/reply/":               "in     in    ok       404   404   404    404   404",
		"POST tickets/:id/close/":               "in     in    ok       404   no    404    ok    ok",
		"POST tickets/:id/reopen/":              "in     in    ok       404   no    404    ok    ok",
		"POST tickets/:id/seen/":                "in     in    ok       404   404   404    404   404",
		"GET guest/create/":                     "ok     ok    ok       ok    ok    ok     ok    ok",
		"POST guest/store/":                     "ok     ok    ok       ok    no    no     no    no",
		"GET guest/:token/":                     "404    ok    404      404   404   404    404   404",
		"POST guest/:token/reply/":              "404    ok    404      404   404   404    404   404",
		"POST guest/:token/close/":              "404    ok    404      404   404   404    404   404",
		"POST guest/:token/reopen/":             "404    ok    404      404   404   404    404   404",
		"POST guest/:token/link/":               "404    ok    404      404   404   404    404   404",
		"GET guest/:token/attachments/:id/":     "404    ok    404      404   404   404    404   404",
		"POST guest/:token/uploads/":            "404    ok    404      404   404   404    404   404",
		"POST guest/:token/uploads/:id/delete/": "404    ok    404      404   404   404    404   404",
		"GET attachments/:id/":                  "in     in    ok       404   ok    404    ok    ok",
		"POST uploads/":                         "ok     ok    ok       ok    ok    ok     ok    ok",
		"POST uploads/:id/delete/":              "404    404   ok       404   404   404    404   404",
	})
	prepare = append(prepare, portalWorld)
	fill["attachments/"] = func(w *world) string { return portalFiles[w]["customer"] }
	fill["guest/:token/attachments/"] = func(w *world) string { return portalFiles[w]["guest"] }
	fill["uploads/"] = func(w *world) string { return portalFiles[w]["draft"] }
	fill["guest/:token/uploads/"] = func(w *world) string { return portalFiles[w]["guest draft"] }
}

// portalFiles are the ids of files in the worlds.
var portalFiles = map[*world]map[string]string{}

// portalWorld gives the customer's ticket a file and opens one for a guest.
func portalWorld(t *testing.T, w *world) {
	t.Helper()
	ctx, verbs, files := context.Background(), w.Verbs(), map[string]string{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	stage := func(by model.Actor, as string) model.AttachmentID {
		a, err := verbs.Stage(ctx, by, "", "slot", as+".txt", strings.NewReader(as))
		must(err)
		files[as] = strconv.FormatInt(int64(a.ID), 10)
		return a.ID
	}
	carol := model.Actor{Kind: model.KindCustomer, ID: w.ticket.RequesterID, Via: model.Web}
	_, err := verbs.Reply(ctx, carol, w.ticket.ID, model.NewReply{Body: "see the file", Slot: "slot", Files: []model.AttachmentID{stage(carol, "customer")}})
	must(err)
	stage(carol, "draft")
	w.guest, w.token, err = verbs.OpenGuestTicket(ctx, model.Nobody(), model.NewTicket{Subject: "No account", Body: "Help", RequesterName: "Gus", RequesterEmail: "gus@guests.test"}, false)
	must(err)
	gus, err := verbs.GuestActor(ctx, model.Nobody(), w.token)
	must(err)
	_, err = verbs.Reply(ctx, gus, w.guest.ID, model.NewReply{Body: "see the file", Slot: "slot", Files: []model.AttachmentID{stage(gus, "guest")}})
	must(err)
	stage(gus, "guest draft")
	portalFiles[w] = files
}
