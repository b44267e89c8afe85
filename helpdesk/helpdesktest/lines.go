package helpdesktest

import (
	"strings"
	"sync"
)

// Lines collects log lines.
type Lines struct {
	mu sync.Mutex
	b  strings.Builder
}

// Write adds to the log.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is everything that was logged.
func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
