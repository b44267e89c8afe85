package model

import "strings"

// Report tells whether the mail is a report of a mail system about another
// mail and not something anybody said: a bounce (RFC 3464, and what older
// servers send), a receipt (RFC 8098) or a complaint (RFC 5965). The reason is
// one short word.
func (m InboundEmail) Report() (reason string, yes bool) {
	kinds := map[string]bool{m.ContentType: true}
	machine := m.ContentType == "multipart/report" || m.NullPath() || m.fromDaemon()
	for _, f := range m.Files {
		kinds[f.ContentType] = kinds[f.ContentType] || machine // a person may send one on
	}
	switch {
	case kinds["message/feedback-report"]:
		return "complaint", true
	case kinds["message/disposition-notification"]:
		return "receipt", true
	case kinds["message/delivery-status"], kinds["multipart/report"]:
		return "bounce", true
	}
	if !m.fromDaemon() {
		return "", false
	}
	// A mail server wrote it by its own name. Lists and monitors have others.
	if m.NullPath() || !m.HasReturnPath || daemonAddress(m.ReturnPath) || len(m.Headers["x-failed-recipients"]) > 0 {
		return "bounce", true
	}
	return "", false
}

// fromDaemon knows the name under which mail servers report.
func (m InboundEmail) fromDaemon() bool {
	name := strings.ToLower(m.From.Name)
	if strings.Contains(name, "mail delivery s") || strings.Contains(name, "mailer-daemon") {
		return true
	}
	local, _, _ := strings.Cut(m.From.Address, "@")
	switch local {
	case "mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon":
		return true
	case "postmaster":
		return m.NullPath()
	}
	return strings.Contains(strings.ToLower(m.Header("from")), "mailer-daemon") // kept when it names no address
}

// Answered reports whether a person's program or a responder answered another
// mail: it names one.
func (m InboundEmail) Answered() bool { return m.InReplyTo != "" || len(m.References) > 0 }

// MachineAddress reports whether nobody reads what is sent to an address.
func (a MailAddress) MachineAddress() bool { return machineMailbox(a) }
