package model

import "time"

// TicketRating is what a customer thought of the help with a ticket.
type TicketRating struct {
	TicketID  TicketID `db:"ticket_id" json:"ticket"`
	Score     int      `db:"score" json:"score"` // 1 to 5
	Comment   string   `db:"comment" json:"comment"`
	PersonID  PersonID `db:"person_id" json:"person"`
	Name      string   `db:"name" json:"name"` // of the person
	At        Time     `db:"at" json:"at"`
	ChangedAt Time     `db:"changed_at" json:"changed"`
}

// MaxScore is the best score; the worst is 1.
const MaxScore = 5

// MaxRatingComment is the longest comment, in characters.
const MaxRatingComment = 2000

// RatingChangeDays is how long a rating can be changed.
const RatingChangeDays = 7

// Open reports whether the rating can still be changed.
func (r TicketRating) Open(now Time) bool { return now.Sub(r.At) < RatingChangeDays*24*time.Hour }

// Score is the word of a score, a member of the text family rating.score_.
func Score(n int) string {
	words := [...]string{"", "terrible", "poor", "okay", "good", "excellent"}
	if n < 1 || n > MaxScore {
		return ""
	}
	return words[n]
}

// The facts about ratings. The comment is in its row.
type (
	RatingGiven struct {
		Score   int  `json:"score"`
		Changed bool `json:"changed,omitempty"`
	}
	// RatingAsked asks somebody what they thought, by mail.
	RatingAsked struct {
		Person PersonID `json:"person"`
	}
)

// Kind is rating.given.
func (RatingGiven) Kind() string { return "rating.given" }

// Public is false: what one of several customers thought is not for the others.
func (RatingGiven) Public() bool { return false }

// Kind is rating.asked.
func (RatingAsked) Kind() string { return "rating.asked" }

// Public is false.
func (RatingAsked) Public() bool { return false }

func init() {
	register[RatingGiven]()
	register[RatingAsked]()
}
