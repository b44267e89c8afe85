package fakesmtp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/mail"
	"time"

	"github.com/jhillyerd/enmime/v2"
)

// Message is one message as it arrived, with its parts read.
type Message struct {
	From string   // envelope sender; empty for <>
	To   []string // envelope recipients
	User string   // who signed in, if anyone
	TLS  bool     // whether it came encrypted
	Raw  []byte   // the bytes after DATA

	Header  mail.Header // as sent: encoded words still encoded
	Subject string      // decoded
	Text    string      // the text/plain part
	HTML    string      // the text/html part
	Files   []File      // attachments and inline parts
	Problem string      // why it could not be read, if so
}

// File is a part of a message that is not its text.
type File struct {
	Name, Type, ContentID string
	Inline                bool
	Content               []byte
}

func parse(raw []byte) Message {
	m := Message{Raw: raw, Header: mail.Header{}}
	if plain, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
		m.Header = plain.Header
	} else {
		m.Problem = err.Error()
	}
	env, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		m.Problem = err.Error()
		return m
	}
	m.Subject, m.HTML = env.GetHeader("Subject"), env.HTML
	if env.Root != nil && env.Root.DepthMatchFirst(isPlain) != nil || env.HTML == "" {
		m.Text = env.Text // otherwise enmime made it up from the HTML
	}
	for _, p := range env.Attachments {
		m.Files = append(m.Files, file(p, false))
	}
	for _, p := range append(env.Inlines, env.OtherParts...) {
		m.Files = append(m.Files, file(p, true))
	}
	return m
}

func isPlain(p *enmime.Part) bool {
	return p.ContentType == "text/plain" && p.Disposition != "attachment"
}

func file(p *enmime.Part, inline bool) File {
	return File{Name: p.FileName, Type: p.ContentType, ContentID: p.ContentID, Inline: inline, Content: p.Content}
}

// selfSigned makes a certificate for loopback that lives as long as the process needs it.
func selfSigned() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := time.Now()
	tmpl := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "fake.test"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:                  true,
		BasicConstraintsValid: true,
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:              []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots, nil
}
