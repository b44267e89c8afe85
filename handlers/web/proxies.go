package web

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Proxies are the networks of reverse proxies whose X-Forwarded-* headers are
// believed. What anybody else claims about addresses and names is ignored.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks in CIDR form.
func ParseProxies(list []string) (Proxies, error) {
	var out Proxies
	for _, s := range list {
		s = strings.TrimSpace(s)
		if p, err := netip.ParsePrefix(s); err == nil {
			out = append(out, p.Masked())
			continue
		}
		a, err := netip.ParseAddr(s)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q is neither an address nor a network", s)
		}
		out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
	}
	return out, nil
}

func (p Proxies) trust(address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, n := range p {
		if n.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// see tells the client's address, the host name it asked for and whether it
// came by https. X-Forwarded-For is read from its end: whatever stands before
// the last proxy we trust was written by the client.
func (p Proxies) see(c *fiber.Ctx) (address, host string, https bool) {
	peer := c.Context().RemoteAddr().String()
	if h, _, err := net.SplitHostPort(peer); err == nil {
		peer = h
	}
	address, host, https = peer, string(c.Request().Header.Host()), c.Context().IsTLS()
	if tls, ok := c.Context().UserValue(HostTLS{}).(bool); ok {
		https = tls
	}
	if len(p) == 0 || !p.trust(peer) {
		return address, host, https
	}
	hops := strings.Split(clone(c.Get(fiber.HeaderXForwardedFor)), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if a, err := netip.ParseAddr(hop); err != nil {
			break
		} else {
			address = a.Unmap().String()
		}
		if !p.trust(address) {
			break
		}
	}
	if h := last(c.Get(fiber.HeaderXForwardedHost)); h != "" {
		host = h
	}
	if proto := last(c.Get(fiber.HeaderXForwardedProto)); proto != "" {
		https = strings.EqualFold(proto, "https")
	}
	return address, host, https
}

// last is the entry of a list header that the nearest proxy wrote.
func last(list string) string {
	if i := strings.LastIndexByte(list, ','); i >= 0 {
		list = list[i+1:]
	}
	return clone(strings.TrimSpace(list))
}

// ours reports whether a Host header names this desk: the host of base_url,
// or, when that is not set, this machine by address or as localhost. A name of
// somebody else's that was pointed at us is neither.
func (s *Site) ours(host string) bool {
	if s.BaseURL != "" {
		u, err := url.Parse(s.BaseURL)
		return err == nil && strings.EqualFold(withPort(u.Host, u.Scheme), withPort(host, u.Scheme))
	}
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false // "localhost:x@elsewhere" would be another host in a link
		}
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	name = strings.ToLower(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

func withPort(host, scheme string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	port := "80"
	if scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}
