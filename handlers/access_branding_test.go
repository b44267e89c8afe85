package handlers_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"escalated/model"
)

// The look and the words of mails. A preview is kept for whoever asked for it:
// the one of the fill is nobody's.
func init() {
	for _, r := range []string{
		"GET admin/branding/", "POST admin/branding/update/", "POST admin/branding/preview/", "POST admin/branding/test/",
		"GET admin/branding/logo/:id/", "POST admin/branding/logo/:id/update/", "POST admin/branding/logo/:id/delete/",
		"GET admin/mail-texts/", "GET admin/mail-texts/:id/", "POST admin/mail-texts/:id/update/",
		"POST admin/mail-texts/:id/preview/", "POST admin/mail-texts/:id/test/", "POST admin/mail-texts/:id/reset/",
	} {
		access[r] = "in in 404 404 no no no ok"
	}
	access["GET admin/mail-preview/:key/"] = "in in 404 404 no no no 404"
	prepare = append(prepare, func(t *testing.T, w *world) {
		t.Helper()
		var logo bytes.Buffer
		if err := png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		if err := w.Verbs().SaveLogo(t.Context(), w.Admin("bertha").Actor(), model.LogoLight, &logo); err != nil {
			t.Fatal(err)
		}
	})
	fill["admin/branding/logo/"] = func(*world) string { return "light" }
	fill["admin/mail-texts/"] = func(*world) string { return "reply.en" }
}
