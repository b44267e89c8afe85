package safe

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxFilename  = 180 // bytes, so that the encoded header stays below 1 KB
	maxExtension = 16  // bytes
)

// Filename returns name as a label that is harmless to show and to save
// under: no path, no control, direction or invisible characters, nothing a
// file system reads as special, at most 180 bytes with the extension kept.
// An empty result becomes "file".
func Filename(name string) string {
	if len(name) > 16<<10 {
		name = name[len(name)-16<<10:]
	}
	// Invisible characters go first: behind them hides the rest.
	name = norm.NFC.String(strings.Map(visible, strings.ToValidUTF8(name, "_")))
	name = strings.TrimRight(name, `/\`)
	if cut := strings.LastIndexAny(name, `/\`); cut >= 0 {
		name = name[cut+1:]
	}
	name = strings.Map(portable, name)
	name = strings.Join(strings.Fields(name), " ")
	name = strings.TrimLeft(name, " .~-")
	name = shorten(strings.TrimRight(name, " ."))
	if name == "" {
		return "file"
	}
	if isDevice(name) {
		return "_" + name
	}
	return name
}

// visible drops what has no shape of its own: controls, direction marks, zero
// width and tag characters, variation selectors, private and unassigned ones.
func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
		return ' '
	case unicode.In(r, unicode.C, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return -1
	case r == '\u2800': // the empty Braille pattern
		return ' '
	}
	return r
}

// portable replaces what some file system, shell or spreadsheet reads as
// special, and letters that only look like a slash.
func portable(r rune) rune {
	switch r {
	case '<', '>', ':', '"', '|', '?', '*', '`', '$', '\u2044', '\u2215', '\u29f8', '\uff0f', '\uff3c', '\u2216':
		return '_'
	}
	return r
}

// shorten cuts the stem, never the extension, and never inside a character.
func shorten(name string) string {
	if len(name) <= maxFilename {
		return name
	}
	ext := ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= maxExtension {
		ext = name[dot:]
	}
	stem := name[:maxFilename-len(ext)]
	for stem != "" && !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(stem, " .") + ext
}

var devices = []string{"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}

// isDevice recognises names that Windows opens as a device, with whatever
// extension.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	stem = strings.TrimRight(stem, " ")
	if slices.Contains(devices, stem) {
		return true
	}
	if len(stem) < 4 || stem[:3] != "com" && stem[:3] != "lpt" {
		return false
	}
	digit := stem[3:]
	return len(digit) == 1 && digit >= "0" && digit <= "9" || digit == "¹" || digit == "²" || digit == "³"
}

// Disposition returns the Content-Disposition header for name (RFC 6266):
// an ASCII name for old clients and, where that differs, the real one beside
// it. kind is "inline" or "attachment"; anything else means attachment.
func Disposition(kind, name string) string {
	if kind != "inline" {
		kind = "attachment"
	}
	name = Filename(name)
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, name)
	header := kind + `; filename="` + plain + `"`
	if plain != name {
		header += "; filename*=UTF-8''" + encodeName(name)
	}
	return header
}

// encodeName percent-encodes all but attr-char (RFC 8187).
func encodeName(name string) string {
	var out strings.Builder
	for i := range len(name) {
		c := name[i]
		if isAlnum(c) || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			out.WriteByte(c)
			continue
		}
		out.WriteByte('%')
		out.WriteByte("0123456789ABCDEF"[c>>4])
		out.WriteByte("0123456789ABCDEF"[c&15])
	}
	return out.String()
}
