package desk

import (
	"hash/maphash"
	"sync"
	"time"

	"escalated/model"
)

// How many links that open nothing one network may try in which time before
// it has to wait. Nobody guesses 160 bits; this tells and slows whoever tries,
// and is far above what old links in a shared mailbox come to. The same link again
// is no further guess: an open page whose link has ended goes on asking.
const (
	guessFree   = 100
	guessWindow = 10 * time.Minute
	guessKept   = 1_000 // networks remembered at most
)

var guessSeed = maphash.MakeSeed()

// guesses counts wrong guest links by network, in memory: looking at a page
// writes nothing.
type guesses struct {
	mu   sync.Mutex
	seen map[string]guessed
}

type guessed struct {
	tried map[uint64]bool
	since model.Time
}

// open is nil while the network may try, else it tells when.
func (g *guesses) open(network string, now model.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.seen[network]
	if len(t.tried) < guessFree || now.Sub(t.since) >= guessWindow {
		return nil
	}
	return &model.Throttled{Until: t.since.Add(guessWindow)}
}

// missed counts a link that opened nothing.
func (g *guesses) missed(network, secret string, now model.Time) {
	tried := maphash.String(guessSeed, secret)
	g.mu.Lock()
	defer g.mu.Unlock()
	t, known := g.seen[network]
	if now.Sub(t.since) >= guessWindow {
		t = guessed{since: now, tried: map[uint64]bool{}}
	}
	t.tried[tried] = true
	if g.seen == nil || !known && len(g.seen) >= guessKept {
		g.seen = map[string]guessed{}
	}
	g.seen[network] = t
}
