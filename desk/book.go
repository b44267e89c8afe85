package desk

import "sync"

// book keeps what was read until it is forgotten. What was read before a
// forgetting is not kept after it.
type book[T any] struct {
	mu   sync.Mutex
	page *T
	age  int
}

// look gives what is kept, or nil and the age to give to keep.
func (b *book[T]) look() (*T, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.page, b.age
}

func (b *book[T]) keep(page *T, age int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.age == age {
		b.page = page
	}
}

func (b *book[T]) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.page = nil
	b.age++
}
