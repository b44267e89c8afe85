package mail

import "escalated/model"

// StripSubject takes marks of answers and forwards and the desk's references
// off a subject; see model.StripSubject.
func StripSubject(subject, prefix string) string { return model.StripSubject(subject, prefix) }

// SubjectReference finds the first reference of the desk in a subject; see
// model.SubjectReference.
func SubjectReference(subject, prefix string) (number int64, ok bool) {
	return model.SubjectReference(subject, prefix)
}
