package helpdesktest

import (
	"testing"

	"escalated/helpdesk/helpdesktest/fakesmtp"
)

// SMTP is the fake mail server of package fakesmtp, which tests inside packages
// that the desk is made of import directly.
type SMTP = fakesmtp.Server

// NewSMTP starts a fake mail server that ends with the test; give its URL to
// the desk as smtp_url.
func NewSMTP(t testing.TB, opts ...fakesmtp.Options) *SMTP {
	t.Helper()
	return fakesmtp.New(t, opts...)
}
