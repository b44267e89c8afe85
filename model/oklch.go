package model

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Colour is an sRGB colour of eight bits a channel.
type Colour struct{ R, G, B uint8 }

var hexForm = regexp.MustCompile(`^#(?:[0-9a-f]{3}|[0-9a-f]{6})$`)

// ParseColour reads #rgb or #rrggbb.
func ParseColour(s string) (Colour, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if !hexForm.MatchString(s) {
		return Colour{}, false
	}
	s = s[1:]
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, err == nil
}

// String is the colour as #rrggbb.
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// Contrast is the ratio of two colours by WCAG 2: 1 is the same, 21 black on white.
func Contrast(a, b Colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c Colour) luminance() float64 {
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// linear takes a channel out of the sRGB transfer curve (IEC 61966-2-1).
func linear(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

func curved(x float64) float64 {
	if x <= 0.0031308 {
		return 12.92 * x
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

// OKLCH is a colour by perceived lightness (0 to 1), chroma (0 is grey) and
// hue in degrees: Björn Ottosson, "A perceptual color space for image
// processing" (2020), https://bottosson.github.io/posts/oklab/, which gives
// the matrices; the polar form is that of CSS Color 4.
type OKLCH struct{ L, C, H float64 }

// OKLCH is the colour in that space.
func (c Colour) OKLCH() OKLCH {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	A := 1.9779984951*l - 2.4285922050*m + 0.4505937099*s
	B := 0.0259040371*l + 0.7827717662*m - 0.8086757660*s
	hue := math.Atan2(B, A) * 180 / math.Pi
	if hue < 0 {
		hue += 360
	}
	return OKLCH{L: 0.2104542553*l + 0.7936177850*m - 0.0040720468*s, C: math.Hypot(A, B), H: hue}
}

// rgb is the colour as linear sRGB, which may lie outside of what screens show.
func (c OKLCH) rgb() (r, g, b float64) {
	sin, cos := math.Sincos(c.H * math.Pi / 180)
	A, B := c.C*cos, c.C*sin
	l := cube(c.L + 0.3963377774*A + 0.2158037573*B)
	m := cube(c.L - 0.1055613458*A - 0.0638541728*B)
	s := cube(c.L - 0.0894841775*A - 1.2914855480*B)
	return 4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s
}

func cube(x float64) float64 { return x * x * x }

// Colour is the nearest colour a screen shows: lightness and hue stay, and
// chroma gives way as far as it must.
func (c OKLCH) Colour() Colour {
	c.L = min(max(c.L, 0), 1)
	shows := func(chroma float64) bool {
		const e = 1e-4
		r, g, b := OKLCH{c.L, chroma, c.H}.rgb()
		return min(r, g, b) >= -e && max(r, g, b) <= 1+e
	}
	if !shows(c.C) {
		low, high := 0.0, c.C
		for range 24 {
			if mid := (low + high) / 2; shows(mid) {
				low = mid
			} else {
				high = mid
			}
		}
		c.C = low
	}
	r, g, b := c.rgb()
	channel := func(x float64) uint8 { return uint8(math.Round(255 * min(max(curved(min(max(x, 0), 1)), 0), 1))) }
	return Colour{channel(r), channel(g), channel(b)}
}

// towards moves a colour's lightness up or down, hue and chroma kept, until its
// contrast to each of the grounds reaches a ratio; one that has it stays as it
// is. Black and white end the way.
func towards(c Colour, up bool, ratio float64, grounds ...Colour) Colour {
	enough := func(c Colour) bool {
		for _, g := range grounds {
			if Contrast(c, g) < ratio {
				return false
			}
		}
		return true
	}
	const step = 1.0 / 512
	by := step
	if !up {
		by = -step
	}
	for o, n := c.OKLCH(), 0; !enough(c) && n < 1/step; n++ {
		o.L = min(max(o.L+by, 0), 1)
		c = o.Colour()
	}
	return c
}
