package safe

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

var (
	// ErrRefused is wrapped by the error of a request or connection to an
	// address, port or scheme that is not allowed.
	ErrRefused = errors.New("address is not allowed")
	// ErrTooLarge is returned by the body of a response beyond the limit.
	ErrTooLarge = errors.New("response is too large")
)

// ClientOptions sets up a guarded client. The zero value serves webhooks.
type ClientOptions struct {
	// Timeout bounds a whole request with its redirects and its body;
	// 15 s when zero.
	Timeout time.Duration
	// Allow lists networks that are reachable although they are not public,
	// on every port: what the operator has named, or loopback in tests.
	Allow []netip.Prefix
	// Ports adds to 80 and 443 for public addresses.
	Ports []int
	// Redirects is how many are followed, each checked like the first
	// address; with none the redirect itself is the response.
	Redirects int
	// MaxBody bounds the body in bytes after which reading fails with
	// ErrTooLarge; 1 MB when zero.
	MaxBody int64
}

// Client returns a client for addresses that people type. It connects only
// to public addresses, checked after the name was resolved and for every
// connection, so that neither names, odd spellings, redirects nor a changing
// DNS answer lead inside. It uses no proxy, no cookies and no compression.
func Client(opt ClientOptions) *http.Client {
	if opt.Timeout == 0 {
		opt.Timeout = 15 * time.Second
	}
	if opt.MaxBody == 0 {
		opt.MaxBody = 1 << 20
	}
	transport := &http.Transport{
		Proxy:                  nil,
		DialContext:            Dialer(opt).DialContext,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  opt.Timeout,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConns:           20,
		MaxIdleConnsPerHost:    2,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return &http.Client{
		Transport:     guard{next: transport, most: opt.MaxBody},
		Timeout:       opt.Timeout,
		CheckRedirect: redirects(opt.Redirects),
	}
}

// Dialer returns the dialer behind Client, for other protocols.
func Dialer(opt ClientOptions) *net.Dialer {
	ports := append([]int{80, 443}, opt.Ports...)
	return &net.Dialer{
		Timeout:   5 * time.Second,
		KeepAlive: 30 * time.Second,
		Control: func(network, address string, _ syscall.RawConn) error {
			if network != "tcp4" && network != "tcp6" {
				return fmt.Errorf("%w: %s", ErrRefused, network)
			}
			return check(address, opt.Allow, ports)
		},
	}
}

// check sees the address that is about to be dialled, after resolution.
func check(address string, allow []netip.Prefix, ports []int) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrRefused, address)
	}
	addr := target.Addr().Unmap()
	if within(addr, allow) {
		return nil
	}
	if !Public(addr) {
		return fmt.Errorf("%w: %s", ErrRefused, addr)
	}
	if !slices.Contains(ports, int(target.Port())) {
		return fmt.Errorf("%w: port %d", ErrRefused, target.Port())
	}
	return nil
}

func redirects(most int) func(*http.Request, []*http.Request) error {
	return func(next *http.Request, via []*http.Request) error {
		if most == 0 {
			return http.ErrUseLastResponse
		}
		if len(via) > most {
			return fmt.Errorf("%w: more than %d redirects", ErrRefused, most)
		}
		if via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
			return fmt.Errorf("%w: redirect from https to %s", ErrRefused, next.URL.Scheme)
		}
		return nil
	}
}

// guard checks the address as written and bounds the body.
type guard struct {
	next *http.Transport
	most int64
}

func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" || r.URL.Hostname() == "" {
		return nil, fmt.Errorf("%w: %s", ErrRefused, r.URL.Scheme)
	}
	response, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body = &limited{ReadCloser: response.Body, left: g.most}
	return response, nil
}

// CloseIdleConnections lets http.Client close what the transport keeps open.
func (g guard) CloseIdleConnections() {
	g.next.CloseIdleConnections()
}

// limited fails instead of ending early, so that half a document is never
// taken for a whole one.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.ReadCloser.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}
