// Nethttp-host is a net/http program with a helpdesk in it. The program has
// its own accounts; here a cookie named "account" stands for them. Try it:
//
//	go run . && open http://127.0.0.1:3000/
package main

import (
	"context"
	"errors"
	"escalated/helpdesk"
	"escalated/model"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// accounts are the program's own people.
var accounts = map[string]helpdesk.Identity{
	"ada":  {ExternalID: "1", Name: "Ada", Email: "ada@example.com"},
	"alan": {ExternalID: "2", Name: "Alan", Email: "alan@example.com", Kind: model.KindAgent},
	"anna": {ExternalID: "3", Name: "Anna", Email: "anna@example.com", Kind: model.KindAdmin},
}

type accountKey struct{}

// whoIsIt tells the desk who is asking. The program's middleware has put the
// account into the request's context.
func whoIsIt(_ context.Context, r helpdesk.Request) (helpdesk.Identity, error) {
	account, _ := r.Value(accountKey{}).(helpdesk.Identity)
	return account, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, "127.0.0.1:3000", "data"); err != nil {
		log.Fatal(err)
	}
}

// pages is the program: its own pages, and the desk under /support/.
func pages(desk *helpdesk.Desk) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<p>Be <a href="/be/ada">Ada</a>, a customer, <a href="/be/alan">Alan</a>, an agent, or <a href="/be/anna">Anna</a>, who runs the desk.</p>`)
	})
	mux.HandleFunc("GET /be/{name}", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "account", Value: r.PathValue("name"), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.Redirect(w, r, "/support/", http.StatusSeeOther)
	})
	mux.Handle("/support/", desk.Handler())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("account"); err == nil {
			r = r.WithContext(context.WithValue(r.Context(), accountKey{}, accounts[c.Value]))
		}
		mux.ServeHTTP(w, r)
	})
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
	server := &http.Server{Addr: addr, Handler: pages(desk), ReadHeaderTimeout: 10 * time.Second}
	go func() { served <- server.ListenAndServe() }()
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	stop()
	desk.Stop() // ends the event streams, which would keep the server from stopping
	patience, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(patience), <-ran, desk.Close())
}
