package model

import (
	"slices"
	"testing"
)

func TestHandlesAreUniqueAndStay(t *testing.T) {
	staff := []PersonRef{{ID: 9, Name: "Lisa Torres"}, {ID: 2, Name: "lisa  TORRES"}, {ID: 3, Email: "mike@help.test"}, {ID: 4, Name: "Jürgen O’Hara"}, {ID: 5, Name: "ليزا"}, {ID: 6, Name: "???"}}
	var words []string
	for _, h := range Handles(staff, []Department{{ID: 1, Name: "Returns & Repairs"}, {ID: 2, Name: "Mike"}}) {
		words = append(words, h.Word)
	}
	want := []string{"lisa.torres", "mike", "jürgen.o.hara", "ليزا", "lisa.torres.2", "returns.repairs", "mike.2"}
	if !slices.Equal(words, want) {
		t.Fatalf("%q", words)
	}
}

func TestMentionsAreFoundInWords(t *testing.T) {
	known := ByWord([]Handle{{Word: "lisa.torres", Person: 1}, {Word: "mike", Person: 2}, {Word: "billing", Department: 1}, {Word: "ليزا", Person: 3}})
	for body, want := range map[string][]string{
		"@lisa.torres please":                         {"lisa.torres"},
		"(@mike), @MIKE and @Lisa.Torres.":            {"mike", "lisa.torres"},
		"thanks @lisa.torres.Really":                  {"lisa.torres"},
		"mail mike@mike.test or x@mike":               nil,
		"a/@mike and @@mike and @.mike":               nil,
		"> @mike said\nno":                            nil,
		"`@mike` and ```\n":                           nil,
		"```\n@mike\n```\n@billing":                   {"billing"},
		"@unknown @mike2":                             nil,
		"شكرا @ليزا":                                  {"ليزا"},
		"@mike @billing @lisa.torres @mike @nobody 1": {"mike", "billing", "lisa.torres"},
	} {
		var got []string
		for _, h := range Mentions(body, known) {
			got = append(got, h.Word)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q mentions %q, want %q", body, got, want)
		}
	}
}
