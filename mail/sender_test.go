package mail

import (
	"io"
	"net"
	"testing"

	"github.com/emersion/go-smtp"

	"escalated/model"
)

// strict is a mail server that takes no mail without a return path.
type strict struct{ from chan string }

func (s strict) NewSession(*smtp.Conn) (smtp.Session, error) { return s, nil }
func (s strict) Reset()                                      {}
func (s strict) Logout() error                               { return nil }
func (s strict) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (s strict) Data(r io.Reader) error                      { _, err := io.Copy(io.Discard, r); return err }

func (s strict) Mail(from string, _ *smtp.MailOptions) error {
	s.from <- from
	if from == "" {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "No null sender"}
	}
	return nil
}

// A receipt goes without a return path, and with one where the server insists.
func TestReceiptToAStrictServer(t *testing.T) {
	seen := strict{make(chan string, 10)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(seen)
	srv.Domain, srv.AllowInsecureAuth = "strict.test", true
	go srv.Serve(l) // ends with the test
	t.Cleanup(func() { l.Close(); srv.Close() })
	b := newBureau(t, "smtp_url", "smtp://"+l.Addr().String()+"?tls=none")
	b.opens(b.person(model.KindCustomer, "Ada"), "Printer", "It burns.")
	b.sends()
	if m := b.one(); m.State != model.MailSent || m.Kind != model.MailTicketReceived {
		t.Errorf("%+v", m)
	}
	if first, second := <-seen.from, <-seen.from; first != "" || second != "support@help.test" {
		t.Errorf("from %q, then %q", first, second)
	}
}
