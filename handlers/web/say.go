package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/gofiber/fiber/v2"

	"escalated/text"
)

// said is a short message about what was done: shown as a toast by scripts,
// as a banner on the next page without them.
type said struct {
	Kind string `json:"kind"` // ok, info, warn, error
	Text string `json:"text"`
	Undo string `json:"undo,omitempty"` // where a POST takes it back
	Show string `json:"show,omitempty"` // where there is more about it
	More string `json:"more,omitempty"` // what that link says
}

// Say tells the visitor something, by text key, with the answer to this
// request: kind is ok, info, warn or error.
func Say(c *fiber.Ctx, kind, key string, args ...any) {
	SayText(c, kind, text.T(c.UserContext(), key, args...))
}

// SayText is Say for a text that is made already.
func SayText(c *fiber.Ctx, kind, words string) {
	v := at(c)
	v.says = append(v.says, said{Kind: kind, Text: words})
}

// SayUndo is Say about something that a POST to path, below the prefix, takes
// back.
func SayUndo(c *fiber.Ctx, path, key string, args ...any) {
	v := at(c)
	v.says = append(v.says, said{Kind: "ok", Text: text.T(c.UserContext(), key, args...), Undo: Path(c, path)})
}

// SayUndoText is SayUndo for a text that is made already.
func SayUndoText(c *fiber.Ctx, path, words string) {
	v := at(c)
	v.says = append(v.says, said{Kind: "ok", Text: words, Undo: Path(c, path)})
}

// SayMore is Say with a text that is made already, and with links, each a path
// below the prefix or "": to take it back, and to the page about it.
func SayMore(c *fiber.Ctx, kind, words, undo, show, more string) {
	s := said{Kind: kind, Text: words}
	if undo != "" {
		s.Undo = Path(c, undo)
	}
	if show != "" {
		s.Show, s.More = Path(c, show), more
	}
	v := at(c)
	v.says = append(v.says, s)
}

// Trigger adds an event for the page's scripts to an HTMX answer.
func Trigger(c *fiber.Ctx, event string, detail any) {
	events := map[string]any{}
	if old := c.GetRespHeader("HX-Trigger"); old != "" {
		if err := json.Unmarshal([]byte(old), &events); err != nil {
			events = map[string]any{}
		}
	}
	events[event] = detail
	if b, err := json.Marshal(events); err == nil {
		c.Set("HX-Trigger", ascii(string(b)))
	}
}

func sendToasts(c *fiber.Ctx) {
	v := at(c)
	if len(v.says) > 0 {
		Trigger(c, "toast", v.says[len(v.says)-1])
		v.says = nil
	}
}

// ascii writes every other character of JSON as \u escapes, because headers
// are read as Latin-1.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// keepSaid moves what was said into a cookie for the next page.
func keepSaid(c *fiber.Ctx) {
	v := at(c)
	if len(v.says) == 0 {
		return
	}
	b, err := json.Marshal(v.says[len(v.says)-1])
	if err != nil || len(b) > 1500 {
		return
	}
	body := base64.RawURLEncoding.EncodeToString(b)
	setCookie(c, flashCookie, body+"."+v.site.sign(body), 2*time.Minute, true)
	v.says = nil
}

// takeSaid reads and deletes the message of the request before. Only pages
// take it, so that a fragment loaded in between does not swallow it.
func takeSaid(c *fiber.Ctx) (said, bool) {
	raw := clone(c.Cookies(flashCookie))
	if raw == "" || IsHTMX(c) || c.Method() != fiber.MethodGet {
		return said{}, false
	}
	body, mac, _ := strings.Cut(raw, ".")
	var s said
	b, err := base64.RawURLEncoding.DecodeString(body)
	if !hmac.Equal([]byte(mac), []byte(at(c).site.sign(body))) || err != nil || json.Unmarshal(b, &s) != nil {
		s = said{}
	}
	setCookie(c, flashCookie, "", -1, true)
	return s, s.Text != ""
}

// sign keeps others from putting words in our mouth by a cookie.
func (s *Site) sign(body string) string {
	m := hmac.New(sha256.New, s.Key)
	m.Write([]byte("flash:" + body))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}
