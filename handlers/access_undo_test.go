package handlers_test

// Change sets: there is none with this id, and the actors have changed
// nothing yet.
func init() {
	access["POST agent/undo/last/"] = "in in 404 404 404 404 404 404"
	access["POST agent/undo/:id/"] = "in in 404 404 404 404 404 404"
	fill["agent/undo/"] = func(*world) string { return "999999" }
}
