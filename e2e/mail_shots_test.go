package e2e

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"escalated/e2e/browser"
	"escalated/model"
	"escalated/text"
)

// wordmark is a logo of letters' height, dark on clear.
func wordmark(ink color.Color) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 360, 80))
	for i := range 6 {
		draw.Draw(img, image.Rect(i*60, 10+(i%3)*8, i*60+36, 70), image.NewUniform(ink), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// TestMailShots draws every kind of mail in every language, on a computer and
// on a phone, light and dark, and keeps pictures and plain texts in a folder,
// whose name it tells, to be looked at. What a machine can see it checks: that
// nothing is wider than the screen, and that lines begin on the right side.
func TestMailShots(t *testing.T) {
	if !slow() {
		t.Skip("set ESCALATED_SLOW to draw all mails")
	}
	folder := os.Getenv("ESCALATED_MAIL_SHOTS")
	if folder == "" {
		folder = filepath.Join(os.TempDir(), "escalated-mails")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Log("mails are in", folder)
	h := newHouse(t)
	boss := h.Admin("root").Actor()
	ctx := context.Background()
	for theme, ink := range map[model.LogoTheme]color.Color{model.LogoLight: color.NRGBA{30, 40, 90, 255}, model.LogoDark: color.NRGBA{200, 210, 255, 255}} {
		if err := h.Verbs().SaveLogo(ctx, boss, theme, bytes.NewReader(wordmark(ink))); err != nil {
			t.Fatal(err)
		}
	}
	kinds, err := h.Verbs().MailTexts(ctx, boss)
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(pages[strings.Trim(r.URL.Path, "/")]))
	}))
	defer server.Close()
	for _, lang := range text.Languages() {
		for _, k := range kinds {
			m, _, err := h.Verbs().PreviewMail(ctx, boss, model.MailDraft{Kind: k.Kind, Locale: lang.Code})
			if err != nil {
				t.Fatal(err)
			}
			name := string(k.Kind) + "-" + lang.Code
			pages[name] = m.HTML
			if err := os.WriteFile(filepath.Join(folder, name+".txt"), []byte("Subject: "+m.Subject+"\n\n"+m.Plain), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name, theme string
		width       int
	}{{"desktop-light", "light", 900}, {"desktop-dark", "dark", 900}, {"phone-light", "light", 390}, {"phone-dark", "dark", 390}} {
		p := browser.Open(t, browser.Options{Base: server.URL, Width: c.width, Height: 700, Theme: c.theme})
		for name := range pages {
			p.Resize(c.width, 300)
			p.Goto("/" + name)
			if wide := browser.Eval[int](p, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
				t.Errorf("%s %s is %d pixels too wide", name, c.name, wide)
			}
			if dir := browser.Eval[string](p, "getComputedStyle(document.body).direction"); (dir == "rtl") != strings.HasSuffix(name, "-ar") {
				t.Errorf("%s reads %s", name, dir)
			}
			if err := os.WriteFile(filepath.Join(folder, name+"-"+c.name+".png"), p.Picture(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
