package command

import (
	"embed"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"regexp"
	"strings"

	"escalated/model"
)

// Conversations of the demo, one file a language. A script begins with
// "== title", says what kind of ticket it is, offers subjects and goes on in
// steps: C the customer writes, A an agent answers, N and L are notes of an
// agent and a light agent, R is how the customer reopens it later, Z the
// answer to that. [csv] adds a file, a ! after the letter resolves the ticket,
// and a line "! verb" changes a property. {a|b} is one of several wordings,
// $word is filled in.
//
//go:embed demodata/*.txt
var demoTexts embed.FS

// demoStep is one step of a conversation.
type demoStep struct {
	kind  byte   // C, A, N, L, R, Z, or ! for a change
	file  string // csv, png, txt
	final bool   // resolves the ticket
	text  string // what is said, or the change
}

// demoScript is one conversation.
type demoScript struct {
	lang, title string
	department  string
	kind        model.TicketType
	priority    model.Priority
	tags        []string
	via         []model.Channel
	subjects    []string
	steps       []demoStep
}

// loadDemoScripts reads all conversations.
func loadDemoScripts() (map[string][]*demoScript, error) {
	out := map[string][]*demoScript{}
	names, err := fs.Glob(demoTexts, "demodata/*.txt")
	if err != nil {
		return nil, fmt.Errorf("list demo texts: %w", err)
	}
	for _, name := range names {
		b, err := demoTexts.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read demo texts: %w", err)
		}
		lang := strings.TrimSuffix(path.Base(name), ".txt")
		for part := range strings.SplitSeq("\n"+string(b), "\n== ") {
			if strings.TrimSpace(part) == "" {
				continue
			}
			s, err := parseDemoScript(part)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			s.lang = lang
			if s.title == "spam" {
				s.lang = "spam"
			}
			out[s.lang] = append(out[s.lang], s)
		}
	}
	return out, nil
}

var demoMarker = regexp.MustCompile(`^([CANLRZ])(?:\[(csv|png|txt)\])?(!)?: ?(.*)$`)

func parseDemoScript(part string) (*demoScript, error) {
	lines := strings.Split(strings.TrimRight(part, "\n"), "\n")
	s := &demoScript{title: strings.TrimSpace(lines[0])}
	for _, line := range lines[1:] {
		if err := s.line(line); err != nil {
			return nil, fmt.Errorf("%s: %w", s.title, err)
		}
	}
	for i := range s.steps {
		s.steps[i].text = strings.TrimSpace(s.steps[i].text)
	}
	if len(s.subjects) == 0 || len(s.steps) == 0 || s.steps[0].kind != 'C' {
		return nil, fmt.Errorf("%s: no subject or no beginning", s.title)
	}
	return s, nil
}

func (s *demoScript) line(line string) error {
	if m := demoMarker.FindStringSubmatch(line); m != nil {
		s.steps = append(s.steps, demoStep{kind: m[1][0], file: m[2], final: m[3] != "", text: m[4]})
		return nil
	}
	if change, ok := strings.CutPrefix(line, "! "); ok {
		s.steps = append(s.steps, demoStep{kind: '!', text: change, final: change == "resolve"})
		return nil
	}
	if len(s.steps) > 0 {
		last := &s.steps[len(s.steps)-1]
		last.text += "\n" + line
		return nil
	}
	if subject, ok := strings.CutPrefix(line, "subject: "); ok {
		s.subjects = append(s.subjects, subject)
		return nil
	}
	if head, ok := strings.CutPrefix(line, "for: "); ok {
		return s.head(strings.Fields(head))
	}
	return fmt.Errorf("%q is no line of a script", line)
}

// head reads "department type priority tags=a,b via=email,web".
func (s *demoScript) head(words []string) (err error) {
	if len(words) < 5 {
		return fmt.Errorf("the head wants five words, not %d", len(words))
	}
	s.department = words[0]
	if s.kind, err = model.ParseTicketType(words[1]); err != nil {
		return err
	}
	if s.priority, err = model.ParsePriority(words[2]); err != nil {
		return err
	}
	if tags := strings.TrimPrefix(words[3], "tags="); tags != "" {
		s.tags = strings.Split(tags, ",")
	}
	for w := range strings.SplitSeq(strings.TrimPrefix(words[4], "via="), ",") {
		c, err := model.ParseChannel(w)
		if err != nil {
			return err
		}
		s.via = append(s.via, c)
	}
	return nil
}

var (
	demoChoice = regexp.MustCompile(`\{[^{}]*\}`)
	demoWord   = regexp.MustCompile(`\$[a-z]+`)
)

// demoFill picks a wording of every choice and fills in the words. An unknown
// word stays as it is; a test finds it.
func demoFill(s string, r *rand.Rand, words map[string]string) string {
	s = demoChoice.ReplaceAllStringFunc(s, func(m string) string {
		options := strings.Split(m[1:len(m)-1], "|")
		return options[r.IntN(len(options))]
	})
	return demoWord.ReplaceAllStringFunc(s, func(m string) string {
		if v, ok := words[m[1:]]; ok {
			return v
		}
		return m
	})
}

// demoWords are the words that differ from ticket to ticket.
func demoWords(r *rand.Rand, lang string, customer, agent *demoPerson) map[string]string {
	amount := []string{"49", "79", "99", "119", "149", "199", "249"}[r.IntN(7)]
	switch lang {
	case "de", "fr", "es", "pt":
		amount += ",00 €"
	case "ar":
		amount += ".00 يورو"
	case "ja":
		amount = "¥" + amount[:len(amount)-1] + ",800"
	default:
		amount = "€" + amount + ".00"
	}
	first, _, _ := strings.Cut(customer.Name, " ")
	agentFirst, _, _ := strings.Cut(agent.Name, " ")
	return map[string]string{
		"name": first, "full": customer.Name, "formal": customer.Formal, "company": customer.Company, "city": customer.City,
		"agent": agentFirst, "agentfull": agent.Name, "agentar": agent.Native, "agentja": agent.Native,
		"amount": amount, "invoice": fmt.Sprintf("INV-%d", 20400+r.IntN(1800)), "order": fmt.Sprintf("#%d", 48000+r.IntN(3000)),
		"device": []string{"R2", "R3", "R3 Mini"}[r.IntN(3)], "version": fmt.Sprintf("4.%d.%d", 1+r.IntN(3), r.IntN(9)),
		"n": fmt.Sprint(2 + r.IntN(6)), "big": fmt.Sprint(130 + r.IntN(700)), "three": fmt.Sprint(110 + r.IntN(880)),
		"code": fmt.Sprintf("E-%d", 4100+r.IntN(90)),
	}
}
