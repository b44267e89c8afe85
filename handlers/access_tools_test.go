package handlers_test

// Sleeping, splitting, merging, linking: for whoever may edit tickets. A
// problem's incidents are answered by whoever may answer. A guest whose ticket
// was not merged is led nowhere.
func init() {
	for _, r := range []string{
		"GET agent/tickets/:id/snooze/", "POST agent/tickets/:id/snooze/", "POST agent/tickets/:id/snooze/delete/",
		"GET agent/tickets/:id/split/", "POST agent/tickets/:id/split/", "GET agent/tickets/:id/merge/", "POST agent/tickets/:id/merge/",
		"GET agent/tickets/:id/links/", "POST agent/tickets/:id/links/", "POST agent/tickets/:id/links/delete/",
		"GET agent/tickets/:id/incidents/", "POST agent/tickets/:id/incidents/",
	} {
		access[r] = "in in 404 404 no 404 ok ok"
	}
	access["POST guest/:token/merged/"] = "404 404 404 404 404 404 404 404"
}
