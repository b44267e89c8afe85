package handlers_test

// Working together on a ticket. Message 1 of the customer's ticket is no note,
// and person_id is missing: both are refused where they are read at all.
func init() {
	//                                                      nobody guest customer other light narrow agent admin
	access["POST agent/tickets/:id/followers/"] = "in in 404 404 ok 404 ok ok"
	access["POST agent/tickets/:id/followers/delete/"] = "in in 404 404 ok 404 ok ok"
	access["POST agent/tickets/:id/presence/"] = "in in 404 404 ok 404 ok ok"
	access["POST agent/tickets/:id/pin/:message/"] = "in in 404 404 ok 404 ok ok"
	access["POST agent/tickets/:id/:message/pin/"] = "in in 404 404 ok 404 ok ok"
	access["GET agent/mentions/"] = "in in 404 404 ok ok ok ok"
	access["GET agent/notifications/"] = "in in 404 404 ok ok ok ok"
	access["POST agent/notifications/read/"] = "in in 404 404 ok ok ok ok"
	access["GET agent/profile/notifications/"] = "in in 404 404 ok ok ok ok"
	access["POST agent/profile/notifications/"] = "in in 404 404 ok ok ok ok"
}
