package handlers_test

// There is no action with this key and no link with this id; what tickets are
// about is refused without a type.
func init() {
	for _, method := range []string{"GET ", "POST "} {
		access[method+"agent/tickets/:id/actions/:key/"] = "in in 404 404 no 404 404 404"
	}
	access["GET agent/tickets/:id/subjects/"] = "in in 404 404 no 404 ok ok"
	access["POST agent/tickets/:id/subjects/"] = "in in 404 404 no 404 ok ok"
	access["POST agent/tickets/:id/subjects/:link/delete/"] = "in in 404 404 no 404 404 404"
	access["DELETE agent/tickets/:id/subjects/:link/"] = "in in 404 404 no 404 404 404"
}
