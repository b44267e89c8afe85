package model

// TextContrast is the ratio that words and what they stand on must reach
// (WCAG 2.2, 1.4.3), and RingContrast that of marks without words (1.4.11).
const (
	TextContrast = 4.5
	RingContrast = 3
)

// The grounds of light and dark pages and mails.
var (
	lightPage, lightSurface = Colour{0xf6, 0xf7, 0xf9}, Colour{0xff, 0xff, 0xff}
	darkPage, darkSurface   = Colour{0x0f, 0x13, 0x19}, Colour{0x17, 0x1c, 0x24}
	onLight, onDark         = Colour{0xff, 0xff, 0xff}, Colour{0x0b, 0x12, 0x20}
)

// AccentTones are the colours that follow from a desk's accent in one theme.
type AccentTones struct {
	Accent   Colour // buttons, links, the desk's name
	OnAccent Colour // words on it
	Hover    Colour
	Soft     Colour // a quiet ground
	OnSoft   Colour // words on it
	Focus    Colour // the ring around what has the focus
	Surface  Colour // what all of it stands on
	Page     Colour
}

// OnSurface is the contrast of the accent to what it stands on.
func (a AccentTones) OnSurface() float64 {
	return min(Contrast(a.Accent, a.Surface), Contrast(a.Accent, a.Page))
}

// OfWords is the contrast of the words on the accent.
func (a AccentTones) OfWords() float64 { return Contrast(a.Accent, a.OnAccent) }

// OfFocus is the contrast of the focus ring to what it stands on.
func (a AccentTones) OfFocus() float64 {
	return min(Contrast(a.Focus, a.Surface), Contrast(a.Focus, a.Page))
}

// Accents are an accent as an admin chose it and as it can be read.
type Accents struct {
	Given       Colour
	Light, Dark AccentTones
}

// GivenOnWhite is the contrast of the colour as it was chosen, on white.
func (a Accents) GivenOnWhite() float64 { return Contrast(a.Given, lightSurface) }

// AccentsOf corrects an accent for both themes: hue and chroma stay, lightness
// moves until every pair can be read.
func AccentsOf(given Colour) Accents {
	light := AccentTones{OnAccent: onLight, Surface: lightSurface, Page: lightPage}
	light.Accent = towards(given, false, TextContrast, lightPage, lightSurface, onLight)
	light.Hover = moved(light.Accent, -0.06)
	light.Soft = quiet(given, 0.955, 0.03)
	light.OnSoft = towards(light.Accent, false, TextContrast, light.Soft, lightSurface)
	light.Focus = towards(given, false, RingContrast, lightPage, lightSurface)
	dark := AccentTones{OnAccent: onDark, Surface: darkSurface, Page: darkPage}
	dark.Accent = towards(given, true, TextContrast, darkPage, darkSurface, onDark)
	dark.Hover = moved(dark.Accent, 0.06)
	dark.Soft = quiet(given, 0.29, 0.06)
	dark.OnSoft = towards(dark.Accent, true, TextContrast, dark.Soft, darkSurface)
	dark.Focus = towards(given, true, RingContrast, darkPage, darkSurface)
	return Accents{Given: given, Light: light, Dark: dark}
}

func moved(c Colour, by float64) Colour {
	o := c.OKLCH()
	o.L += by
	return o.Colour()
}

func quiet(c Colour, lightness, chroma float64) Colour {
	o := c.OKLCH()
	return OKLCH{lightness, min(o.C, chroma), o.H}.Colour()
}

// DefaultAccent is the accent of a desk that chose none.
const DefaultAccent = "#4f46e5"

// Accents are the corrected colours of the desk's accent.
func (s Settings) Accents() Accents {
	c, ok := ParseColour(s.EmailAccentColor)
	if !ok {
		c, _ = ParseColour(DefaultAccent)
	}
	return AccentsOf(c)
}

// Logo is an image of the desk's for mails, kept as PNG.
type Logo struct {
	File          AttachmentID
	Width, Height int // pixels of the file; it is shown at half of them
}

// LogoTheme says on which ground a logo stands.
type LogoTheme string

// The themes of logos.
const (
	LogoLight LogoTheme = "light"
	LogoDark  LogoTheme = "dark"
)

// LogoWidth and LogoHeight bound the pixels of a stored logo: twice what mails
// show, for sharp screens.
const (
	LogoWidth  = 480
	LogoHeight = 128
	LogoBytes  = 1 << 20   // of an upload
	LogoStored = 100 << 10 // of what goes into each mail
	LogoSide   = 6000      // pixels of an uploaded side
)

// MailLook is what an admin decided of the look and the words of mails.
type MailLook struct {
	Logos map[LogoTheme]Logo
	Texts map[MailKind]map[string]MailText // by language; "" is for all others
}

// LogoChanged is a new logo, or none.
type LogoChanged struct {
	Theme   LogoTheme `json:"theme"`
	Removed bool      `json:"removed,omitempty"`
}

// Kind names the event.
func (LogoChanged) Kind() string { return "logo.changed" }

// Public reports that customers do not see the event.
func (LogoChanged) Public() bool { return false }

func init() { register[LogoChanged]() }
