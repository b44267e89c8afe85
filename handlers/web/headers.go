package web

import "github.com/gofiber/fiber/v2"

// policy is the Content-Security-Policy of pages: everything from here, no
// inline script or style, never inside another site's frame.
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// headers sets what every answer carries. The referrer policy must not be
// no-referrer: browsers then post forms with "Origin: null".
func (s *Site) headers(c *fiber.Ctx) {
	c.Set("Content-Security-Policy", policy)
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	c.Set("Cache-Control", "private, no-cache")
	if s.Secure {
		c.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
