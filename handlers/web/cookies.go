package web

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

// The desk's cookies. Their path is the prefix, so a host's are left alone.
const (
	SessionCookie  = "escalated_session"
	LanguageCookie = "escalated_lang"
	ThemeCookie    = "escalated_theme"
	flashCookie    = "escalated_flash"
)

// SetSession signs the browser in with a session's token. It is forgotten when
// the browser closes, or after keep.
func SetSession(c *fiber.Ctx, token string, keep time.Duration) {
	setCookie(c, SessionCookie, token, keep, true)
}

// ClearSession signs the browser out.
func ClearSession(c *fiber.Ctx) { setCookie(c, SessionCookie, "", -1, true) }

// SetLanguage remembers the language for people without an account.
func SetLanguage(c *fiber.Ctx, code string) { setCookie(c, LanguageCookie, code, year, true) }

// SetTheme remembers light or dark; "" follows the device.
func SetTheme(c *fiber.Ctx, theme string) {
	keep := time.Duration(year)
	if theme == "" {
		keep = -1
	}
	setCookie(c, ThemeCookie, theme, keep, true)
}

// Theme is the theme of the request: the person's, else the cookie's.
func Theme(c *fiber.Ctx) string {
	if t := Who(c).Theme; t == "light" || t == "dark" {
		return t
	}
	if t := c.Cookies(ThemeCookie); t == "light" || t == "dark" {
		return clone(t)
	}
	return ""
}

const year = 365 * 24 * time.Hour

// setCookie keeps a cookie for a time; zero means until the browser closes,
// less than zero deletes it.
func setCookie(c *fiber.Ctx, name, value string, keep time.Duration, httpOnly bool) {
	v := at(c)
	cookie := &fiber.Cookie{
		Name: name, Value: value, Path: v.site.Prefix, HTTPOnly: httpOnly,
		Secure: v.site.Secure, SameSite: fiber.CookieSameSiteLaxMode,
	}
	switch {
	case keep > 0:
		cookie.MaxAge = int(keep / time.Second)
	case keep < 0:
		cookie.Expires = time.Unix(1, 0)
		cookie.MaxAge = -1
	default:
		cookie.SessionOnly = true
	}
	c.Cookie(cookie)
}
