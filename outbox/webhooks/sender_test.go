package webhooks

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// rig is a queue on a fresh database with a clock the test moves.
type rig struct {
	t     testing.TB
	db    *store.DB
	mu    sync.Mutex
	clock time.Time
	set   model.Settings
	*Sender
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, clock: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), set: model.DefaultSettings()}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"), store.Options{Clock: func() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.clock }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	r.db = db
	r.Sender = r.sender()
	return r
}

// sender is one as after a restart: with no memory.
func (r *rig) sender() *Sender {
	return New(Options{DB: r.db, Settings: func(context.Context) (model.Settings, error) { return r.set, nil }, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
}

func (r *rig) later(d time.Duration) { r.mu.Lock(); r.clock = r.clock.Add(d); r.mu.Unlock() }

func (r *rig) queue(url string, n int) (ids []model.DeliveryID) {
	r.t.Helper()
	err := r.db.Write(r.t.Context(), func(tx *store.Tx) error {
		for range n {
			id, err := tx.InsertDelivery(tx.Ctx, model.Delivery{Name: "ticket.created", URL: url, Body: []byte(`{"event":"ticket.created"}`)})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return ids
}

func (r *rig) row(id model.DeliveryID) model.Delivery {
	r.t.Helper()
	d, err := r.db.Read().Delivery(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d.Delivery
}

func (r *rig) sends() {
	r.t.Helper()
	if _, err := r.SendDue(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// end is a server that does what the test says, and remembers who came.
type end struct {
	*httptest.Server
	mu   sync.Mutex
	came []string
	do   func(w http.ResponseWriter, r *http.Request, body string)
}

func newEnd(t testing.TB, do func(w http.ResponseWriter, r *http.Request, body string)) *end {
	t.Helper()
	e := &end{do: do}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		e.mu.Lock()
		e.came = append(e.came, r.Header.Get("webhook-id"))
		e.mu.Unlock()
		if e.do != nil {
			e.do(w, r, string(body))
		}
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *end) visits() []string { e.mu.Lock(); defer e.mu.Unlock(); return slices.Clone(e.came) }

func answers(code int) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, _ *http.Request, _ string) { w.WriteHeader(code) }
}

func TestARequestIsSignedAndNumbered(t *testing.T) {
	r := newRig(t)
	r.set.WebhookSecret = "s3cret"
	var head http.Header
	var body string
	e := newEnd(t, func(_ http.ResponseWriter, req *http.Request, b string) { head, body = req.Header.Clone(), b })
	id := r.queue(e.URL+"/in", 1)[0]
	r.sends()
	d := r.row(id)
	if d.State != model.DeliverySent || d.Code != 200 || d.Attempts != 1 || d.SentAt == 0 {
		t.Fatalf("%+v", d)
	}
	at := strconv.FormatInt(r.db.Now().Std().Unix(), 10)
	for name, want := range map[string]string{
		"webhook-id": Number(id), "webhook-timestamp": at, "webhook-signature": Sign("s3cret", Number(id), at, []byte(body)),
		"X-Escalated-Event": "ticket.created", "Content-Type": "application/json",
		"X-Escalated-Signature": "b58e1bcb5b5ae3619ba9fb0ad5919f2ff4e88fac02eb1dedde43ef17d8958587",
	} {
		if got := head.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	// The example of the specification of Standard Webhooks.
	if got := Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`)); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("signature of the specification: %s", got)
	}
}

func TestTriesGoOnForThreeDays(t *testing.T) {
	r := newRig(t)
	e := newEnd(t, answers(500))
	id := r.queue(e.URL, 1)[0]
	began := r.db.Now()
	for range 100 {
		r.sends()
		d := r.row(id)
		if d.State == model.DeliveryFailed {
			break
		}
		if d.NextAt <= r.db.Now() {
			t.Fatalf("tried again at once: %+v", d)
		}
		r.later(d.NextAt.Sub(r.db.Now()))
	}
	d := r.row(id)
	if d.State != model.DeliveryFailed || d.Attempts < 10 || r.db.Now().Sub(began) < 72*time.Hour || d.Code != 500 || d.NextAt != 0 {
		t.Fatalf("%d tries in %s: %+v", d.Attempts, r.db.Now().Sub(began), d)
	}
	if len(e.visits()) != d.Attempts || len(slices.Compact(e.visits())) != 1 {
		t.Errorf("visits %v", e.visits())
	}
	var ok bool
	err := r.db.Write(t.Context(), func(tx *store.Tx) (err error) { ok, err = tx.RetryDelivery(tx.Ctx, id); return err })
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	e.do = nil
	if r.sends(); r.row(id).State != model.DeliverySent {
		t.Errorf("%+v", r.row(id))
	}
}

func TestAnswersThatSaySomething(t *testing.T) {
	for name, c := range map[string]struct {
		do    func(w http.ResponseWriter, r *http.Request, body string)
		state model.DeliveryState
		wait  time.Duration
		says  string
	}{
		"gone":     {answers(410), model.DeliveryFailed, 0, ""},
		"redirect": {func(w http.ResponseWriter, r *http.Request, _ string) { http.Redirect(w, r, "/else", http.StatusFound) }, model.DeliveryQueued, 0, ""},
		"slow down": {func(w http.ResponseWriter, _ *http.Request, _ string) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
		}, model.DeliveryQueued, time.Hour, ""},
		"busy, date": {func(w http.ResponseWriter, _ *http.Request, _ string) {
			w.Header().Set("Retry-After", "Mon, 23 Nov 2026 11:00:00 GMT")
			w.WriteHeader(503)
		}, model.DeliveryQueued, 2 * time.Hour, ""},
		"for ever": {func(w http.ResponseWriter, _ *http.Request, _ string) {
			w.Header().Set("Retry-After", "99999999999999999999")
			w.WriteHeader(503)
		}, model.DeliveryQueued, 0, ""},
		"hangs up": {func(http.ResponseWriter, *http.Request, string) { panic(http.ErrAbortHandler) }, model.DeliveryQueued, 0, "EOF"},
		"talkative": {func(w http.ResponseWriter, _ *http.Request, _ string) {
			w.WriteHeader(400)
			io.WriteString(w, strings.Repeat("no ", 100_000))
		}, model.DeliveryQueued, 0, "no no"},
		"no content": {answers(204), model.DeliverySent, 0, ""},
		"broken bytes": {func(w http.ResponseWriter, _ *http.Request, _ string) {
			w.WriteHeader(200)
			w.Write([]byte("\xff\x00ok"))
		}, model.DeliverySent, 0, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			e := newEnd(t, c.do)
			id := r.queue(e.URL+"/?token=hidden", 1)[0]
			r.sends()
			d := r.row(id)
			if d.State != c.state || len(e.visits()) != 1 || d.NextAt.Sub(r.db.Now()) < c.wait && c.state == model.DeliveryQueued || len(d.Answer) > 3*answerKept {
				t.Errorf("%+v, %d visits", d, len(e.visits()))
			}
			if !strings.Contains(d.Answer, c.says) || strings.Contains(d.Answer, "hidden") {
				t.Errorf("answer %q", d.Answer)
			}
		})
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	r := newRig(t)
	e := newEnd(t, nil)
	r.Allow = nil
	bad := []string{e.URL, "http://localhost:1/", "ftp://hooks.test/", "http://", "nonsense", "http://169.254.169.254/latest/", "http://[::1]/"}
	var ids []model.DeliveryID
	for _, u := range bad {
		ids = append(ids, r.queue(u, 1)...)
	}
	r.sends()
	for i, id := range ids {
		if d := r.row(id); d.State != model.DeliveryFailed || d.Code != 0 || d.Answer == "" {
			t.Errorf("%s: %+v", bad[i], d)
		}
	}
	if len(e.visits()) != 0 {
		t.Error("the server was reached")
	}
	r.set.AllowPrivateWebhookURLs = true
	id := r.queue(e.URL, 1)[0]
	if r.sends(); r.row(id).State != model.DeliverySent {
		t.Errorf("allowed: %+v", r.row(id))
	}
}

// A host that takes connections and never answers must not keep others
// waiting: the test is over long before its 10 seconds are.
func TestADeadHostDelaysNobody(t *testing.T) {
	r := newRig(t)
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	e := newEnd(t, nil)
	stuck := r.queue("http://"+dead.Addr().String()+"/", 50)
	ids := r.queue(e.URL, 50)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	last := ids[len(ids)-1]
	for r.row(last).State != model.DeliverySent {
		select {
		case err := <-done:
			t.Fatal(err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	stop()
	<-done
	for _, id := range stuck {
		if d := r.row(id); d.State != model.DeliveryQueued || d.Attempts != 0 {
			t.Fatalf("what was not answered because we stopped counts as a try: %+v", d)
		}
	}
	if got := e.visits(); len(got) != 50 || !slices.IsSortedFunc(got, func(a, b string) int { return len(a) - len(b) }) {
		t.Errorf("%d visits", len(got))
	}
}

func TestAHostThatIsAwayIsLeftAlone(t *testing.T) {
	r := newRig(t)
	away, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + away.Addr().String() + "/"
	away.Close() // nobody listens
	ids := r.queue(url, 30)
	for range 5 {
		r.sends() // the first is tried, then the host is left alone
	}
	tried := 0
	for _, id := range ids {
		tried += r.row(id).Attempts
	}
	if tried != 1 {
		t.Fatalf("%d tries", tried)
	}
	for range 100 { // three days and more of nobody there
		r.later(time.Hour)
		r.sends()
	}
	failed := 0
	for _, id := range ids {
		if r.row(id).State == model.DeliveryFailed {
			failed++
		}
	}
	if failed < 30 {
		t.Errorf("%d of 30 given up after four days", failed)
	}
}

// Kills at any moment: each delivery arrives at least once, and twice only
// what was on its way when the process died.
func TestNothingIsLostWhenTheSenderDies(t *testing.T) {
	r := newRig(t)
	e := newEnd(t, nil)
	ids := r.queue(e.URL, 100)
	const kills = 4
	for k := range kills {
		// A process that claimed, sent some and died before it wrote that down.
		var due []model.Delivery
		err := r.db.Write(t.Context(), func(tx *store.Tx) (err error) {
			due, err = tx.ClaimDeliveries(tx.Ctx, model.HostOf(e.URL), claimed, lease, func(n int) model.Time { return again(tx.Now, n) })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s := r.sender()
		for _, d := range due[:k+1] {
			s.send(t.Context(), r.set, d)
		}
		r.later(lease) // its lease ends by itself, and a new one takes over
		r.later(10 * time.Second)
	}
	r.Sender = r.sender()
	for range 20 {
		r.sends()
		r.later(5 * time.Minute)
	}
	seen := map[string]int{}
	for _, v := range e.visits() {
		seen[v]++
	}
	twice := 0
	for _, id := range ids {
		n := seen[Number(id)]
		if n == 0 || r.row(id).State != model.DeliverySent {
			t.Errorf("%d was lost: %+v", id, r.row(id))
		}
		twice += n - 1
	}
	if twice > 1+2+3+4 {
		t.Errorf("%d arrived twice", twice)
	}
}

// BenchmarkDeliveries sends to twenty servers on this machine.
func BenchmarkDeliveries(b *testing.B) {
	r := newRig(b)
	var urls []string
	for range 20 {
		urls = append(urls, newEnd(b, nil).URL)
	}
	for i := range b.N {
		r.queue(urls[i%len(urls)], 1)
	}
	b.ResetTimer()
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	for {
		n, err := r.db.Read().CountDeliveries(b.Context(), model.DeliveryQueued)
		if err != nil {
			b.Fatal(err)
		}
		if n == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	stop()
	<-done
}
