package safe

import (
	"mime"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var hostileNames = map[string]string{
	"report.pdf":                          "report.pdf",
	"":                                    "file",
	".":                                   "file",
	"..":                                  "file",
	"/":                                   "file",
	" . ":                                 "file",
	"/etc/passwd":                         "passwd",
	"../../../etc/passwd":                 "passwd",
	`..\..\boot.ini`:                      "boot.ini",
	`C:\x.exe`:                            "x.exe",
	"C:x.exe":                             "C_x.exe",
	`\\host\share\x.txt`:                  "x.txt",
	"a/b/c.txt":                           "c.txt",
	"dir/":                                "dir",
	".htaccess":                           "htaccess",
	"\u200b.htaccess":                     "htaccess",
	"\ufeff..\u200d/x":                    "x",
	"con":                                 "_con",
	"nul.txt":                             "_nul.txt",
	"COM1.log":                            "_COM1.log",
	"lpt¹":                                "_lpt¹",
	"console.txt":                         "console.txt",
	"file.txt%00.exe":                     "file.txt%00.exe",
	"file.txt\x00.exe":                    "file.txt.exe",
	"~root":                               "root",
	"-rf":                                 "rf",
	"`id`.txt":                            "_id_.txt",
	"$(id).txt":                           "_(id).txt",
	`"><svg onload=alert(1)>.jpg`:         "___svg onload=alert(1)_.jpg",
	"=cmd|calc.csv":                       "=cmd_calc.csv",
	"a;b.txt":                             "a;b.txt",
	"emoji😀.txt":                          "emoji😀.txt",
	" lead.txt":                           "lead.txt",
	"trail. ":                             "trail",
	"=?utf-8?B?Li4vLi4veA==?=":            "=_utf-8_B_Li4vLi4veA==_=",
	"a\r\nSet-Cookie: x.txt":              "a Set-Cookie_ x.txt",
	"invoice\u202efdp.exe":                "invoicefdp.exe",
	"a\u2066b\u2069\u061c.txt":            "ab.txt",
	"x.php::$DATA":                        "x.php___DATA",
	"..／..／x":                             "_.._x",
	"a\u2044b":                            "a_b",
	"e\u0301.txt":                         "é.txt",
	"bad\xff\xfe.txt":                     "bad_.txt",
	"a\u3164\u00adb\ufe0f.txt":            "ab.txt",
	"two   spaces\t.txt":                  "two spaces .txt",
	"تقرير.pdf":                           "تقرير.pdf",
	"x\u2028y":                            "x y",
	"...hidden...":                        "hidden",
	strings.Repeat("ü", 3000) + ".jpeg":   strings.Repeat("ü", 87) + ".jpeg",
	strings.Repeat("a", 200) + "/../b.gz": "b.gz",
	"a." + strings.Repeat("b", 300):       "a." + strings.Repeat("b", 178),
}

func TestFilename(t *testing.T) {
	for in, want := range hostileNames {
		got := Filename(in)
		if got != want {
			t.Errorf("Filename(%.60q) = %q, want %q", in, got, want)
		}
		harmlessName(t, in)
	}
}

func harmlessName(t *testing.T, in string) {
	t.Helper()
	got := Filename(in)
	if got == "" || len(got) > maxFilename+1 || !utf8.ValidString(got) {
		t.Errorf("Filename(%.60q) = %q", in, got)
	}
	if strings.ContainsAny(got, "/\\:\"<>|?*`$\r\n\x00") || strings.HasPrefix(got, ".") || strings.HasSuffix(got, ".") || strings.HasSuffix(got, " ") {
		t.Errorf("Filename(%.60q) = %q", in, got)
	}
	for _, r := range got {
		if unicode.In(r, unicode.C) {
			t.Errorf("Filename(%.60q) holds %U", in, r)
		}
	}
	if again := Filename(got); again != got {
		t.Errorf("Filename(%.60q) = %q, again %q", in, got, again)
	}
}

var headerValue = regexp.MustCompile(`^(?:inline|attachment); filename="[ !#-$&-:<-\[\]-~]*"(?:; filename\*=UTF-8''[A-Za-z0-9%!#$&+\-.^_|~` + "`" + `]+)?$`)

func TestDisposition(t *testing.T) {
	for in := range hostileNames {
		reads(t, "attachment", in)
	}
	if got := Disposition("inline", `Größe "1".png`); got != `inline; filename="Gr__e _1_.png"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20_1_.png` {
		t.Error(got)
	}
	if got := Disposition("inline\r\nX: y", "a.png"); got != `attachment; filename="a.png"` {
		t.Error(got)
	}
}

func reads(t *testing.T, kind, name string) {
	t.Helper()
	header := Disposition(kind, name)
	if !headerValue.MatchString(header) || len(header) > 1024 {
		t.Errorf("%.60q: %s", name, header)
	}
	gotKind, params, err := mime.ParseMediaType(header)
	if err != nil || gotKind != kind || params["filename"] != Filename(name) {
		t.Errorf("%.60q: %s reads as %s %v: %v", name, header, gotKind, params, err)
	}
}

func TestNamesOfHostileMails(t *testing.T) {
	name := regexp.MustCompile(`(?m)name="(.*)"$`)
	for _, body := range mailBodies(t, "attach-name") {
		for _, m := range name.FindAllStringSubmatch(body, -1) {
			harmlessName(t, m[1])
			reads(t, "attachment", m[1])
		}
	}
}

func FuzzFilename(f *testing.F) {
	for in := range hostileNames {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		harmlessName(t, in)
		reads(t, "inline", in)
	})
}

func TestBlocked(t *testing.T) {
	for _, name := range []string{"x.exe", "x.EXE", "x.exe.", "x.exe ", "x.pdf.exe", "x.exe\u200b", "x\u202efdp.exe", "x.exe::$DATA", "a/b.sh", ".bat", "x.php5", "x. vbs", "x.\x00js"} {
		if !Blocked(name) {
			t.Errorf("%q is not blocked", name)
		}
	}
	for _, name := range []string{"x.pdf", "x", "exe", "x.exe.pdf", "x.json", "README", "x.docx", ""} {
		if Blocked(name) {
			t.Errorf("%q is blocked", name)
		}
	}
	list := BlockedExtensions()
	list[0] = "changed"
	if BlockedExtensions()[0] != "bash" {
		t.Error("the list is not a copy")
	}
}

func TestSniff(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	cases := []struct {
		head, name, mime string
		inline           bool
	}{
		{png, "x.txt", "image/png", true},
		{"GIF89a\x01\x00", "x.exe", "image/gif", true},
		{"\xff\xd8\xff\xe0\x00\x10JFIF", "x", "image/jpeg", true},
		{"RIFF\x00\x00\x00\x00WEBPVP8 ", "x", "image/webp", true},
		{`<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>`, "x.png", "image/svg+xml", false},
		{"<!DOCTYPE html><script>x</script>", "x.png", "text/html", false},
		{"%PDF-1.7\n", "x.png", "application/pdf", false},
		{"just text", "x.png", "text/plain", false},
		{"a,b\n1,2\n", "x.csv", "text/csv", false},
		{"PK\x03\x04", "x.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
		{"PK\x03\x04", "x.png", "application/zip", false},
		{"", "x.png", "application/octet-stream", false},
		{"\x00\x01\x02\x03", "x.png", "application/octet-stream", false},
	}
	for _, c := range cases {
		got := Sniff([]byte(c.head), c.name)
		if got != c.mime || InlineType(got) != c.inline {
			t.Errorf("Sniff(%q, %s) = %s, inline %v", c.head, c.name, got, InlineType(got))
		}
	}
}
