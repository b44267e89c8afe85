package safe

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func TestPublic(t *testing.T) {
	for _, inside := range strings.Fields(`
		0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 169.254.0.1 169.254.169.254
		172.16.0.1 172.31.255.254 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.1 198.51.100.1
		203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
		:: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
		64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:10::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1
		3fff::1 5f00::1 fc00::1 fd00:ec2::254 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 4000::1 2606:4700::1111%eth0`) {
		if Public(netip.MustParseAddr(inside)) {
			t.Errorf("%s counts as public", inside)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address counts as public")
	}
	for _, outside := range strings.Fields(`1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 192.167.1.1
		223.255.255.1 ::ffff:8.8.8.8 2606:4700::1111 2a00:1450::1 2001:4860:4860::8888`) {
		if !Public(netip.MustParseAddr(outside)) {
			t.Errorf("%s does not count as public", outside)
		}
	}
}

func TestCheckSeesPorts(t *testing.T) {
	ports := []int{80, 443, 8443}
	for address, allowed := range map[string]bool{
		"8.8.8.8:80": true, "8.8.8.8:443": true, "8.8.8.8:8443": true, "[2606:4700::1111]:443": true, "[::ffff:8.8.8.8]:443": true,
		"8.8.8.8:22": false, "8.8.8.8:25": false, "8.8.8.8:0": false, "127.0.0.1:80": false, "[::ffff:127.0.0.1]:80": false,
		"10.1.2.3:6379": true, "[::ffff:10.1.2.3]:80": true, "10.2.2.3:80": false, "localhost:80": false, "": false,
	} {
		err := check(address, []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, ports)
		if (err == nil) != allowed || err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func get(client *http.Client, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(request)
}

func TestClientRefuses(t *testing.T) {
	reached := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer server.Close()
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	port := at.Port()
	client := Client(ClientOptions{Ports: []int{mustPort(t, port)}})
	for _, host := range []string{
		"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
		"0.0.0.0", "[::]", "127.0.0.2", "localhost.", "169.254.169.254", "10.0.0.1", "192.168.1.1", "100.64.0.1", "[fd00::1]",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]",
	} {
		response, err := get(client, "http://"+host+":"+port+"/")
		if err == nil {
			response.Body.Close()
			t.Errorf("%s answered", host)
			continue
		}
		// Odd spellings do not resolve at all; an address always is refused.
		if _, parsed := netip.ParseAddr(strings.Trim(host, "[]")); parsed == nil && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, address := range []string{"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "http:///x", "unix:///run/x"} {
		if response, err := get(client, address); err == nil {
			response.Body.Close()
			t.Errorf("%s answered", address)
		}
	}
	if reached != 0 {
		t.Errorf("the server was reached %d times", reached)
	}
}

func mustPort(t *testing.T, s string) int {
	t.Helper()
	port, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestClientIgnoresProxies(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	client := Client(ClientOptions{})
	if guarded := client.Transport.(guard); guarded.next.Proxy != nil {
		t.Error("the transport uses a proxy")
	}
}

func TestClientAllowsWhatTheOperatorNamed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "http://10.255.255.1/", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 5000))
		default:
			_, _ = io.WriteString(w, "hello")
		}
	}))
	defer server.Close()
	plain := Client(ClientOptions{Allow: loopback, MaxBody: 4999})
	following := Client(ClientOptions{Allow: loopback, Redirects: 3, MaxBody: 5000})

	if status, body, err := fetch(plain, server.URL); err != nil || status != 200 || body != "hello" {
		t.Errorf("%d %q %v", status, body, err)
	}
	if status, _, err := fetch(plain, server.URL+"/redirect"); err != nil || status != 302 {
		t.Errorf("redirect: %d %v", status, err)
	}
	if status, body, err := fetch(following, server.URL+"/redirect"); err != nil || status != 200 || body != "hello" {
		t.Errorf("followed redirect: %d %q %v", status, body, err)
	}
	for _, path := range []string{"/inside", "/loop", "/file"} {
		if status, _, err := fetch(following, server.URL+path); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %d %v", path, status, err)
		}
	}
	if _, body, err := fetch(plain, server.URL+"/large"); !errors.Is(err, ErrTooLarge) || len(body) != 4999 {
		t.Errorf("large: %d bytes, %v", len(body), err)
	}
	if _, body, err := fetch(following, server.URL+"/large"); err != nil || len(body) != 5000 {
		t.Errorf("just fits: %d bytes, %v", len(body), err)
	}
}

func TestRedirectNeverLeavesTLS(t *testing.T) {
	via := []*http.Request{httptest.NewRequest(http.MethodGet, "https://a.test/", nil)}
	next := httptest.NewRequest(http.MethodGet, "http://a.test/", nil)
	if err := redirects(3)(next, via); !errors.Is(err, ErrRefused) {
		t.Errorf("%v", err)
	}
}

func fetch(client *http.Client, address string) (status int, body string, err error) {
	response, err := get(client, address)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	return response.StatusCode, string(read), err
}
