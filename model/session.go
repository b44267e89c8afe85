package model

// Session is one signed-in browser.
type Session struct {
	ID        SessionID `db:"id"`
	PersonID  PersonID  `db:"person_id"`
	CreatedAt Time      `db:"created_at"`
	SeenAt    Time      `db:"seen_at"`
	ExpiresAt Time      `db:"expires_at"`
	Address   string    `db:"ip"`
	Browser   string    `db:"agent"`
	Keep      bool      `db:"keep"` // "keep me signed in"
}

// TokenPurpose binds a token to the one thing it opens.
type TokenPurpose string

// The purposes.
const (
	TokenSignIn TokenPurpose = "sign_in"
	TokenReset  TokenPurpose = "reset"
	TokenInvite TokenPurpose = "invite"
	TokenGuest  TokenPurpose = "guest"
	TokenRate   TokenPurpose = "rate"
	TokenSetup  TokenPurpose = "setup"
)

// Token is the row of a link sent by mail; the link's secret is not in it.
type Token struct {
	ID        TokenID      `db:"id"`
	Purpose   TokenPurpose `db:"purpose"`
	PersonID  PersonID     `db:"person_id"`
	TicketID  TicketID     `db:"ticket_id"`
	Address   string       `db:"address"` // sign-up: the address that will become a person
	Next      string       `db:"next"`    // where to go after
	Locale    string       `db:"locale"`
	CreatedAt Time         `db:"created_at"`
	ExpiresAt Time         `db:"expires_at"`
	UsedAt    Time         `db:"used_at"`
	RevokedAt Time         `db:"revoked_at"`
}
