package model

import "testing"

func TestReportsAndAbsencesAreTold(t *testing.T) {
	part := func(kind string) []InboundFile { return []InboundFile{{ContentType: kind}} }
	from := func(name, address string) MailAddress { return MailAddress{Name: name, Address: address} }
	for name, c := range map[string]struct {
		mail   InboundEmail
		reason string
	}{
		"bounce":               {InboundEmail{ContentType: "multipart/report", Files: part("message/delivery-status")}, "bounce"},
		"bare status":          {InboundEmail{ContentType: "message/delivery-status"}, "bounce"},
		"receipt":              {InboundEmail{ContentType: "multipart/report", Files: part("message/disposition-notification")}, "receipt"},
		"complaint":            {InboundEmail{ContentType: "multipart/report", Files: part("message/feedback-report")}, "complaint"},
		"other report":         {InboundEmail{ContentType: "multipart/report", Files: part("application/tlsrpt+gzip")}, "report"},
		"old server":           {InboundEmail{From: from("", "mailer-daemon@x.test")}, "bounce"},
		"old server by name":   {InboundEmail{From: from("Mail Delivery System", "x@x.test")}, "bounce"},
		"postmaster's bounce":  {InboundEmail{From: from("", "postmaster@x.test"), HasReturnPath: true}, "bounce"},
		"postmaster's words":   {InboundEmail{From: from("", "postmaster@x.test"), HasReturnPath: true, ReturnPath: "postmaster@x.test"}, ""},
		"a person sends it on": {InboundEmail{From: from("", "eve@x.test"), ContentType: "multipart/mixed", Files: part("message/delivery-status")}, ""},
		"a person":             {InboundEmail{From: from("", "eve@x.test"), ContentType: "text/plain"}, ""},
	} {
		if reason, yes := c.mail.Report(); reason != c.reason && yes || yes != (c.reason != "") {
			t.Errorf("%s: %q %v", name, reason, yes)
		}
	}
	for subject, want := range map[string]bool{"Automatic reply: hello": true, "Réponse automatique : absent": true, "Re: Automatic reply: hello": false, "The automatic reply is broken": false, "رد تلقائي: خارج": true, "": false} {
		if (InboundEmail{Subject: subject}).Absent() != want {
			t.Errorf("%q: not %v", subject, want)
		}
	}
}
