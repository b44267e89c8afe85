package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Shared keeps the answers to queries, so that many readers who ask the same
// thing at the same time make the database answer once. Same means the same
// query with the same arguments: what depends on who asks has them among its
// arguments, so nobody gets an answer that was meant for somebody else.
type Shared struct {
	mu   sync.Mutex
	made map[string]*answer
}

// answer is given once to all who wait for it.
type answer struct {
	done  chan struct{}
	value any
	err   error
}

type sharing struct{}

// Sharing returns a context under which queries outside of transactions give
// and take answers of s.
func Sharing(ctx context.Context, s *Shared) context.Context {
	return context.WithValue(ctx, sharing{}, s)
}

// sharedMost bounds the answers kept by one Shared.
const sharedMost = 5000

// shared finds the answer to a query, or has it made.
func shared[T any](ctx context.Context, r Reader, q string, args []any, ask func() (T, error)) (T, error) {
	s, ok := ctx.Value(sharing{}).(*Shared)
	if !ok || r.tx != nil {
		return ask()
	}
	key := fmt.Sprintf("%s %#v", q, args) // quoted: no two lists of arguments look alike
	s.mu.Lock()
	a, known := s.made[key]
	if !known {
		if s.made == nil {
			s.made = map[string]*answer{}
		}
		if len(s.made) >= sharedMost {
			s.mu.Unlock()
			return ask()
		}
		a = &answer{done: make(chan struct{})}
		s.made[key] = a
	}
	s.mu.Unlock()
	if known {
		select {
		case <-a.done:
		case <-ctx.Done():
			var none T
			return none, ctx.Err()
		}
		if v, ok := a.value.(T); ok && a.err == nil {
			return v, nil
		}
		return ask() // the first reader left, or it is another kind of answer
	}
	defer close(a.done)
	a.err = context.Canceled // stands when ask panics
	v, err := ask()
	a.value, a.err = v, err
	return v, err
}

// sharedRows is shared for several rows; each reader gets a list of their own.
func sharedRows[T any](ctx context.Context, r Reader, q string, args []any, ask func() ([]T, error)) ([]T, error) {
	v, err := shared(ctx, r, q, args, ask)
	return slices.Clone(v), err
}
