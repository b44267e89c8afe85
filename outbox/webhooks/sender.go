// Package webhooks tells other people's servers what happens: it sends the
// requests that rules, notifications and the desk's one webhook address put
// into the queue. Each host has a queue of its own, so that a dead one delays
// nobody else. A request is sent at least once, in the order in which they were
// made as long as none fails, under a number that stays the same, so that the
// other side can drop what it has seen.
package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"escalated/model"
	"escalated/safe"
	"escalated/store"
)

const (
	claimed  = 20               // deliveries to a host taken at once
	lease    = 5 * time.Minute  // for which they are ours: longer than all of them may take
	timeout  = 10 * time.Second // of one request
	interval = 5 * time.Second  // between looks without being woken
	hosts    = 16               // served at the same time
	longest  = 24 * time.Hour   // that another server may ask us to wait
	flushed  = 50 * time.Millisecond
)

// steps are the pauses after the first, second, … try: ten tries in a little
// over three days.
var steps = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// again is when to try next after a number of tries, spread so that what
// failed together does not come back together.
func again(now model.Time, tries int) model.Time {
	step := steps[min(max(tries, 1), len(steps))-1]
	return now.Add(step + rand.N(step/10))
}

// Options of New.
type Options struct {
	DB       *store.DB
	Settings func(context.Context) (model.Settings, error)
	Log      *slog.Logger
	Allow    []netip.Prefix // networks that are reachable although private, for tests
}

// Sender sends what is due.
type Sender struct {
	Options
	clients sync.Map // client for a port → *http.Client

	mu   sync.Mutex
	away map[string]pause // hosts that do not answer
	busy map[string]bool
}

// pause is how long a host is left alone that did not answer.
type pause struct {
	fails int
	until model.Time
}

// New makes a sender. Nothing is sent before Run or SendDue.
func New(o Options) *Sender {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Sender{Options: o, away: map[string]pause{}, busy: map[string]bool{}}
}

// Run sends due requests until the context ends.
func (s *Sender) Run(ctx context.Context) error {
	err := s.DB.Write(ctx, func(tx *store.Tx) error { _, err := tx.ReleaseDeliveries(tx.Ctx); return err })
	if err != nil {
		return fmt.Errorf("take over the webhook queue: %w", err)
	}
	woken, freed := s.DB.Woken(), make(chan struct{}, 1)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var all sync.WaitGroup
	defer all.Wait()
	for {
		if err := s.start(ctx, &all, freed); err != nil && ctx.Err() == nil {
			s.Log.Error("look for webhooks", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-woken:
		case <-freed:
		case <-tick.C:
		}
	}
}

// start serves each host to which something is due and that is not being
// served, as many at a time as may be.
func (s *Sender) start(ctx context.Context, all *sync.WaitGroup, freed chan<- struct{}) error {
	list, err := s.DB.Read().DeliveryHosts(ctx, s.DB.Now())
	if err != nil {
		return err
	}
	for _, host := range list {
		if !s.take(host) {
			continue
		}
		all.Go(func() {
			_, err := s.serve(ctx, host)
			s.free(host)
			if err != nil && ctx.Err() == nil {
				s.Log.Error("send webhooks", "host", host, "error", err)
				return // the tick comes back to it
			}
			select {
			case freed <- struct{}{}:
			default:
			}
		})
	}
	return nil
}

// take reserves a host, unless it is being served, left alone for now, or
// enough others are served.
func (s *Sender) take(host string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[host] || len(s.busy) >= hosts {
		return false
	}
	if p, ok := s.away[host]; ok && s.paused(p) {
		return false
	}
	s.busy[host] = true
	return true
}

// paused reports whether a pause holds. One that ends later than any can was
// noted before the clock went back.
func (s *Sender) paused(p pause) bool {
	now := s.DB.Now()
	return p.until > now && p.until <= now.Add(longest)
}

func (s *Sender) free(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, host)
}

// answered forgets that a host was away.
func (s *Sender) answered(host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.away, host)
}

// silent leaves a host alone for a while, longer each time it does not answer,
// and tells how often that was. least is how long it asked us to wait.
func (s *Sender) silent(host string, least time.Duration) (fails int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.away[host]
	p.fails++
	wait := max(min(5*time.Second<<min(p.fails-1, 10), 5*time.Minute), least)
	p.until = s.DB.Now().Add(wait)
	s.away[host] = p
	return p.fails
}

// SendDue sends what is due now, host by host, and tells whether there was
// anything: for tests and short commands, where Run is not running.
func (s *Sender) SendDue(ctx context.Context) (did bool, err error) {
	list, err := s.DB.Read().DeliveryHosts(ctx, s.DB.Now())
	for _, host := range list {
		if !s.take(host) {
			continue
		}
		sent, e := s.serve(ctx, host)
		s.free(host)
		did, err = did || sent, errors.Join(err, e)
	}
	return did, err
}

// serve sends all that is due to a host, one after the other, until nothing is
// or the host does not answer.
func (s *Sender) serve(ctx context.Context, host string) (did bool, err error) {
	for ctx.Err() == nil {
		var due []model.Delivery
		err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
			due, err = tx.ClaimDeliveries(tx.Ctx, host, claimed, lease, func(tries int) model.Time { return again(tx.Now, tries) })
			return err
		})
		if err != nil {
			return did, fmt.Errorf("claim webhooks: %w", err)
		}
		if len(due) == 0 {
			return did, nil
		}
		did = true
		if more, err := s.batch(ctx, host, due); err != nil || !more {
			return did, err
		}
	}
	return did, ctx.Err()
}

// batch sends claimed deliveries. Results are written soon: after each slow
// one, and of quick ones together.
func (s *Sender) batch(ctx context.Context, host string, due []model.Delivery) (more bool, err error) {
	set, err := s.Settings(ctx)
	if err != nil {
		return false, errors.Join(err, s.note(ctx, nil, due, 0))
	}
	var done []model.Delivery
	began := time.Now()
	for i, d := range due {
		if ctx.Err() != nil {
			return false, s.note(ctx, done, due[i:], 0)
		}
		r := s.send(ctx, set, d)
		if ctx.Err() != nil && r.silent {
			return false, s.note(ctx, done, due[i:], 0) // we hung up, not they
		}
		d = s.judge(d, r)
		if r.silent || r.wait > 0 {
			fails := s.silent(host, r.wait)
			if s.hopeless(d, fails) {
				d.State = model.DeliveryFailed
			}
			return false, s.note(ctx, append(done, d), due[i+1:], fails)
		}
		done = append(done, d)
		s.answered(host)
		if time.Since(began) > flushed {
			if err := s.note(ctx, done, nil, 0); err != nil {
				return false, err
			}
			done, began = nil, time.Now()
		}
	}
	return true, s.note(ctx, done, nil, 0)
}

// note writes results and gives back what was not tried, in one transaction.
// It is written even when the desk is just stopping: what was taken must not
// be sent twice for the sake of a second. What was not tried although it is
// old, because its host was tried often and does not answer, is given up.
func (s *Sender) note(ctx context.Context, done, untried []model.Delivery, fails int) error {
	if len(done)+len(untried) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		for _, d := range done {
			if err := s.write(tx, d); err != nil {
				return err
			}
		}
		for _, d := range untried {
			if s.hopeless(d, fails) {
				d.State, d.Answer = model.DeliveryFailed, "the server does not answer"
				if err := s.write(tx, d); err != nil {
					return err
				}
				continue
			}
			if err := tx.ReturnDelivery(tx.Ctx, d.ID, tx.Now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what became of webhooks: %w", err)
	}
	return nil
}

// hopeless reports whether a delivery is to be given up because its host did
// not answer so often.
func (s *Sender) hopeless(d model.Delivery, fails int) bool {
	return fails >= model.DeliveryTries && s.DB.Now().Sub(d.CreatedAt) >= model.DeliveryLapse
}

// write writes a result, and says in the history of the ticket when a request
// was given up.
func (s *Sender) write(tx *store.Tx, d model.Delivery) error {
	if err := tx.DeliveryDone(tx.Ctx, d); err != nil || d.State != model.DeliveryFailed || d.TicketID == 0 {
		return err
	}
	_, err := tx.Record(tx.Ctx, model.System("webhooks"), d.TicketID, model.DeliveryGivenUp{Delivery: d.ID, Name: d.Name, Host: d.Host})
	return err
}

// client is a guarded client for a port: which one an admin chose is not ours
// to judge, which networks it may reach is.
func (s *Sender) client(set model.Settings, port int) *http.Client {
	type key struct {
		port    int
		private bool
	}
	k := key{port, set.AllowPrivateWebhookURLs}
	if c, ok := s.clients.Load(k); ok {
		return c.(*http.Client)
	}
	allow := s.Allow
	if k.private {
		allow = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	}
	c, _ := s.clients.LoadOrStore(k, safe.Client(safe.ClientOptions{Timeout: timeout, Allow: allow, Ports: []int{port}, MaxBody: 64 << 10}))
	return c.(*http.Client)
}
