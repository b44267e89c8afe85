package model

import "strings"

// Report tells whether the mail is a report of a mail system about other mail
// and not something anybody said: a bounce (RFC 3464, and what older servers
// send), a receipt (RFC 8098), a complaint (RFC 5965) or another report (RFC
// 6522). The reason is one short word.
func (m InboundEmail) Report() (reason string, yes bool) {
	whole := m.ContentType == "multipart/report"
	kinds := map[string]bool{m.ContentType: true}
	if whole || m.NullPath() || m.fromDaemon() { // a person may send one on
		for _, f := range m.Files {
			kinds[f.ContentType] = true
		}
	}
	switch {
	case kinds["message/feedback-report"]:
		return "complaint", true
	case kinds["message/disposition-notification"]:
		return "receipt", true
	case kinds["message/delivery-status"], m.fromDaemon():
		return "bounce", true
	}
	return "report", whole
}

// fromDaemon knows the names under which mail servers give mail back.
func (m InboundEmail) fromDaemon() bool {
	name := strings.ToLower(m.From.Name)
	if strings.Contains(name, "mail delivery s") || strings.Contains(name, "mailer-daemon") {
		return true
	}
	local, _, _ := strings.Cut(m.From.Address, "@")
	switch local {
	case "mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon":
		return true
	case "postmaster": // may be a person
		return m.NullPath() || daemonAddress(m.ReturnPath)
	}
	return strings.Contains(strings.ToLower(m.Header("from")), "mailer-daemon") // kept when it names no address
}

// MachineAddress reports whether nobody reads what is sent to an address.
func (a MailAddress) MachineAddress() bool { return machineMailbox(a) }
