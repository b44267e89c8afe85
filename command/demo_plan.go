package command

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"escalated/model"
)

// demoFate is how far a ticket has come.
type demoFate int

const (
	fateFresh     demoFate = iota // nobody has looked yet
	fateTaken                     // somebody works on it
	fateCustomer                  // waits for the customer
	fateAgent                     // the customer has answered
	fateEscalated                 // somebody has to decide
	fateReopened                  // was resolved, came back
	fateResolved                  // resolved in the last days
	fateClosed                    // over
	fateReturned                  // came back once and is over now
	fateBin                       // advertising
)

// demoFates is how many tickets of each fate there are: 400 in all.
var demoFates = []int{fateFresh: 26, fateTaken: 22, fateCustomer: 42, fateAgent: 34, fateEscalated: 9, fateReopened: 14, fateResolved: 58, fateClosed: 165, fateReturned: 24, fateBin: 6}

// demoLangs is how often each language is spoken, in percent.
var demoLangs = []struct {
	lang  string
	share int
}{{"en", 44}, {"de", 20}, {"ar", 10}, {"fr", 9}, {"es", 8}, {"ja", 5}, {"pt", 4}}

// demoTicket is one planned ticket.
type demoTicket struct {
	script   *demoScript
	fate     demoFate
	r        *rand.Rand
	words    map[string]string
	customer *demoPerson
	agent    *demoPerson // who takes it
	other    *demoPerson // a colleague
	channel  model.Channel
	subject  string
	closes   bool // the customer closes it, not the clock
	steps    []demoStep
	at       []model.Time // of each step
	id       model.TicketID
}

// demoDeck deals the scripts of a language so that the same one comes back as
// late as possible.
type demoDeck struct {
	r     *rand.Rand
	cards []*demoScript
	next  int
}

func (d *demoDeck) deal() *demoScript {
	if d.next%len(d.cards) == 0 {
		d.r.Shuffle(len(d.cards), func(i, j int) { d.cards[i], d.cards[j] = d.cards[j], d.cards[i] })
	}
	d.next++
	return d.cards[(d.next-1)%len(d.cards)]
}

// plan makes up all tickets. The same seed makes the same desk.
func (p *demoPlayer) plan(scripts map[string][]*demoScript) []*demoTicket {
	r := rand.New(rand.NewPCG(demoSeed, 1))
	decks := map[string]*demoDeck{}
	for lang, s := range scripts {
		decks[lang] = &demoDeck{r: r, cards: slices.Clone(s)}
	}
	var out []*demoTicket
	for fate, n := range demoFates {
		for i := range n {
			lang := "spam"
			if demoFate(fate) != fateBin {
				lang = pickLang((i*37 + fate*11) % 100)
			}
			t := &demoTicket{fate: demoFate(fate), r: rand.New(rand.NewPCG(demoSeed, uint64(len(out))+2)), script: decks[lang].deal()}
			p.cast(t)
			t.cut()
			t.spread(p.now)
			out = append(out, t)
		}
	}
	return out
}

func pickLang(n int) string {
	for _, l := range demoLangs {
		if n -= l.share; n < 0 {
			return l.lang
		}
	}
	return demoLangs[0].lang
}

// cast chooses who plays and which door the ticket comes through.
func (p *demoPlayer) cast(t *demoTicket) {
	var of []*demoPerson
	for _, c := range p.customers {
		if c.Lang == t.script.lang {
			of = append(of, c)
		}
	}
	t.customer = of[t.r.IntN(len(of))]
	agents := p.staff[1:7]
	var can []*demoPerson
	for _, a := range agents {
		if slices.Contains(a.Langs, t.script.lang) {
			can = append(can, a)
			if slices.Contains(a.Departments, t.script.department) {
				can = append(can, a, a) // those of the department take most
			}
		}
	}
	if len(can) == 0 {
		can = agents
	}
	t.agent = can[t.r.IntN(len(can))]
	if ada := p.staff[0]; t.script.lang == "en" && slices.Contains(ada.Departments, t.script.department) && t.r.IntN(4) == 0 {
		t.agent = ada // the admin lends a hand
	}
	for t.other = t.agent; t.other == t.agent; {
		t.other = agents[t.r.IntN(len(agents))]
	}
	t.channel = t.script.via[t.r.IntN(len(t.script.via))]
	t.words = demoWords(t.r, t.script.lang, t.customer, t.agent)
	t.subject = demoFill(t.script.subjects[t.r.IntN(len(t.script.subjects))], t.r, t.words)
	t.closes = t.r.IntN(100) < 40
}

// cut ends the conversation where the fate wants it.
func (t *demoTicket) cut() {
	var talk, back []demoStep
	for _, s := range t.script.steps {
		if s.kind == 'R' || s.kind == 'Z' || len(back) > 0 {
			back = append(back, s)
		} else {
			talk = append(talk, s)
		}
	}
	switch t.fate {
	case fateFresh:
		talk = talk[:1]
	case fateTaken:
		talk = talk[:until(talk, 1, 'A')]
	case fateCustomer:
		talk = talk[:1+t.pick(talk, 'A')]
	case fateAgent:
		talk = talk[:1+t.pick(talk[1:], 'C')+1]
	case fateEscalated:
		talk = append(slices.Clone(talk[:1+t.pick(talk, 'A')]), demoStep{kind: '!', text: "escalate"})
	case fateReopened, fateReturned:
		if len(back) == 0 {
			back = []demoStep{{kind: 'R', text: demoBack[t.script.lang][0]}, {kind: 'Z', text: demoBack[t.script.lang][1]}}
		}
		for _, s := range back {
			if s.kind == 'R' || s.kind == 'Z' && t.fate == fateReturned {
				s.final = s.kind == 'Z'
				talk = append(talk, s)
			}
		}
	}
	t.steps = talk
}

// until is the index of the first step of a kind from i on, or the length.
func until(steps []demoStep, i int, kind byte) int {
	for ; i < len(steps); i++ {
		if steps[i].kind == kind {
			return i
		}
	}
	return len(steps)
}

// pick chooses one of the steps of a kind that do not resolve the ticket; the
// first step when there is none.
func (t *demoTicket) pick(steps []demoStep, kind byte) int {
	var at []int
	for i, s := range steps {
		if s.kind == kind && !s.final {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return 0
	}
	return at[t.r.IntN(len(at))]
}

// A working day has fourteen hours that end at the hour of now, so that the
// desk looks lively whenever it is started. Ages are in such hours.
const (
	demoDay  = 14.0
	demoDays = 60
)

// before is the instant an age ago.
func before(now model.Time, age float64) model.Time {
	days := math.Floor(age / demoDay)
	hours := age - days*demoDay
	return now.Add(-time.Duration(days*24*float64(time.Hour)) - time.Duration(hours*float64(time.Hour)))
}

// spread gives every step its instant, from the last one backwards.
func (t *demoTicket) spread(now model.Time) {
	age := t.lastAge()
	t.at = make([]model.Time, len(t.steps))
	ages := make([]float64, len(t.steps))
	for i := len(t.steps) - 1; i >= 0; i-- {
		ages[i] = age
		age += t.gap(t.steps[i])
	}
	// A conversation that would begin too early is told faster.
	if oldest, most := ages[0], demoDays*demoDay-4; oldest > most {
		last := ages[len(ages)-1]
		f := (most - last) / (oldest - last)
		for i := range ages {
			ages[i] = last + (ages[i]-last)*f
		}
	}
	for i, a := range ages {
		t.at[i] = before(now, a)
	}
}

// lastAge is how long ago the last step was.
func (t *demoTicket) lastAge() float64 {
	u := t.r.Float64()
	switch t.fate {
	case fateFresh:
		return 0.05 + 18*u*u
	case fateTaken, fateAgent, fateEscalated:
		return 0.15 + 26*math.Pow(u, 1.2)
	case fateCustomer:
		return 0.3 + 80*math.Pow(u, 1.3)
	case fateReopened:
		return 0.4 + 24*u
	case fateResolved:
		return 0.3 + 84*u
	case fateBin:
		return 2 + 200*u
	}
	return 104 + 690*u
}

// gap is how long it takes from the step before to this one.
func (t *demoTicket) gap(s demoStep) float64 {
	slow := math.Exp(t.r.NormFloat64() * 0.8)
	switch s.kind {
	case 'A', 'Z':
		if t.script.priority >= model.Urgent {
			return 0.1 + 0.5*slow
		}
		return 0.2 + 2.2*slow
	case 'C':
		if t.script.priority >= model.Urgent {
			return 0.1 + 0.8*slow
		}
		return 0.3 + 4*slow
	case 'R':
		return 20 + 20*slow
	case '!':
		return 0.02 + 0.03*t.r.Float64()
	}
	return 0.1 + 0.6*slow
}

// demoBack is how customers come back where the script says nothing, and the
// answer to it.
var demoBack = map[string][2]string{
	"en": {"Sorry to come back to this: it happened again today, exactly as before. Could you have another look?", "No need to be sorry. I found what we had overlooked the first time and corrected it; I will keep an eye on it this week."},
	"de": {"Leider muss ich mich noch einmal melden: Heute ist es wieder genauso passiert. Könnten Sie bitte erneut nachsehen?", "Gut, dass Sie sich melden. Ich habe gefunden, was uns beim ersten Mal entgangen ist, und es behoben. Diese Woche behalte ich es im Blick."},
	"fr": {"Bonjour, malheureusement le problème est revenu ce matin. Pourriez-vous regarder à nouveau ?", "Merci de nous avoir prévenus. J’ai trouvé ce qui nous avait échappé, c’est corrigé et je surveille cela cette semaine."},
	"es": {"Hola de nuevo: hoy ha vuelto a pasar lo mismo. ¿Podrían mirarlo otra vez?", "Gracias por avisar. He encontrado lo que se nos escapó la primera vez y ya está corregido; estaré pendiente esta semana."},
	"ar": {"مرحبًا مجددًا، تكررت المشكلة اليوم كما كانت. هل يمكنكم النظر فيها مرة أخرى؟", "شكرًا لإبلاغنا. وجدنا ما فاتنا في المرة الأولى وأصلحناه، وسنتابع الأمر هذا الأسبوع."},
	"ja": {"恐れ入ります、本日また同じ症状が発生しました。もう一度ご確認いただけますでしょうか。", "ご連絡ありがとうございます。見落としていた原因が分かり、修正いたしました。今週は引き続き確認してまいります。"},
	"pt": {"Olá de novo: hoje aconteceu outra vez. Pode dar mais uma olhada?", "Obrigada por avisar. Encontrei o que tinha passado despercebido e já está corrigido; vou acompanhar nesta semana."},
}
