package safe

import (
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// SniffLength is how many bytes of a file Sniff wants at most. Office files
// reveal themselves only after some kilobytes.
const SniffLength = 8 << 10

// Sniff returns the MIME type, without parameters, of the file that begins
// with head. The content decides. The name only tells apart what looks the
// same inside: office files among archives and tables among texts.
func Sniff(head []byte, filename string) (mime string) {
	if len(head) == 0 {
		return "application/octet-stream"
	}
	if len(head) > SniffLength {
		head = head[:SniffLength]
	}
	mime, _, _ = strings.Cut(mimetype.Detect(head).String(), ";")
	switch ext := suffix(filename); mime {
	case "application/zip":
		if office := officeTypes[ext]; office != "" {
			return office
		}
	case "text/plain":
		if text := textTypes[ext]; text != "" {
			return text
		}
	}
	return mime
}

var officeTypes = map[string]string{
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"odt":  "application/vnd.oasis.opendocument.text",
	"ods":  "application/vnd.oasis.opendocument.spreadsheet",
	"odp":  "application/vnd.oasis.opendocument.presentation",
}

var textTypes = map[string]string{
	"csv": "text/csv", "ics": "text/calendar", "vcf": "text/vcard", "json": "application/json",
}

// InlineType reports whether a file of this sniffed type may be shown inside
// a page. Only images that hold nothing but pixels are; everything else is
// offered as a download.
func InlineType(mime string) bool {
	switch mime {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	}
	return false
}

// Blocked reports whether files of this name are refused because opening
// them runs a program.
func Blocked(filename string) bool {
	if slices.Contains(blocked, suffix(filename)) {
		return true
	}
	// "x.exe::$DATA" is x.exe to Windows.
	before, _, found := strings.Cut(filename, ":")
	return found && slices.Contains(blocked, suffix(before))
}

// BlockedExtensions returns the extensions that Blocked refuses, in lower
// case, without dot and sorted.
func BlockedExtensions() []string {
	return slices.Clone(blocked)
}

var blocked = strings.Fields(`bash bat cmd com cpl csh dll drv dylib exe hta inf js jse ksh lnk
	msi phar php php3 php4 php5 phtml pif pl ps1 psd1 psm1 py rb reg scr sct sh shb so sys
	vbe vbs wsf wsh`)

// suffix returns the last extension in lower case, of the name as it will
// be shown and saved.
func suffix(filename string) string {
	name := Filename(filename)
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		// A name such as ".php" has lost its dot on the way.
		if strings.HasSuffix(strings.ToLower(filename), "."+strings.ToLower(name)) {
			return strings.ToLower(name)
		}
		return ""
	}
	return strings.ToLower(strings.TrimSpace(name[dot+1:]))
}
