package helpdesk_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/helpdesk"
	"escalated/model"
)

type userKey struct{}

// whoIsIt knows the host's people by a value of its context, else by a header.
func whoIsIt(_ context.Context, r helpdesk.Request) (helpdesk.Identity, error) {
	name, _ := r.Value(userKey{}).(string)
	if name == "" {
		name, _ = r.Value("user").(string)
	}
	if name == "" {
		name = r.Header("X-User")
	}
	if name == "" {
		return helpdesk.Identity{}, nil
	}
	id := helpdesk.Identity{ExternalID: name, Name: name, Email: name + "@host.test"}
	if name == "boss" {
		id.Kind = model.KindAdmin
	}
	return id, nil
}

func hosted(t *testing.T) *helpdesk.Desk {
	t.Helper()
	d, err := helpdesk.New(helpdesk.Config{Data: t.TempDir(), BasePath: "/help/desk/", Identify: whoIsIt})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// fiberHost is a Fiber program with a desk in it, on a free port.
func fiberHost(t *testing.T, d *helpdesk.Desk) string {
	t.Helper()
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(func(c *fiber.Ctx) error {
		c.Locals("user", strings.Clone(c.Query("as")))
		return c.Next()
	})
	d.Mount(app)
	app.Get("/help/desktop", func(c *fiber.Ctx) error { return c.SendString("the host's") })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go app.Listener(ln) // ends with the test
	t.Cleanup(func() { app.ShutdownWithTimeout(time.Second) })
	return "http://" + ln.Addr().String()
}

// netHost is a net/http program with a desk in it.
func netHost(t *testing.T, d *helpdesk.Desk) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/help/desk/", d.Handler())
	mux.HandleFunc("/help/desktop", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the host's") })
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, r.URL.Query().Get("as"))))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestHosts(t *testing.T) {
	for name, start := range map[string]func(*testing.T, *helpdesk.Desk) string{"fiber": fiberHost, "net/http": netHost} {
		t.Run(name, func(t *testing.T) {
			d := hosted(t)
			base := start(t, d)
			for path, want := range map[string]string{
				"/help/desk/":              "/help/desk/login/",
				"/help/desk/?as=ada":       "/help/desk/tickets/",
				"/help/desk/?as=boss":      "/help/desk/agent/",
				"/help/desk/changes/x?a=b": "",
			} {
				resp, _ := get(t, base+path)
				if to := resp.Header.Get("Location"); to != want {
					t.Errorf("%s: %d to %q, want %q", path, resp.StatusCode, to, want)
				}
				if resp.Header.Get("Content-Security-Policy") == "" {
					t.Errorf("%s: no policy", path)
				}
			}
			if resp, body := get(t, base+"/help/desktop"); resp.StatusCode != 200 || body != "the host's" {
				t.Errorf("a neighbour's page: %d %s", resp.StatusCode, body)
			}
			if resp, _ := get(t, base+"/healthz"); resp.StatusCode != 404 {
				t.Errorf("the desk answers at the host's root: %d", resp.StatusCode)
			}
		})
	}
}

func TestIdentityIsKeptInStep(t *testing.T) {
	d := hosted(t)
	ctx, host := context.Background(), model.System("host")
	a, p, err := d.Desk().Identified(ctx, host, model.Identity{ExternalID: "7", Name: "Ada", Email: "Ada@Host.test"})
	if err != nil || a.Kind != model.KindCustomer || p.Email != "ada@host.test" || p.Name != "Ada" {
		t.Fatalf("%v %v %v", a, p, err)
	}
	b, p, err := d.Desk().Identified(ctx, host, model.Identity{ExternalID: "7", Name: "Ada L.", Email: "ada@new.test", Kind: model.KindAgent})
	if err != nil || b.ID != a.ID || b.Kind != model.KindAgent || p.Name != "Ada L." || p.Email != "ada@new.test" || !b.Can(model.PermTicketReply) {
		t.Fatalf("%v %v %v", b, p, err)
	}
	c, p, err := d.Desk().Identified(ctx, host, model.Identity{ExternalID: "8", Name: "Eve", Email: "ada@new.test"})
	if err != nil || c.ID == a.ID || p.Email != "" {
		t.Fatalf("an address of somebody else: %v %v %v", c, p, err)
	}
	if _, _, err := d.Desk().Identified(ctx, model.Nobody(), model.Identity{ExternalID: "9"}); err == nil {
		t.Error("anybody may say who they are")
	}
}
