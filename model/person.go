package model

import "strings"

// Person is a customer, a member of the staff, or a machine.
type Person struct {
	ID            PersonID `db:"id"`
	Kind          Kind     `db:"kind"`
	Name          string   `db:"name"`
	Email         string   `db:"email"` // the primary address, lower case; empty for machines
	Locale        string   `db:"locale"`
	Zone          string   `db:"zone"`
	Theme         string   `db:"theme"` // "", light or dark
	Narrow        bool     `db:"narrow"`
	Loose         bool     `db:"loose"`
	ExternalID    string   `db:"external_id"`
	CreatedAt     Time     `db:"created_at"`
	SeenAt        Time     `db:"seen_at"`
	InvitedAt     Time     `db:"invited_at"`
	DeactivatedAt Time     `db:"deactivated_at"`
	VerifiedAt    Time     `db:"verified_at"` // the primary address proved
	Version       int64    `db:"version"`
	HasPassword   bool     `db:"has_password"`
	Prefs         Prefs    `db:"prefs"`        // staff; only filled for the person of a request
	OpenTickets   int      `db:"open_tickets"` // capped; only filled by pages that show it
	Unread        int      `db:"unread"`       // notifications, at most UnreadCap; as Prefs
	Newest        EventID  `db:"last_event"`   // of the record, when the person was looked up; as Prefs
}

// Display is the name, or the address when there is none.
func (p Person) Display() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

// Active reports whether the person may sign in.
func (p Person) Active() bool { return p.DeactivatedAt == 0 }

// PersonRef is the little of a person that a list or a thread shows.
type PersonRef struct {
	ID    PersonID `db:"id"`
	Kind  Kind     `db:"kind"`
	Name  string   `db:"name"`
	Email string   `db:"email"`
	Gone  bool     `db:"gone"` // away for now; only filled in lists of who may be given tickets
}

// Display is the name, or the address when there is none.
func (p PersonRef) Display() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

// NewPerson is what it takes to create a person.
type NewPerson struct {
	Kind        Kind
	Name        string
	Email       string
	Password    string // empty: none yet
	Locale      string
	Zone        string
	Departments []DepartmentID
	Narrow      bool
	Loose       bool
	Verified    bool // the address is proved (link, invitation, command)
	ExternalID  string
}

// Identity is who a host program says is looking.
type Identity struct {
	ExternalID  string // stable id in the host; empty means nobody
	Name        string
	Email       string
	Kind        Kind     // customer unless said otherwise
	Departments []string // slugs
	Locale      string
}

// FoldAddress is the form in which an e-mail address is stored and compared:
// trimmed and lower case.
func FoldAddress(a string) string { return strings.ToLower(strings.TrimSpace(a)) }

// ValidAddress is a plain check of an addr-spec as people type it: one @, a
// dot-atom or similar before it, a domain after it, no spaces or controls, at
// most 254 octets (RFC 5321 §4.5.3.1).
func ValidAddress(a string) bool {
	if len(a) < 3 || len(a) > 254 {
		return false
	}
	at := strings.LastIndexByte(a, '@')
	if at < 1 || at > 64 || at == len(a)-1 {
		return false
	}
	local, domain := a[:at], a[at+1:]
	for _, r := range a {
		if r <= ' ' || r == 0x7f || strings.ContainsRune("()<>,;:\\\"[]", r) {
			return false
		}
	}
	if strings.ContainsRune(local, '@') || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(a, "..") {
		return false
	}
	return !strings.HasPrefix(domain, "-") && !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".") && !strings.ContainsRune(domain, '@')
}
