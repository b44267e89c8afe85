package helpdesk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
)

// grace is how long a stop waits for running requests. Streams are ended
// first; the whole stop stays under ten seconds.
const grace = 7 * time.Second

// server is the desk's own server.
type server struct {
	ln  net.Listener
	app *fiber.App
}

// Listen opens the address ("127.0.0.1:8080", port 0 picks one; Settings.Addr
// when empty) and returns where the desk will be: "http://HOST:PORT/PREFIX/".
// Links in mails point there unless base_url says otherwise.
func (d *Desk) Listen(addr string) (string, error) {
	if addr == "" {
		addr = d.cfg.Settings.Addr
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen: %w", err)
	}
	origin := (&url.URL{Scheme: "http", Host: reachable(ln.Addr())}).String()
	d.desk.ListensAt(origin)
	d.server = server{ln: ln, app: d.application(true)}
	return origin + d.cfg.prefix() + "/", nil
}

// reachable is an address that a browser on this machine can open.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// Serve answers requests on the address of Listen until the context ends, then
// closes the streams, lets running requests finish and returns.
func (d *Desk) Serve(ctx context.Context) error {
	if d.server.ln == nil {
		return errors.New("serve: Listen comes first")
	}
	ended := make(chan error, 1)
	go func() { ended <- d.server.app.Listener(d.server.ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	d.stopping.Store(true)
	d.hub.Close()
	err := d.server.app.ShutdownWithTimeout(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		d.cfg.Log.Warn("some requests did not finish in time")
		return nil
	}
	if err != nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	return <-ended
}
