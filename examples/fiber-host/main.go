// Fiber-host is a Fiber program with a helpdesk in it. The program has its own
// accounts; here a cookie named "account" stands for them. Try it:
//
//	go run . && open http://127.0.0.1:3000/
package main

import (
	"context"
	"errors"
	"escalated/helpdesk"
	"escalated/model"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
)

// accounts are the program's own people.
var accounts = map[string]helpdesk.Identity{
	"ada":  {ExternalID: "1", Name: "Ada", Email: "ada@example.com"},
	"alan": {ExternalID: "2", Name: "Alan", Email: "alan@example.com", Kind: model.KindAgent},
	"anna": {ExternalID: "3", Name: "Anna", Email: "anna@example.com", Kind: model.KindAdmin},
}

// whoIsIt tells the desk who is asking. The program's middleware has put the
// account into the locals.
func whoIsIt(_ context.Context, r helpdesk.Request) (helpdesk.Identity, error) {
	account, _ := r.Value("account").(helpdesk.Identity)
	return account, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, "127.0.0.1:3000", "data"); err != nil {
		log.Fatal(err)
	}
}

// app is the program: its own pages, and the desk under /support/.
func app(desk *helpdesk.Desk) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, BodyLimit: 64 << 20})
	app.Use(func(c *fiber.Ctx) error {
		c.Locals("account", accounts[c.Cookies("account")])
		return c.Next()
	})
	app.Get("/", func(c *fiber.Ctx) error {
		c.Type("html")
		return c.SendString(`<p>Be <a href="/be/ada">Ada</a>, a customer, <a href="/be/alan">Alan</a>, an agent, or <a href="/be/anna">Anna</a>, who runs the desk.</p>`)
	})
	app.Get("/be/:name", func(c *fiber.Ctx) error {
		c.Cookie(&fiber.Cookie{Name: "account", Value: c.Params("name"), HTTPOnly: true, SameSite: "Lax"})
		return c.Redirect("/support/")
	})
	desk.Mount(app)
	return app
}

// run serves until the context ends.
func run(ctx context.Context, addr, data string) error {
	desk, err := helpdesk.New(helpdesk.Config{Data: data, BasePath: "/support", BaseURL: "http://" + addr, Identify: whoIsIt})
	if err != nil {
		return err
	}
	served, ran := make(chan error, 1), make(chan error, 1)
	background, stop := context.WithCancel(ctx)
	go func() { ran <- desk.Run(background) }()
	app := app(desk)
	go func() { served <- app.Listen(addr) }()
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	stop()
	desk.Stop() // ends the event streams, which would keep the server from stopping
	return errors.Join(err, app.ShutdownWithTimeout(8*time.Second), <-ran, desk.Close())
}
