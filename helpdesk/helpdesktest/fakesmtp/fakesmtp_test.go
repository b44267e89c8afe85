package fakesmtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest/fakesmtp"

	gosmtp "github.com/emersion/go-smtp"
)

const sample = "From: Ada <ada@help.test>\r\nTo: bob@help.test\r\n" +
	"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n" +
	"--x\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n1,2\r\n--x--\r\n"

func send(s *fakesmtp.Server, to ...string) error {
	return smtp.SendMail(s.Addr, nil, "ada@help.test", to, []byte(sample))
}

func code(err error) int {
	var e *textproto.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func TestKeepsAndReads(t *testing.T) {
	s := fakesmtp.New(t)
	if !strings.HasPrefix(s.URL, "smtp://127.0.0.1:") || !strings.HasSuffix(s.URL, "?tls=none") {
		t.Errorf("URL %s", s.URL)
	}
	if err := send(s, "bob@help.test", "eve@help.test"); err != nil {
		t.Fatal(err)
	}
	m := s.WaitFor(1, 5*time.Second)[0]
	if m.Subject != "Grüße" || strings.TrimSpace(m.Text) != "Hello" || m.HTML != "" || m.From != "ada@help.test" || len(m.To) != 2 || m.TLS {
		t.Errorf("message %+v", m)
	}
	if len(m.Files) != 1 || m.Files[0].Name != "a.csv" || m.Files[0].Inline || m.Problem != "" {
		t.Errorf("files %+v, problem %q", m.Files, m.Problem)
	}
	if len(s.To("EVE@help.test")) != 1 || len(s.To("nobody@help.test")) != 0 {
		t.Error("To does not tell recipients apart")
	}
}

func TestFailures(t *testing.T) {
	s := fakesmtp.New(t)
	s.FailNext(fakesmtp.Temporary, fakesmtp.Permanent, fakesmtp.Close, fakesmtp.Lost)
	for _, want := range []int{451, 550, 0, 0} {
		if err := send(s, "bob@help.test"); err == nil || code(err) != want {
			t.Errorf("want code %d, got %v", want, err)
		}
	}
	if n := len(s.Messages()); n != 1 || s.Attempts() != 4 {
		t.Errorf("%d kept of %d, want the lost one of 4", n, s.Attempts())
	}
	s.FailFor("Eve@help.test", fakesmtp.Permanent)
	if err := send(s, "eve@help.test"); code(err) != 550 {
		t.Errorf("refused recipient: %v", err)
	}
	s.FailFor("eve@help.test", fakesmtp.Accept)
	if err := send(s, "eve@help.test"); err != nil {
		t.Error(err)
	}
}

func TestSlowHoldsItsAnswer(t *testing.T) {
	s := fakesmtp.New(t)
	s.Fail(fakesmtp.Slow)
	done := make(chan error, 1)
	go func() { done <- send(s, "bob@help.test") }()
	s.WaitFor(1, 5*time.Second)
	select {
	case err := <-done:
		t.Fatalf("answered before Release: %v", err)
	default:
	}
	s.Release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestEncryptedAndSignedIn(t *testing.T) {
	for name, opt := range map[string]fakesmtp.Options{
		"starttls": {STARTTLS: true, User: "desk", Password: "secret"},
		"smtps":    {TLS: true, User: "desk", Password: "secret"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakesmtp.New(t, opt)
			conf := &tls.Config{RootCAs: s.Roots, ServerName: "127.0.0.1"}
			var c *gosmtp.Client
			var err error
			if opt.TLS {
				c, err = gosmtp.DialTLS(s.Addr, conf)
			} else {
				c, err = gosmtp.DialStartTLS(s.Addr, conf)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.Mail("ada@help.test", nil); err == nil {
				t.Error("took mail from a stranger")
			}
			if err := c.Auth(plainAuth{"desk", "secret"}); err != nil {
				t.Fatal(err)
			}
			if err := c.SendMail("ada@help.test", []string{"bob@help.test"}, strings.NewReader(sample)); err != nil {
				t.Fatal(err)
			}
			if m := s.WaitFor(1, 5*time.Second)[0]; !m.TLS || m.User != "desk" {
				t.Errorf("TLS %v, user %q", m.TLS, m.User)
			}
		})
	}
}

func TestStartWithoutTest(t *testing.T) {
	s, err := fakesmtp.Start()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Wait(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v", err)
	}
	s.Close()
	if err := send(s, "bob@help.test"); err == nil {
		t.Error("a closed server took mail")
	}
}

type plainAuth struct{ user, password string }

func (a plainAuth) Start() (string, []byte, error) {
	return "PLAIN", []byte("\x00" + a.user + "\x00" + a.password), nil
}
func (a plainAuth) Next([]byte) ([]byte, error) { return nil, errors.New("no more to say") }
