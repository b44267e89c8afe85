package command

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
)

// demoFile makes a small file as customers and agents attach them.
func demoFile(kind, lang, department string, r *rand.Rand, words map[string]string) (name string, content []byte) {
	switch kind {
	case "png":
		name = pickName(lang, map[string]string{"en": "screenshot.png", "de": "bildschirmfoto.png", "fr": "capture-ecran.png", "es": "captura.png", "ar": "صورة-الشاشة.png", "ja": "画面.png", "pt": "captura-de-tela.png"})
		return name, demoPicture(r)
	case "csv":
		if department == "billing" {
			name = pickName(lang, map[string]string{"en": "statement.csv", "de": "kontoauszug.csv", "fr": "releve.csv", "es": "extracto.csv", "ar": "كشف-الحساب.csv", "ja": "明細.csv"})
			return name, demoStatement(r, words)
		}
		return pickName(lang, map[string]string{"en": "products.csv", "es": "catalogo.csv"}), demoProducts(r)
	}
	if department == "sales" {
		name = pickName(lang, map[string]string{"en": "offer.txt", "de": "angebot.txt", "fr": "devis.txt", "ar": "عرض-السعر.txt", "pt": "proposta.txt"})
		return name, demoOffer(words)
	}
	return pickName(lang, map[string]string{"en": "till.log.txt", "de": "kasse-protokoll.txt", "ar": "السجل.txt"}), demoLog(r, words)
}

func pickName(lang string, names map[string]string) string {
	if n, ok := names[lang]; ok {
		return n
	}
	return names["en"]
}

func demoStatement(r *rand.Rand, words map[string]string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeffdate;text;amount\r\n")
	day := 3 + r.IntN(18)
	fmt.Fprintf(&b, "%02d.10.;LARKFIELD %s;-%s\r\n", day, words["invoice"], words["amount"])
	fmt.Fprintf(&b, "%02d.10.;LARKFIELD %s;-%s\r\n", day+1, words["invoice"], words["amount"])
	fmt.Fprintf(&b, "%02d.10.;Rent %s;-%d,00\r\n", day+2, words["city"], 900+r.IntN(900))
	return b.Bytes()
}

func demoProducts(r *rand.Rand) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeffbarcode,name,price,stock\r\n")
	for i, n := range []string{"Enamel mug", "Linen apron", "Beeswax candle", "Notebook A5", "Sourdough", "Flat white", "Oat milk", "Postcard", "Tote bag", "Gift wrap"} {
		fmt.Fprintf(&b, "00%08d,%s,%d.%02d,%d\r\n", 31900000+r.IntN(90000)+i, n, 2+r.IntN(30), 10*r.IntN(10), r.IntN(80))
	}
	return b.Bytes()
}

func demoOffer(words map[string]string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "LARKFIELD\n\n%s\n%s\n\n", words["company"], words["city"])
	for _, l := range [][2]string{{"Larkfield Till, 1 location", "29.00"}, {"Card reader " + words["device"], "59.00"}, {"Training, 1 hour", "0.00"}} {
		fmt.Fprintf(&b, "%-32s %8s EUR\n", l[0], l[1])
	}
	return []byte(b.String())
}

func demoLog(r *rand.Rand, words map[string]string) []byte {
	var b strings.Builder
	at := 18*3600 + r.IntN(7200)
	for i, l := range []string{
		"till app " + words["version"] + " starting", "printer \"Receipts\" ready", "printer \"Kitchen\" unknown", "report: begin end of day", "report: " + words["big"] + " receipts",
		"report: copy to \"Kitchen\"", "print: waiting for \"Kitchen\"", "print: waiting for \"Kitchen\"", "watchdog: no answer for 60 s", "error " + words["code"] + ": job abandoned",
	} {
		at += 1 + r.IntN(20) + i
		fmt.Fprintf(&b, "%02d:%02d:%02d  %s\n", at/3600, at/60%60, at%60, l)
	}
	return []byte(b.String())
}

// demoPicture is a window with bars in it, so that a thumbnail looks like one.
func demoPicture(r *rand.Rand) []byte {
	const w, h = 480, 300
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{
		color.RGBA{0xf4, 0xf5, 0xf7, 0xff},
		color.RGBA{0xff, 0xff, 0xff, 0xff},
		color.RGBA{0x2b, 0x31, 0x3d, 0xff},
		color.RGBA{0xd9, 0xdd, 0xe4, 0xff},
		color.RGBA{0x3b, 0x6f, 0xd8, 0xff},
		color.RGBA{0xe2, 0x9a, 0x2c, 0xff},
		color.RGBA{0xc8, 0x3a, 0x3a, 0xff},
		color.RGBA{0x33, 0x9a, 0x6b, 0xff},
	})
	box := func(x0, y0, x1, y1 int, c uint8) {
		for y := max(y0, 0); y < min(y1, h); y++ {
			for x := max(x0, 0); x < min(x1, w); x++ {
				m.SetColorIndex(x, y, c)
			}
		}
	}
	box(0, 0, w, 36, 2)
	for i, c := range []uint8{6, 5, 7} {
		box(14+i*20, 13, 24+i*20, 23, c)
	}
	box(0, 36, 110, h, 3)
	for i := range 6 {
		box(14, 56+i*30, 60+r.IntN(36), 64+i*30, 2)
	}
	box(126, 52, w-16, h-16, 1)
	for i := range 8 {
		tall := 30 + r.IntN(150)
		box(150+i*38, h-36-tall, 174+i*38, h-36, uint8(4+i%2*3))
	}
	box(200, 100, 410, 170, 6)
	box(204, 104, 406, 166, 1)
	box(220, 120, 380, 128, 2)
	box(220, 138, 330, 146, 3)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // a picture in memory always encodes
	}
	return b.Bytes()
}
