package helpdesk_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
	"escalated/store"
)

func TestDirectoryServesOneServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	d, err := helpdesk.New(helpdesk.Config{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := helpdesk.New(helpdesk.Config{Data: dir}); !errors.Is(err, helpdesk.ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("a second server: %v", err)
	}
	beside, err := helpdesk.Open(helpdesk.Config{Data: dir})
	if err != nil {
		t.Fatalf("a command beside it: %v", err)
	}
	if string(beside.Key()) != string(d.Key()) || len(d.Key()) != 32 {
		t.Error("the signing key is not kept")
	}
	if err := errors.Join(beside.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"": 0o700, "secret.key": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%q has mode %o", name, info.Mode().Perm())
		}
	}
	again, err := helpdesk.New(helpdesk.Config{Data: dir})
	if err != nil {
		t.Fatalf("after it stopped: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := helpdesk.New(helpdesk.Config{Data: dir}); err == nil || !strings.Contains(err.Error(), "secret.key") {
		t.Errorf("a damaged key: %v", err)
	}
}

// get asks a running server and reads the whole answer.
func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 10 * time.Second}
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func TestServeAnswersAndStops(t *testing.T) {
	d, err := helpdesk.New(helpdesk.Config{Data: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	url, err := d.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served, ran := make(chan error, 1), make(chan error, 1)
	go func() { served <- d.Serve(ctx) }()
	go func() { ran <- d.Run(ctx) }()
	root := strings.TrimSuffix(url, "/support/")
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/": 302, "/support/": 302, "/support": 308, "/nothing": 404, "/support/nothing/": 404, "/robots.txt": 200, "/favicon.ico": 200} {
		if resp, _ := get(t, root+path); resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
		}
	}
	resp, _ := get(t, url)
	if to := resp.Header.Get("Location"); to != "/support/setup/" {
		t.Errorf("a desk without an admin sends people to %q", to)
	}
	setup, err := d.SetupURL(ctx, url)
	if err != nil || !strings.HasPrefix(setup, url+"setup/?token=") {
		t.Errorf("setup at %q, %v", setup, err)
	}
	cancel()
	for _, c := range []chan error{served, ran} {
		select {
		case err := <-c:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("it does not stop")
		}
	}
}

func TestWritesOfAnotherProcessAreNoticed(t *testing.T) {
	d := helpdesktest.New(t)
	d.Serve()
	other, err := helpdesk.Open(helpdesk.Config{Data: d.Desk.Data()})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	woken := d.DB().Woken()
	for range 100 { // the first writes may come before the watch has begun
		err := other.DB().Write(context.Background(), func(tx *store.Tx) error {
			_, err := tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: model.KindCustomer, Name: "Eve"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-woken:
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
	t.Fatal("nobody woke")
}
