package fakesmtp

import (
	"crypto/subtle"
	"io"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one connection.
type session struct {
	s    *Server
	conn *smtp.Conn
	user string
	from string
	to   []string
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	if s.opt.User == "" {
		return plain{&session{s: s, conn: c}}, nil
	}
	return &session{s: s, conn: c}, nil
}

// plain hides AUTH, which go-smtp offers by the mere presence of the methods.
type plain struct{ *session }

func (plain) AuthMechanisms() []string { return nil }

func (n *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (n *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		same := subtle.ConstantTimeCompare([]byte(user+"\x00"+password), []byte(n.s.opt.User+"\x00"+n.s.opt.Password))
		if same != 1 {
			return smtp.ErrAuthFailed
		}
		n.user = user
		return nil
	}), nil
}

func (n *session) Mail(from string, _ *smtp.MailOptions) error {
	if n.s.opt.User != "" && n.user == "" {
		return smtp.ErrAuthRequired
	}
	n.from, n.to = from, nil
	return nil
}

func (n *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	n.s.mu.Lock()
	m := n.s.refused[strings.ToLower(to)]
	n.s.mu.Unlock()
	if m == Close || m == Lost {
		n.conn.Conn().Close()
	}
	if err := answer(m); err != nil {
		return err
	}
	n.to = append(n.to, to)
	return nil
}

func (n *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, secure := n.conn.TLSConnectionState()
	msg := parse(raw)
	msg.From, msg.To, msg.User, msg.TLS = n.from, n.to, n.user, secure
	n.s.mu.Lock()
	release := n.s.release // taken before keep, so a Release by who saw it arrive counts
	closed := n.s.closed
	n.s.mu.Unlock()
	m := n.s.mode()
	if m == Accept || m == Slow || m == Lost {
		n.s.keep(msg)
	}
	if m == Slow && !closed {
		<-release
	}
	if m == Close || m == Lost {
		n.conn.Conn().Close()
	}
	return answer(m)
}

func (n *session) Reset()        { n.from, n.to = "", nil }
func (n *session) Logout() error { return nil }
