package helpdesk_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk"
	"escalated/model"
)

// Events have to arrive while the answer is still being written, and a reader
// who left must not be kept.
func TestStreamsReachPagesInsideOfHosts(t *testing.T) {
	for name, start := range map[string]func(*testing.T, *helpdesk.Desk) string{"fiber": fiberHost, "net/http": netHost} {
		t.Run(name, func(t *testing.T) {
			d := hosted(t)
			base := start(t, d)
			t.Cleanup(d.Stop) // before the host's server ends
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			ran := make(chan error, 1)
			go func() { ran <- d.Run(ctx) }()
			defer func() { cancel(); <-ran }()
			page, leave := context.WithCancel(ctx)
			r, err := http.NewRequestWithContext(page, http.MethodGet, base+"/help/desk/stream?t=queue&as=boss", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
				t.Fatalf("status %d, headers %v", resp.StatusCode, resp.Header)
			}
			lines := bufio.NewScanner(resp.Body)
			lines.Scan() // the stream is open
			ada, _, err := d.Desk().Identified(ctx, model.System("host"), model.Identity{ExternalID: "ada", Name: "Ada", Email: "ada@host.test"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.Desk().OpenTicket(ctx, ada, model.NewTicket{Subject: "On fire", Body: "It burns", Channel: model.Web}); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() && !strings.HasPrefix(lines.Text(), "data:") {
			}
			if !strings.HasPrefix(lines.Text(), "data:") {
				t.Fatalf("no event arrived: %v", lines.Err())
			}
			leave()
			for d.Readers() > 0 && name == "net/http" { // fasthttp tells only at the next heartbeat
				select {
				case <-ctx.Done():
					t.Fatal("the stream of a reader who left stays open")
				case <-time.After(10 * time.Millisecond):
				}
			}
		})
	}
}
