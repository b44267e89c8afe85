package handlers_test

// Drafts: there is none with this id any more, which those who may have one
// are told.
func init() {
	access["POST agent/preview/"] = "in in 404 404 ok ok ok ok"
	access["POST agent/draft/"] = "in in 404 404 no ok ok ok"
	access["POST agent/draft/delete/"] = "in in 404 404 no ok ok ok"
	access["POST agent/tickets/:id/draft/"] = "in in 404 404 ok 404 ok ok"
	access["POST agent/tickets/:id/draft/delete/"] = "in in 404 404 ok 404 ok ok"
	access["POST agent/drafts/:id/edit/"] = "in in 404 404 ok ok ok ok"
	access["POST agent/drafts/:id/send/"] = "in in 404 404 no ok ok ok"
	access["POST agent/drafts/:id/note/"] = "in in 404 404 ok ok ok ok"
	access["POST agent/drafts/:id/delete/"] = "in in 404 404 ok ok ok ok"
	fill["agent/drafts/"] = func(*world) string { return "999999" }
}
