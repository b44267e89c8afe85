package helpdesktest

import (
	"net/http"
	"testing"

	"escalated/helpdesk/helpdesktest/htmlq"
)

// Page is an answer of the desk, read by package htmlq.
type Page = htmlq.Page

// ReadPage reads and closes an answer.
func ReadPage(t testing.TB, r *http.Response) *Page {
	t.Helper()
	return htmlq.Read(t, r)
}
