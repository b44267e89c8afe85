package model

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Handle is the word behind an @ by which a colleague or a department is
// mentioned in a note.
type Handle struct {
	Word       string
	Name       string
	Person     PersonID // or
	Department DepartmentID
}

// Handles gives everybody a word of their own: the name in lower case, its
// words joined by dots, with a number where two share a name. The order of ids
// decides who has none, so that a newcomer takes nobody's word.
func Handles(staff []PersonRef, departments []Department) []Handle {
	people, places := slices.Clone(staff), slices.Clone(departments)
	slices.SortFunc(people, func(a, b PersonRef) int { return int(a.ID - b.ID) })
	slices.SortFunc(places, func(a, b Department) int { return int(a.ID - b.ID) })
	taken := map[string]bool{}
	var out []Handle
	add := func(h Handle, names ...string) {
		word := ""
		for _, n := range names {
			if word = handleWord(n); word != "" {
				break
			}
		}
		if word == "" {
			return
		}
		h.Word = word
		for n := 2; taken[h.Word]; n++ {
			h.Word = word + "." + strconv.Itoa(n)
		}
		taken[h.Word] = true
		out = append(out, h)
	}
	for _, p := range people {
		local, _, _ := strings.Cut(p.Email, "@")
		add(Handle{Name: p.Display(), Person: p.ID}, p.Name, local)
	}
	for _, d := range places {
		add(Handle{Name: d.Name, Department: d.ID}, d.Name, d.Slug)
	}
	return out
}

func handleWord(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}), ".")
}

// MentionWord finds what may be a mention: an @ that does not stand in a word
// or an address, and a word. The word is the second group.
var MentionWord = regexp.MustCompile(`(^|[^\p{L}\p{N}\p{M}@./_+-])@([\p{L}\p{N}\p{M}]+(?:[._-][\p{L}\p{N}\p{M}]+)*)`)

// HandleOf finds the handle that a word after an @ means: the longest
// beginning that is one, so that "@lisa.torres.Thanks" is found too.
func HandleOf(word string, known map[string]Handle) (Handle, bool) {
	for w := word; w != ""; {
		if h, ok := known[strings.ToLower(w)]; ok {
			return h, true
		}
		cut := strings.LastIndexAny(w, "._-")
		if cut < 0 {
			break
		}
		w = w[:cut]
	}
	return Handle{}, false
}

// ByWord is a list of handles for looking words up.
func ByWord(list []Handle) map[string]Handle {
	out := make(map[string]Handle, len(list))
	for _, h := range list {
		out[h.Word] = h
	}
	return out
}

var codeSpan = regexp.MustCompile("`[^`\n]*`")

// Mentions are the handles that a note names, each once, in order. What is
// quoted from others and what is code mentions nobody.
func Mentions(body string, known map[string]Handle) []Handle {
	var out []Handle
	fenced := false
	for line := range strings.SplitSeq(body, "\n") {
		begin := strings.TrimSpace(line)
		if strings.HasPrefix(begin, "```") || strings.HasPrefix(begin, "~~~") {
			fenced = !fenced
			continue
		}
		if fenced || strings.HasPrefix(begin, ">") {
			continue
		}
		for _, m := range MentionWord.FindAllStringSubmatch(codeSpan.ReplaceAllString(line, " "), -1) {
			if h, ok := HandleOf(m[2], known); ok && !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	return out
}

// MentionCap is how many members of a department one mention reaches.
const MentionCap = 50

// MentionAdded is somebody named in a note: once for each person and note.
type MentionAdded struct {
	Person  PersonID  `json:"person"`
	Name    string    `json:"name"`
	Message MessageID `json:"message"`
	Team    string    `json:"team,omitempty"` // the department that was named
}

// Kind is mention.added.
func (MentionAdded) Kind() string { return "mention.added" }

// Public is false: notes are for staff.
func (MentionAdded) Public() bool { return false }

func init() { register[MentionAdded]() }
