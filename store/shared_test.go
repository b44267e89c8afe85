package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestSharedAnswersAreAskedOnceAndKeptApart(t *testing.T) {
	var asked atomic.Int32
	s := new(Shared)
	ctx := Sharing(t.Context(), s)
	ask := func(ctx context.Context, q string, args ...any) ([]int, error) {
		return sharedRows(ctx, Reader{}, q, args, func() ([]int, error) { return []int{int(asked.Add(1))}, nil })
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			v, err := ask(ctx, "q ? ?", "a b", "c")
			if err != nil || len(v) != 1 || v[0] != 1 {
				t.Errorf("%v, %v", v, err)
			}
			v[0] = 99 // everybody has a list of their own
		})
	}
	wg.Wait()
	for i, args := range [][]any{{"a", "b c"}, {"a b", int64(1)}, {"a b", "1"}} {
		if v, _ := ask(ctx, "q ? ?", args...); v[0] != i+2 {
			t.Errorf("%q got an answer to something else", args)
		}
	}
	if v, _ := ask(t.Context(), "q ? ?", "a b", "c"); v[0] != 5 {
		t.Error("answers are shared without being asked to")
	}
	left, leave := context.WithCancel(ctx)
	leave()
	fail := func() (int, error) { return 0, context.Canceled }
	if _, err := shared(left, Reader{}, "late", nil, fail); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if v, err := shared(ctx, Reader{}, "late", nil, func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("a reader gets the failure of another: %d, %v", v, err)
	}
}
