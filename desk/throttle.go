package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"escalated/model"
	"escalated/store"
)

// limit is a number of free tries under a key, and the growing wait after
// each further one. A pause as long as forget makes them all free again, so
// nobody is kept out for good.
type limit struct {
	key    string
	free   int
	first  time.Duration // wait after the last free try; doubled with each further one
	most   time.Duration
	forget time.Duration
}

// waits is how long to wait after n tries.
func (l limit) waits(n int) time.Duration {
	if n < l.free {
		return 0
	}
	w := l.first
	for range n - l.free {
		if w *= 2; w >= l.most {
			return l.most
		}
	}
	return min(w, l.most)
}

// open is nil when another try is free at the time, else it tells when.
func (l limit) open(t store.Throttle, now model.Time) error {
	if t.N == 0 || now.Sub(t.At) >= l.forget {
		return nil
	}
	if until := t.At.Add(l.waits(t.N)); now < until {
		return &model.Throttled{Until: until}
	}
	return nil
}

// key names what is counted without saying what it is: addresses that people
// typed, and what they typed by mistake, are not stored.
func (d *Desk) throttleKey(what string, of ...string) string {
	m := hmac.New(sha256.New, d.key)
	fmt.Fprintf(m, "throttle\x00%s", what)
	for _, s := range of {
		fmt.Fprintf(m, "\x00%s", s)
	}
	return what + ":" + hex.EncodeToString(m.Sum(nil)[:12])
}

// network is the part of an address that one person has in hand: an IPv4
// address, or the first 64 bits of an IPv6 address.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// passwordLimits are those of guessing a password: from one network at one
// account, from everywhere at one account, and from one network at all.
func (d *Desk) passwordLimits(by model.Actor, account string) []limit {
	limits := []limit{{key: d.throttleKey("password-account", account), free: 20, first: 15 * time.Second, most: 5 * time.Minute, forget: time.Hour}}
	if net := network(by.Address); net != "" {
		limits = append(limits,
			limit{key: d.throttleKey("password", account, net), free: 5, first: 15 * time.Second, most: 15 * time.Minute, forget: 2 * time.Hour},
			limit{key: d.throttleKey("password-network", net), free: 40, first: 15 * time.Second, most: 15 * time.Minute, forget: time.Hour})
	}
	return limits
}

// linkLimits are those of asking for mail to an address.
func (d *Desk) linkLimits(by model.Actor, address string) []limit {
	limits := []limit{{key: d.throttleKey("link-address", address), free: 3, first: 5 * time.Minute, most: 20 * time.Minute, forget: time.Hour}}
	if net := network(by.Address); net != "" {
		limits = append(limits, limit{key: d.throttleKey("link-network", net), free: 30, first: time.Minute, most: 20 * time.Minute, forget: time.Hour})
	}
	return limits
}

func keysOf(limits []limit) []string {
	keys := make([]string, len(limits))
	for i, l := range limits {
		keys[i] = l.key
	}
	return keys
}

// throttled looks whether a try is free, without counting it.
func (d *Desk) throttled(ctx context.Context, r store.Reader, now model.Time, limits []limit) error {
	_, err := d.counts(ctx, r, now, limits)
	return err
}

// counts loads the counts of limits; *model.Throttled with the latest end when one is not open.
func (d *Desk) counts(ctx context.Context, r store.Reader, now model.Time, limits []limit) (map[string]store.Throttle, error) {
	got, err := r.Throttles(ctx, keysOf(limits))
	if err != nil {
		return nil, fmt.Errorf("count attempts: %w", err)
	}
	var until model.Time
	for _, l := range limits {
		var t *model.Throttled
		if errors.As(l.open(got[l.key], now), &t) {
			until = max(until, t.Until)
		}
	}
	if until != 0 {
		return got, &model.Throttled{Until: until}
	}
	return got, nil
}

// take counts a try under all limits, or refuses it under any. It runs on the
// single writer, so tries at the same moment are counted one after another.
// last is the number of the try that was the last free one of a limit, else 0.
func (d *Desk) take(ctx context.Context, tx *store.Tx, limits []limit) (last int, err error) {
	got, err := d.counts(ctx, tx.Reader, tx.Now, limits)
	if err != nil {
		return 0, err
	}
	for _, l := range limits {
		t := got[l.key]
		if tx.Now.Sub(t.At) >= l.forget {
			t.N = 0
		}
		t.Key, t.N, t.At = l.key, min(t.N+1, 1000), tx.Now
		if err := tx.PutThrottle(ctx, t); err != nil {
			return 0, err
		}
		if t.N == l.free {
			last = max(last, t.N)
		}
	}
	return last, nil
}

// giveBack takes a try out of the counts that turned out to be right: what is
// counted about the account is forgotten, of the network only this try.
func (d *Desk) giveBack(ctx context.Context, tx *store.Tx, limits []limit) error {
	got, err := tx.Throttles(ctx, keysOf(limits))
	if err != nil {
		return err
	}
	for i, l := range limits {
		t := got[l.key]
		if t.Key == "" {
			continue
		}
		if t.N--; i < 2 {
			t.N = 0
		}
		if err := tx.PutThrottle(ctx, t); err != nil {
			return err
		}
	}
	return nil
}
