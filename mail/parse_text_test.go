package mail

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	received := time.Date(2026, 9, 21, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"Mon, 21 Sep 2026 10:00:00 +0000":       "2026-09-21T10:00:00Z",
		"21 Sep 2026 10:00 +0200":               "2026-09-21T08:00:00Z",
		"Mon, 21 Sep 26 10:00:00 EST":           "2026-09-21T15:00:00Z",
		"Mon, 21 Sep 2026 10:00:00 -0000 (UTC)": "2026-09-21T10:00:00Z",
		"Mon,21 Sep 2026 10:00:00 GMT":          "2026-09-21T10:00:00Z",
		"Mon Sep 21 10:00:00 2026":              "2026-09-21T10:00:00Z",
		"Mon Sep 21 10:00:00 CEST 2026":         "2026-09-21T08:00:00Z",
		"2026-09-21T10:00:00+02:00":             "2026-09-21T08:00:00Z",
		"2026-09-21 10:00:00 +0200":             "2026-09-21T08:00:00Z",
		"21-Sep-2026 10:00:00 +0000":            "2026-09-21T10:00:00Z",
		"Fri, 1 Jan 99 00:00:00 -600":           "1999-01-01T06:00:00Z",
		"Tue, 22 Sep 2026 11:59:59 +0000":       "2026-09-22T11:59:59Z",
		"Tue, 22 Sep 2026 12:00:01 +0000":       "never", // more than a day ahead
		"Fri, 31 Dec 9999 23:59:59 +0000":       "never",
		"Sun, 31 Dec 1989 23:59:59 +0000":       "never",
		"Mon, 1 Jan 2024 00:00:00 +9999":        "never",
		"Mon, 31 Feb 2024 00:00:00 +0000":       "never",
		"Mon, 1 Jan 2024 25:00:00 +0000":        "never",
		"yesterday":                             "never",
		"":                                      "never",
	} {
		got, _ := mailDate(rawHeader{{"date", []byte(in)}}, received)
		if got.String() != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	hop := rawHeader{{"received", []byte("from x by y; Mon, 21 Sep 2026 09:00:00 +0000")}, {"date", []byte("Fri, 31 Dec 9999 23:59:59 +0000")}}
	if got, believed := mailDate(hop, received); got.String() != "2026-09-21T09:00:00Z" || believed {
		t.Errorf("the Received field is not used: %s %v", got, believed)
	}
}

func TestHeaderWords(t *testing.T) {
	for in, want := range map[string]string{
		"=?utf-8?Q?a?= =?utf-8?Q?b?=":                      "ab",
		"=?utf-8?Q?a?= b =?utf-8?Q?c?=":                    "a b c",
		"x=?utf-8?Q?=C3=A9?=y":                             "xéy",
		"=?UTF-8?B?w6k=?=":                                 "é",
		"=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=":                  "é", // split inside of a character
		"=?iso-8859-1?Q?Die_Frösche?=":                     "Die Frösche",
		"=?iso-8859-1?q?=A4?= =?iso-8859-15?q?=A4?=":       "¤€",
		"=?koi8-r?B?8NLJ18XU?=":                            "Привет",
		"=?ISO-2022-JP?B?GyRCJEYkOSRIGyhC?=":               "てすと",
		"=?gb2312?B?xOO6ww==?=":                            "你好",
		"=?x-klingon?Q?a?=":                                "=?x-klingon?Q?a?=",
		"=?utf-8?X?a?=":                                    "=?utf-8?X?a?=",
		"=?utf-8?Q?no end":                                 "=?utf-8?Q?no end",
		"=?utf-8*de?Q?a_b?=":                               "a b",
		"raw \xfcber":                                      "raw über",
		"raw über":                                         "raw über",
		"=?utf-8?Q?a=0D=0ABcc:_x?=":                        "a  Bcc: x",
		"a\x00b\x07c":                                      "abc",
		"=?utf-7?Q?+ADw-b+AD4-?=":                          "<b>",
		"=?utf-8?Q??=":                                     "",
		"=?utf-8?Q?=E2=80=AE?= x":                          "\u202e x",
		"=?windows-1252?Q?=80?= =?windows-1252?Q?_price?=": "€ price",
	} {
		if got := decodeHeader([]byte(in), ""); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCharsets(t *testing.T) {
	long := strings.Repeat("Grüße aus Köln, die Straße ist naß. ", 5)
	latin := strings.NewReplacer("ü", "\xfc", "ö", "\xf6", "ß", "\xdf").Replace(long)
	for _, c := range []struct {
		in, charset, want string
		html              bool
	}{
		{"caf\xe9", "", "café", false},
		{"caf\xe9", "us-ascii", "café", false},
		{"caf\xe9", "utf-8", "café", false},
		{"caf\xc3\xa9", "iso-8859-1", "café", false},
		{"caf\xc3\xa9", "x-klingon", "café", false},
		{latin, "", long, false},
		{latin, "utf-8", long, false},
		{"\x80", "iso-8859-1", "€", false},
		{"\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251", "Привет", false},
		{"\xc4\xe3\xba\xc3", "\"GB2312\"", "你好", false},
		{"\xa7A\xa6n", "big5", "你好", false},
		{"\x82\xb1\x82\xf1", "Shift_JIS", "こん", false},
		{"\x1b$B$F$9$H\x1b(B", "iso-2022-jp", "てすと", false},
		{"\x1b$B$F$9$H\x1b(B", "", "てすと", false},
		{"\xb0\xa1", "ks_c_5601-1987", "가", false},
		{"h\x00i\x00", "utf-16le", "hi", false},
		{"\xff\xfeh\x00i\x00", "utf-16", "hi", false},
		{"+ADw-b+AD4- 1+-1", "utf-7", "<b> 1+1", false},
		{"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-", true},
		{"+ADw-script+AD4-", "UNICODE-1-1-UTF-7", "+ADw-script+AD4-", true},
		{"<meta charset=windows-1251>\xcf\xf0", "", "<meta charset=windows-1251>Пр", true},
		{"<meta charset=utf-7>+ADw-\xe9", "", "<meta charset=utf-7>+ADw-é", true},
		{"\xef\xbb\xbfhi", "", "hi", false},
		{"caf\xe9", "charset=iso-8859-1", "café", false},
	} {
		if got := toUTF8([]byte(c.in), c.charset, c.html); got != c.want {
			t.Errorf("%q as %q: %q, want %q", c.in, c.charset, got, c.want)
		}
	}
}

// TestKnownDecodings holds a few real mails whose text is known.
func TestKnownDecodings(t *testing.T) {
	dir := testMails(t)
	for file, want := range map[string]string{
		"charset/charset-0022-spamassassin.eml":               "心当たりがあります",
		"malformed/malformed-0000-alaveteli.eml":              "贵公司负责人",
		"multipart/multipart-0013-redmine.eml":                "Здравствуйт",
		"plain/plain-0031-hyperkitty.eml":                     "é è ç à î ï ë €",
		"bounce-dsn/bounce-dsn-0053-set-of-emails.eml":        "次のあて先へのメッセージは",
		"malformed/malformed-0092-mail.eml":                   "DISCOVERÆ CARD",
		"attachments/attachments-0079-php-mime-mail-pars.eml": "",
	} {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Skip(err)
		}
		m, err := Parse(context.Background(), raw)
		if err != nil || !strings.Contains(m.Text, want) {
			t.Errorf("%s: %v %.200q", file, err, m.Text)
		}
		if strings.Contains(file, "0079") && !strings.HasPrefix(m.Subject, "מענה") {
			t.Errorf("%s: subject %q", file, m.Subject)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for _, c := range []struct{ in, value, name, want string }{
		{`text/Plain; Charset="utf-8"`, "text/plain", "charset", "utf-8"},
		{`image/png; name=my file.png; x=y`, "image/png", "name", "my file.png"},
		{`image/png; name="a "quoted" b.png"; x=y`, "image/png", "name", `a "quoted" b.png`},
		{`image/png; name="C:\dir\x.exe"`, "image/png", "name", `C:\dir\x.exe`},
		{`image/png; name="open.png`, "image/png", "name", "open.png"},
		{`attachment; filename*=utf-8'en'na%C3%AFve%20file.txt`, "attachment", "filename", "naïve file.txt"},
		{`attachment; filename*0="a"; filename*1="b"; filename*2*=%2Etxt`, "attachment", "filename", "ab.txt"},
		{`attachment; filename*1*=b; filename*0*=iso-8859-1''%E4`, "attachment", "filename", "äb"},
		{`attachment; filename="x.txt"; filename*=utf-8''y.txt`, "attachment", "filename", "y.txt"},
		{`attachment; filename="a"; filename="b"`, "attachment", "filename", "a"},
		{`charset=utf-8`, "", "charset", "utf-8"},
		{`text/plain (comment); charset=x`, "text/plain", "charset", "x"},
		{`text/plain; charset==";`, "text/plain", "charset", `=";`[:2]},
		{``, "", "x", ""},
	} {
		m := parseMediaType([]byte(c.in), "")
		if m.value != c.value || m.params[c.name] != c.want {
			t.Errorf("%q: %q %q", c.in, m.value, m.params)
		}
	}
}
