package web

import "testing"

func TestLogPathHidesSecrets(t *testing.T) {
	for path, want := range map[string]string{
		"/support/guest/qypn43eo6qg3ewnz5g6ueowwqyy4zkh5/reply/": "/support/guest/…/reply/",
		"/support/login/link/qypn43eo6qg3ewnz5g6ueowwqyy4zkh5/":  "/support/login/link/…/",
		"/support/agent/tickets/1042/":                           "/support/agent/tickets/1042/",
	} {
		if got := logPath(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
