package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/textproto"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"escalated/model"
)

// How long the mail server may take: to let us in, and for one message.
const (
	dialTimeout = 30 * time.Second
	sendTimeout = 5 * time.Minute
)

// line is the connection to the mail server, kept for a batch.
type line struct{ conn *smtp.Client }

// refusal is a mail server's answer to one message.
type refusal struct {
	code   int
	text   string
	sender bool // it is the return path that is refused
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.code, r.text) }

// permanent reports whether trying again would give the same answer.
func (r *refusal) permanent() bool { return r.code >= 500 }

// broken is a mail server that cannot be used: it is down, or does not want
// us. It says nothing about the mail.
type broken struct{ err error }

func (b *broken) Error() string { return b.err.Error() }
func (b *broken) Unwrap() error { return b.err }

// dial connects as smtp_url says: TLS from the first byte for smtps, STARTTLS
// or nothing for smtp, and no TLS only where the setting allows it (loopback).
func (p *Post) dial(ctx context.Context, s model.Settings) error {
	u, err := url.Parse(s.SMTPURL)
	if err != nil || u.Hostname() == "" {
		return &broken{errors.New("smtp_url cannot be read")} // the error of Parse would tell the password
	}
	opts := []gomail.Option{gomail.WithTimeout(dialTimeout)}
	port, auth := 587, gomail.SMTPAuthAutoDiscover
	switch {
	case u.Scheme == "smtps":
		port = 465
		opts = append(opts, gomail.WithSSL())
	case u.Query().Get("tls") == "none":
		auth = gomail.SMTPAuthPlainNoEnc
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if n, err := strconv.Atoi(u.Port()); err == nil {
		port = n
	}
	opts = append(opts, gomail.WithPort(port), gomail.WithHELO(heloName(s)))
	if p.TLS != nil {
		c := p.TLS.Clone()
		c.ServerName = u.Hostname()
		opts = append(opts, gomail.WithTLSConfig(c))
	} else {
		opts = append(opts, gomail.WithTLSConfig(&tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}))
	}
	if user := u.User.Username(); user != "" {
		password, _ := u.User.Password()
		opts = append(opts, gomail.WithSMTPAuth(auth), gomail.WithUsername(user), gomail.WithPassword(password))
	}
	client, err := gomail.NewClient(u.Hostname(), opts...)
	if err != nil {
		return &broken{err}
	}
	if p.line.conn, err = client.DialToSMTPClientWithContext(ctx); err != nil {
		p.line.conn = nil
		return &broken{fmt.Errorf("connect to the mail server: %w", err)}
	}
	return nil
}

// heloName is how we introduce ourselves.
func heloName(s model.Settings) string { return hostOf(s) }

// hangUp ends the connection politely.
func (p *Post) hangUp() {
	if p.line.conn == nil {
		return
	}
	if p.line.conn.UpdateDeadline(10*time.Second) != nil || p.line.conn.Quit() != nil {
		p.line.conn.Close() // it is gone already, or not worth more
	}
	p.line.conn = nil
}

// deliver hands one message to the server. An error is a *refusal, *broken, or
// that of a connection that broke within the message, perhaps because of it.
// When the connection breaks after the last byte nobody knows whether the
// message was taken: it is sent again under the same Message-ID.
func (p *Post) deliver(from, to string, raw []byte) error {
	c := p.line.conn
	if err := c.UpdateDeadline(sendTimeout); err != nil {
		return &broken{err}
	}
	if ok, _ := c.Extension("SMTPUTF8"); !ok && !asciiOnly(to) {
		return &refusal{code: 553, text: "the mail server does not take addresses with these letters"}
	}
	if err := c.Mail("<" + from + ">"); err != nil {
		err = p.refused(err)
		if no := new(refusal); errors.As(err, &no) {
			no.sender = true
		}
		return err
	}
	if err := c.Rcpt("<" + to + ">"); err != nil {
		return p.refused(err)
	}
	w, err := c.Data()
	if err != nil {
		return p.refused(err)
	}
	if _, err := w.Write(raw); err != nil {
		return p.refused(err)
	}
	if err := w.Close(); err != nil {
		return p.refused(err)
	}
	return nil
}

// refused sorts an error of the conversation and makes the connection fit for
// the next message.
func (p *Post) refused(err error) error {
	var answer *textproto.Error
	if !errors.As(err, &answer) {
		return fmt.Errorf("the connection broke: %w", err)
	}
	switch answer.Code {
	case 421, 454, 530, 534, 535, 538: // going away, or wants another sign-in: true for every mail
		return &broken{answer}
	}
	if err := p.line.conn.Reset(); err != nil {
		p.line.conn.Close() // it is broken
		p.line.conn = nil
	}
	return &refusal{code: answer.Code, text: answer.Msg}
}

func asciiOnly(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
