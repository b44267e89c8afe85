package command

import (
	"math/rand/v2"
	"strings"
)

// seedCommon is the word that stands in two of five messages of a seeded desk,
// and seedRare one of very few, so that a search for each can be measured.
const (
	seedCommon = "account"
	seedRare   = "zeppelin"
)

// speaker makes up texts: words with the frequencies of real ones, in the
// lengths of real messages.
type speaker struct {
	r     *rand.Rand
	words []string
	pick  *rand.Zipf
}

var seedFrequent = strings.Fields(`the to and of in is it for not we you on with this have that my be are can when from as but at was has error
	please page after order customer button login again screen invoice email problem working update team today address report file password server
	payment tried open change message still since would support version export device browser number delivery browser setting week month user sync
	network access card phone data refund link date install form cannot morning printer another colleague office thanks regards`)

func newSpeaker(r *rand.Rand) *speaker {
	s := &speaker{r: r, words: append([]string(nil), seedFrequent...)}
	heads := strings.Fields("ba be bo ca ce co da de di do fa fe fi ga go ha he la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se so ta te ti to va ve vi wa we")
	tails := strings.Fields("l n r s t m x nd rt st ck ll ng ver tion ment ler der ster king")
	for len(s.words) < 9000 {
		var b strings.Builder
		for range 1 + r.IntN(3) {
			b.WriteString(heads[r.IntN(len(heads))])
		}
		b.WriteString(tails[r.IntN(len(tails))])
		s.words = append(s.words, b.String())
	}
	s.pick = rand.NewZipf(r, 1.08, 6, uint64(len(s.words)-1))
	return s
}

func (s *speaker) word() string { return s.words[s.pick.Uint64()] }

// foreign are sentences mixed in, for other scripts.
var foreign = []string{"東京の打印机が動きません。", "Größe und Straße stimmen leider nicht.", "الطابعة لا تعمل منذ أمس.", "L'étude n'a pas été enregistrée.", "프린터가 인쇄되지 않습니다."}

// sentence writes n words.
func (s *speaker) sentence(b *strings.Builder, n int) {
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		w := s.word()
		if i == 0 {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		b.WriteString(w)
	}
	b.WriteByte('.')
}

// subject is four to eight words.
func (s *speaker) subject() string {
	var b strings.Builder
	s.sentence(&b, 4+s.r.IntN(5))
	return strings.TrimSuffix(b.String(), ".")
}

// message is 283 bytes in the mean, most shorter and few much longer.
func (s *speaker) message() string {
	var b strings.Builder
	b.Grow(400)
	common := s.r.IntN(5) < 2
	for i := range 2 + s.r.IntN(3) + s.r.IntN(2)*s.r.IntN(7) {
		if i > 0 {
			b.WriteString([]string{" ", " ", "\n\n"}[s.r.IntN(3)])
		}
		s.sentence(&b, 5+s.r.IntN(10))
		if common && i == 1 {
			b.WriteString(" It is about the " + seedCommon + ".")
		}
	}
	switch n := s.r.IntN(10_000); {
	case n < 300:
		b.WriteString(" " + foreign[n%len(foreign)])
	case n == 9999:
		b.WriteString(" " + seedRare)
	}
	return b.String()
}
