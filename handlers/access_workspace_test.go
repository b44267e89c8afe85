package handlers_test

// The palette, the keys, how a person works, their day, why a ticket is as it
// is, the people on copy, and talks with third parties (there is none with
// this id).
func init() {
	for _, r := range []string{
		"GET agent/palette/", "GET agent/palette/options/", "GET agent/shortcuts/", "POST agent/shortcuts/", "GET agent/profile/workspace/",
		"POST agent/profile/workspace/", "POST agent/preferences/", "GET agent/next/", "GET agent/day/", "POST agent/dashboard/",
	} {
		access[r] = "in in 404 404 ok ok ok ok"
	}
	access["GET agent/tickets/:id/why/"] = "in in 404 404 ok 404 ok ok"
	for _, r := range []string{
		"POST agent/tickets/:id/participants/", "POST agent/tickets/:id/participants/delete/", "GET agent/tickets/:id/sides/create/", "POST agent/tickets/:id/sides/store/",
	} {
		access[r] = "in in 404 404 no 404 ok ok"
	}
	access["GET agent/tickets/:id/sides/:side/"] = "in in 404 404 404 404 404 404"
	for _, r := range []string{"POST agent/tickets/:id/sides/:side/reply/", "POST agent/tickets/:id/sides/:side/close/"} {
		access[r] = "in in 404 404 no 404 404 404"
	}
}
