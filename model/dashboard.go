package model

import "time"

// Overview is what the first page of the staff shows beside the lists.
type Overview struct {
	Mine    []TicketRow // own open tickets, newest customer activity first
	Waiting []TicketRow // open tickets whose customers have waited longest
	Day     MyDay
	Days    []DayCount // oldest first
	Load    []AgentLoad
	Asleep  int // own snoozed tickets that wake today
}

// MyDay is what one person did today.
type MyDay struct {
	From         Time // midnight of the person
	Replies      int
	FirstReplies int
	MedianFirst  time.Duration // from opening to the first answer, of FirstReplies
	Solved       int           // tickets assigned to the person that were resolved today
	TeamSolved   int           // by everybody, as far as the person sees
	Ratings      int           // of the last 14 days, on the person's tickets
	RatingSum    int
}

// Rating is the mean of the ratings, zero without.
func (m MyDay) Rating() float64 {
	if m.Ratings == 0 {
		return 0
	}
	return float64(m.RatingSum) / float64(m.Ratings)
}

// DayCount is what came and what was resolved on one day.
type DayCount struct {
	From, Until Time
	New, Solved int
}

// AgentLoad is how many open tickets a person has.
type AgentLoad struct {
	Person PersonRef
	Open   int
}

// Answer is a reply that a person wrote, as the page of their day lists it.
type Answer struct {
	At        Time      `db:"at"`
	Ticket    TicketID  `db:"ticket_id"`
	Message   MessageID `db:"message_id"`
	Reference string    `db:"reference"`
	Subject   string    `db:"subject"`
	First     Time      `db:"first_of"` // when the ticket was opened, if this was its first answer
}
