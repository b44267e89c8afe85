package handlers_test

// The form without tickets is refused, for everybody who works here; there is
// no job and no change set with this id.
func init() {
	access["POST agent/tickets/bulk/"] = "in in 404 404 ok ok ok ok"
	access["GET agent/bulk/:id/"] = "in in 404 404 404 404 404 404"
	access["POST agent/bulk/:id/stop/"] = "in in 404 404 404 404 404 404"
	access["GET agent/undo/:id/"] = "in in 404 404 404 404 404 404"
	fill["agent/bulk/"] = func(*world) string { return "999999" }
}
