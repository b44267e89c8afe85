// Package fakesmtp is a mail server on loopback that keeps what it is sent and
// misbehaves on request: it refuses for now or for good, stalls, hangs up, or
// takes a message and hangs up before saying so. It speaks real SMTP, so that
// tests exercise the real sender.
//
// It stands apart from helpdesktest because it imports nothing of the desk:
// tests inside any package may use it without an import cycle.
package fakesmtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Mode says what the server does with a message.
type Mode int

const (
	// Accept keeps the message and answers 250.
	Accept Mode = iota
	// Temporary answers 451: try again later.
	Temporary
	// Permanent answers 550: never.
	Permanent
	// Slow keeps the message but holds its answer until Release or Close.
	Slow
	// Close hangs up in place of an answer and keeps nothing.
	Close
	// Lost keeps the message, then hangs up in place of the answer: the sender
	// cannot know that it arrived.
	Lost
)

// Options are the extras of a server. The zero value is plain SMTP for everyone.
type Options struct {
	STARTTLS       bool   // offer STARTTLS with the certificate of Roots
	TLS            bool   // TLS from the first byte (smtps)
	User, Password string // require AUTH PLAIN with these
	MaxBytes       int64  // refuse larger messages with 552
}

// Server is a running fake. All methods are safe for concurrent use.
type Server struct {
	// Addr is HOST:PORT on loopback.
	Addr string
	// URL is the same in the spelling of the smtp_url setting, credentials included.
	URL string
	// Roots trusts the server's own certificate; nil without TLS.
	Roots *x509.CertPool

	opt Options
	srv *smtp.Server
	l   net.Listener
	tb  testing.TB

	mu       sync.Mutex
	messages []Message
	attempts int
	arrived  chan struct{} // closed and replaced with every message kept
	standing Mode
	next     []Mode
	refused  map[string]Mode
	release  chan struct{} // closed to let slow answers go
	closed   bool
}

// New starts a server that ends with the test.
func New(t testing.TB, opts ...Options) *Server {
	t.Helper()
	s, err := Start(opts...)
	if err != nil {
		t.Fatal(err)
	}
	s.tb = t
	t.Cleanup(s.Close)
	return s
}

// Start starts a server outside of a test; the caller closes it.
func Start(opts ...Options) (*Server, error) {
	s := &Server{arrived: make(chan struct{}), release: make(chan struct{}), refused: map[string]Mode{}}
	if len(opts) > 0 {
		s.opt = opts[0]
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fake smtp: %w", err)
	}
	s.Addr = l.Addr().String()
	s.srv = smtp.NewServer(smtp.BackendFunc(s.session))
	s.srv.Domain = "fake.test"
	s.srv.ReadTimeout, s.srv.WriteTimeout = time.Minute, time.Minute
	s.srv.MaxMessageBytes = s.opt.MaxBytes
	s.srv.AllowInsecureAuth = !s.opt.STARTTLS
	s.srv.EnableSMTPUTF8 = true
	s.srv.ErrorLog = quiet{}
	if s.opt.STARTTLS || s.opt.TLS {
		cert, roots, err := selfSigned()
		if err != nil {
			l.Close()
			return nil, fmt.Errorf("fake smtp: %w", err)
		}
		s.Roots = roots
		s.srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		if s.opt.TLS {
			l = tls.NewListener(l, s.srv.TLSConfig)
		}
	}
	s.URL, s.l = s.url(), l
	go s.srv.Serve(l) // ends with Close, whose error is the only one
	return s, nil
}

func (s *Server) url() string {
	u := url.URL{Scheme: "smtp", Host: s.Addr}
	switch {
	case s.opt.TLS:
		u.Scheme = "smtps"
	case !s.opt.STARTTLS:
		u.RawQuery = "tls=none"
	}
	if s.opt.User != "" {
		u.User = url.UserPassword(s.opt.User, s.opt.Password)
	}
	return u.String()
}

// Close stops the server; further connections are refused.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.mu.Unlock()
	s.Release()
	s.l.Close() // the server knows its listener only once Serve has begun
	s.srv.Close()
}

// Fail sets what happens to every message from now on, until Fail(Accept).
func (s *Server) Fail(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standing = m
}

// FailNext plans the next messages one by one; then the standing mode returns.
func (s *Server) FailNext(modes ...Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, modes...)
}

// FailFor refuses one recipient at RCPT; other recipients of the same message
// are taken. Accept lifts it.
func (s *Server) FailFor(address string, m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[strings.ToLower(address)] = m
}

// Release lets the answers held by Slow go.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.release)
	s.release = make(chan struct{})
}

// Messages returns what was kept, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// To returns the messages kept for one envelope recipient, oldest first.
func (s *Server) To(address string) []Message {
	return slices.DeleteFunc(s.Messages(), func(m Message) bool {
		return !slices.ContainsFunc(m.To, func(to string) bool { return strings.EqualFold(to, address) })
	})
}

// Attempts counts the messages offered, those refused included.
func (s *Server) Attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts
}

// Forget drops what was kept.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages, s.attempts = nil, 0
}

// Wait returns as soon as at least n messages were kept.
func (s *Server) Wait(ctx context.Context, n int) ([]Message, error) {
	for {
		s.mu.Lock()
		got, arrived := slices.Clone(s.messages), s.arrived
		s.mu.Unlock()
		if len(got) >= n {
			return got, nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return got, fmt.Errorf("%d of %d messages arrived: %w", len(got), n, ctx.Err())
		}
	}
}

// WaitFor is Wait for tests: it fails the test when the time is up.
func (s *Server) WaitFor(n int, within time.Duration) []Message {
	if s.tb != nil {
		s.tb.Helper()
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	got, err := s.Wait(ctx, n)
	if err == nil {
		return got
	}
	if s.tb == nil {
		panic(err) // WaitFor belongs to New; Start offers Wait
	}
	for _, m := range got {
		s.tb.Logf("arrived: %q to %v", m.Subject, m.To)
	}
	s.tb.Fatal(err)
	return nil
}

// mode takes the plan for the message at hand.
func (s *Server) mode() Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempts++
	if len(s.next) > 0 {
		m := s.next[0]
		s.next = s.next[1:]
		return m
	}
	return s.standing
}

func (s *Server) keep(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, m)
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// answer turns a mode into the SMTP error for it; nil is yes.
func answer(m Mode) error {
	switch m {
	case Temporary:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	case Permanent:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
	case Close, Lost:
		return errors.New("connection closed by plan")
	}
	return nil
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}
