package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The values are those of the space's author and of CSS Color 4.
func TestOKLCHOfKnownColours(t *testing.T) {
	for _, c := range []struct {
		hex     string
		l, c, h float64
	}{
		{"#ffffff", 1, 0, 0},
		{"#000000", 0, 0, 0},
		{"#ff0000", 0.62796, 0.25768, 29.23},
		{"#00ff00", 0.86644, 0.29483, 142.50},
		{"#0000ff", 0.45201, 0.31321, 264.05},
		{"#663399", 0.44027, 0.16031, 303.37},
	} {
		given, ok := ParseColour(c.hex)
		if !ok {
			t.Fatal(c.hex)
		}
		o := given.OKLCH()
		if math.Abs(o.L-c.l) > 0.0005 || math.Abs(o.C-c.c) > 0.0005 || c.c > 0 && math.Abs(o.H-c.h) > 0.05 {
			t.Errorf("%s is %+v", c.hex, o)
		}
		if back := o.Colour(); back != given {
			t.Errorf("%s comes back as %s", c.hex, back)
		}
	}
}

func TestContrastOfKnownPairs(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000", "#fff", 21}, {"#777777", "#ffffff", 4.48}, {"#ffcc00", "#ffffff", 1.51}, {"#4f46e5", "#ffffff", 6.29}, {"#abc", "#abc", 1}} {
		a, _ := ParseColour(c.a)
		b, _ := ParseColour(c.b)
		if got := Contrast(a, b); math.Abs(got-c.want) > 0.006 {
			t.Errorf("%s on %s is %.3f, not %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestParseColour(t *testing.T) {
	for _, bad := range []string{"", "red", "#ff", "#fffff", "#ggg", "#12345678", "rgb(0,0,0)", "#fff;}", "ffffff"} {
		if _, ok := ParseColour(bad); ok {
			t.Errorf("%q was taken", bad)
		}
	}
	for in, want := range map[string]string{"#FC0": "#ffcc00", " #4F46E5 ": "#4f46e5"} {
		if c, ok := ParseColour(in); !ok || c.String() != want {
			t.Errorf("%q is %s", in, c)
		}
	}
}

// Yellow is darkened into something that can be read; a colour that can be
// read already stays the one that was chosen.
func TestAccentsKeepWhatTheyCan(t *testing.T) {
	yellow, _ := ParseColour("#ffcc00")
	a := AccentsOf(yellow)
	if a.Light.Accent == yellow || a.Light.OnSurface() > 5 || a.Light.OfWords() > 5 {
		t.Errorf("yellow on white became %s, %.2f", a.Light.Accent, a.Light.OnSurface())
	}
	if a.Dark.Accent != yellow {
		t.Errorf("yellow on black became %s", a.Dark.Accent)
	}
	indigo, _ := ParseColour(DefaultAccent)
	if a := AccentsOf(indigo); a.Light.Accent != indigo || a.Dark.Accent == indigo {
		t.Errorf("indigo became %s and %s", a.Light.Accent, a.Dark.Accent)
	}
}

func TestAccentsCanAlwaysBeRead(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	colours := []Colour{{}, {255, 255, 255}, {127, 127, 127}, {255, 255, 0}, {0, 0, 255}, {0, 255, 255}}
	for range 4000 {
		colours = append(colours, Colour{uint8(r.UintN(256)), uint8(r.UintN(256)), uint8(r.UintN(256))})
	}
	for _, c := range colours {
		all := AccentsOf(c)
		for name, a := range map[string]AccentTones{"light": all.Light, "dark": all.Dark} {
			for what, pair := range map[string][2]Colour{
				"on the surface": {a.Accent, a.Surface}, "on the page": {a.Accent, a.Page}, "words": {a.Accent, a.OnAccent},
				"words on hover": {a.Hover, a.OnAccent}, "hover": {a.Hover, a.Surface}, "on soft": {a.OnSoft, a.Soft},
			} {
				if got := Contrast(pair[0], pair[1]); got < TextContrast {
					t.Fatalf("%s %s: %s is %.2f: %s and %s", c, name, what, got, pair[0], pair[1])
				}
			}
			if a.OfFocus() < RingContrast {
				t.Fatalf("%s %s: focus %s is %.2f", c, name, a.Focus, a.OfFocus())
			}
			sameHue(t, c, a.Accent)
		}
	}
}

// sameHue holds unless one of the two is too grey, dark or light to have a hue.
func sameHue(t *testing.T, from, to Colour) {
	t.Helper()
	a, b := from.OKLCH(), to.OKLCH()
	if a.C < 0.06 || b.C < 0.06 {
		return
	}
	if d := math.Abs(math.Remainder(a.H-b.H, 360)); d > 4 {
		t.Fatalf("%s turned by %.1f° into %s", from, d, to)
	}
}
