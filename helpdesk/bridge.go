package helpdesk

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"escalated/handlers/web"
)

// Handler is the desk for a net/http host: mux.Handle(prefix+"/", d.Handler()).
// Bodies stream in both directions, the host's context comes along, and the
// path is that of the request line, so http.StripPrefix changes nothing.
func (d *Desk) Handler() http.Handler {
	return bridge(d.hosted().Handler())
}

// Server is the desk as its own server would be, root paths and check of the
// host's name included, for whoever runs a server of their own around it.
func (d *Desk) Server() http.Handler { return bridge(d.application(true).Handler()) }

// bridge runs a fasthttp handler in net/http.
func bridge(handle fasthttp.RequestHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var ctx fasthttp.RequestCtx
		ctx.Init(&fasthttp.Request{}, remote(r.RemoteAddr), nil)
		carryIn(&ctx, r)
		handle(&ctx)
		carryOut(w, r, &ctx.Response)
	})
}

// Mount adds the desk to a Fiber host, under its base path. The desk keeps its
// own rules for paths and errors; Identify sees the host's locals. Uploads are
// bounded by the host's BodyLimit.
func (d *Desk) Mount(host *fiber.App) {
	handle, prefix := d.hosted().Handler(), d.cfg.prefix()
	host.Use(prefix, func(c *fiber.Ctx) error {
		path := c.Path()
		if len(path) > len(prefix) && path[len(prefix)] != '/' {
			return c.Next() // "/supportive"
		}
		handle(c.Context())
		return nil
	})
}

// hosted is the application inside a host program, made once.
func (d *Desk) hosted() *fiber.App {
	d.inside.Do(func() { d.app = d.application(false) })
	return d.app
}

func remote(address string) net.Addr {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil
	}
	return net.TCPAddrFromAddrPort(a)
}

// carryIn makes a fasthttp request of a net/http one.
func carryIn(ctx *fasthttp.RequestCtx, r *http.Request) {
	req := &ctx.Request
	uri := r.RequestURI
	if uri == "" {
		uri = r.URL.RequestURI()
	}
	req.Header.SetMethod(r.Method)
	req.Header.SetProtocol(r.Proto)
	for name, values := range r.Header {
		for _, v := range values {
			req.Header.Add(name, v)
		}
	}
	req.SetRequestURI(uri)
	req.Header.SetHost(r.Host)
	if r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0 {
		req.SetBodyStream(r.Body, int(r.ContentLength))
	}
	var host context.Context = r.Context()
	ctx.SetUserValue(web.HostContext{}, host)
	ctx.SetUserValue(web.HostTLS{}, r.TLS != nil)
}

// carryOut writes a fasthttp response to a net/http one. A stream is passed on
// piece by piece and ends when the client goes.
func carryOut(w http.ResponseWriter, r *http.Request, resp *fasthttp.Response) {
	for name, value := range resp.Header.All() {
		switch string(name) {
		case fasthttp.HeaderContentLength, fasthttp.HeaderConnection, fasthttp.HeaderTransferEncoding:
		default:
			w.Header().Add(string(name), string(value))
		}
	}
	if resp.ConnectionClose() {
		w.Header().Set("Connection", "close")
	}
	if !resp.IsBodyStream() {
		w.WriteHeader(resp.StatusCode())
		_, _ = w.Write(resp.Body()) // the client may be gone
		return
	}
	defer resp.CloseBodyStream() // closed already if the client went first
	stream := resp.BodyStream()
	if n := resp.Header.ContentLength(); n >= 0 {
		w.Header().Set(fasthttp.HeaderContentLength, string(fasthttp.AppendUint(nil, n)))
		w.WriteHeader(resp.StatusCode())
		if r.Method != http.MethodHead {
			_, _ = io.Copy(w, stream) // the client may be gone
		}
		return
	}
	w.WriteHeader(resp.StatusCode())
	if closer, ok := stream.(io.Closer); ok {
		defer context.AfterFunc(r.Context(), func() { closer.Close() })()
	}
	pass(w, stream)
}

// slowest is how long one piece of a stream may be on its way.
const slowest = 30 * time.Second

// pass copies and flushes after each piece.
func pass(w http.ResponseWriter, stream io.Reader) {
	out, buf := http.NewResponseController(w), make([]byte, 16<<10)
	if out.Flush() != nil {
		return
	}
	for {
		n, err := stream.Read(buf)
		if n > 0 {
			// A reader who takes nothing must not hold the stream for ever. Servers
			// that know no deadlines say so, which is no reason to stop.
			_ = out.SetWriteDeadline(time.Now().Add(slowest))
			if _, err := w.Write(buf[:n]); err != nil {
				return
			}
			if out.Flush() != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
