package model

// LinkWord says what a linked ticket is to the one looked at, a member of the
// text families tools.link_ and tools.relation_.
type LinkWord string

// The words. The first seven can be chosen, the others come about.
const (
	WordRelated   LinkWord = "related"
	WordOriginal  LinkWord = "original"  // this one is a duplicate of it
	WordDuplicate LinkWord = "duplicate" // it is a duplicate of this one
	WordParent    LinkWord = "parent"
	WordChild     LinkWord = "child"
	WordProblem   LinkWord = "problem"
	WordIncident  LinkWord = "incident"
	WordSplit     LinkWord = "split"
	WordMerged    LinkWord = "merged"
	WordContinued LinkWord = "continued"
)

// LinkWords lists those that can be chosen, in the order pickers show them.
func LinkWords() []LinkWord {
	return []LinkWord{WordRelated, WordOriginal, WordDuplicate, WordParent, WordChild, WordProblem, WordIncident}
}

// LinkGroups lists all words in the order the panel shows them.
func LinkGroups() []LinkWord { return append(LinkWords(), WordSplit, WordMerged, WordContinued) }

// Word is what the linked ticket is to the one looked at.
func (l TicketLink) Word() LinkWord { return wordOf(l.Kind, l.From == 1) }

// wordOf reads a link as it looks from one side; here says that it leads from
// the ticket looked at.
func wordOf(kind LinkKind, here bool) LinkWord {
	switch {
	case kind == LinkDuplicate && !here:
		return WordOriginal
	case kind == LinkParent && here:
		return WordChild
	case kind == LinkProblem && here:
		return WordIncident
	}
	return LinkWord(kind)
}

// Link is the kind and direction of a word that can be chosen; from says that
// the link leads from the ticket the word is said on.
func (w LinkWord) Link() (kind LinkKind, from, ok bool) {
	switch w {
	case WordRelated:
		return LinkRelated, true, true
	case WordOriginal:
		return LinkDuplicate, false, true
	case WordDuplicate:
		return LinkDuplicate, true, true
	case WordParent:
		return LinkParent, false, true
	case WordChild:
		return LinkParent, true, true
	case WordProblem:
		return LinkProblem, false, true
	case WordIncident:
		return LinkProblem, true, true
	}
	return "", false, false
}

// OtherWord is the same link said on the other ticket.
func (w LinkWord) OtherWord() LinkWord {
	kind, from, ok := w.Link()
	if !ok {
		return w
	}
	return wordOf(kind, !from)
}

// ParseLink reads a word, or a kind with a direction: "from" for a link that
// leads from the ticket it is made on, "to" for one that leads to it.
func ParseLink(kind, direction string) (LinkWord, bool) {
	switch direction {
	case "":
		_, _, ok := LinkWord(kind).Link()
		return LinkWord(kind), ok
	case "from", "to":
		w := wordOf(LinkKind(kind), direction == "from")
		_, _, ok := w.Link()
		return w, ok
	}
	return "", false
}

// NewAnswerAll is one text for all open incidents of a problem.
type NewAnswerAll struct {
	Body      string
	StatusKey string // every incident gets this status; empty: as after any answer
	Op        string
}

// AnsweredIncident is what came of it for one incident; Problem is empty when
// it was answered.
type AnsweredIncident struct {
	Ticket    TicketID
	Reference string
	Subject   string
	Problem   string // a key of the text family errors, empty when it went well
}

// TicketUnlinked ends what TicketLinked began.
type TicketUnlinked struct {
	Other     TicketID `json:"other"`
	Reference string   `json:"reference"`
	Reason    string   `json:"reason,omitempty"` // the word
}

// Kind is ticket.unlinked.
func (TicketUnlinked) Kind() string { return "ticket.unlinked" }

// Public is false: which tickets belong together is the staff's business.
func (TicketUnlinked) Public() bool { return false }

func init() { register[TicketUnlinked]() }
