package model

import "strings"

// absenceSubjects are the beginnings by which responders of many languages
// mark their answers when they set no header, in lower case.
var absenceSubjects = []string{
	"automatic reply", "auto reply", "auto-reply", "autoreply", "automatic response", "auto response", "autoresponse", "out of office", "out of the office", "on vacation",
	"automatische antwort", "autom. antwort", "abwesenheitsnotiz", "abwesenheit", "abwesend",
	"réponse automatique", "reponse automatique", "absence du bureau",
	"respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina",
	"risposta automatica", "fuori sede", "fuori ufficio",
	"resposta automática", "resposta automatica", "fora do escritório", "ausência temporária",
	"automatisch antwoord", "afwezig", "automatyczna odpowiedź", "automatyczna odpowiedz", "poza biurem", "nieobecność",
	"autosvar", "automatiskt svar", "automatisk svar", "frånvaro", "fraværende", "automaattinen vastaus", "poissa",
	"автоответ", "автоматический ответ", "automatická odpověď", "automatikus válasz", "otomatik yanıt", "ofis dışında",
	"自动回复", "自動回覆", "自動返信", "不在通知", "자동 회신", "부재중", "رد تلقائي", "رد آلي", "خارج المكتب",
}

// Absent reports whether the subject is that of an automatic answer. A person
// who answers to one has a mark such as Re: before it.
func (m InboundEmail) Absent() bool {
	s := strings.ToLower(strings.TrimLeft(cutBytes(m.Subject, 200), " [(*"))
	for _, begin := range absenceSubjects {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	return strings.HasPrefix(s, "auto:") && strings.Contains(s, "out of the office") // Lotus Notes
}
