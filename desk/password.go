package desk

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"escalated/model"
)

// The cost of a password: argon2id with 2 passes over 19 MiB in one lane
// (OWASP's recommendation), about 20 ms.
const (
	hashPasses = 2
	hashMemory = 19 * 1024 // KiB
	hashLanes  = 1
	hashLength = 32

	passwordMin = 8   // characters
	passwordMax = 256 // bytes, so that nobody makes us hash a book
)

// nobodysPassword is checked when there is none to check, so that an unknown
// address takes as long as a known one. Nothing hashes to zeros.
const nobodysPassword = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// hashing lets two passwords be hashed at a time: more would take the memory
// and the processors away from everybody else.
var hashing = make(chan struct{}, 2)

// hashed counts how often a password was hashed.
var hashed atomic.Int64

// hashTurn waits for a turn to hash. The caller calls the returned function
// when done; ErrUnavailable when the request's time is over before.
func hashTurn(ctx context.Context) (func(), error) {
	select {
	case hashing <- struct{}{}:
		return func() { <-hashing }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to check password: %w", model.ErrUnavailable)
	}
}

func stretch(password string, salt []byte) []byte {
	hashed.Add(1)
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, hashPasses, hashMemory, hashLanes, hashLength)
}

// hashPassword makes the PHC string of a password.
func hashPassword(ctx context.Context, password string) (string, error) {
	done, err := hashTurn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	var salt [16]byte
	rand.Read(salt[:]) // never fails since Go 1.24
	sum := stretch(password, salt[:])
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes, b64.EncodeToString(salt[:]), b64.EncodeToString(sum)), nil
}

// fits compares a password with a PHC string; the caller holds a turn. An
// empty string or one with a cost that is not ours fits nothing, after the
// same work.
func fits(password, phc string) bool {
	known := strings.HasPrefix(phc, fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, hashMemory, hashPasses, hashLanes))
	if !known {
		phc = nobodysPassword
	}
	parts := strings.Split(phc, "$")
	b64 := base64.RawStdEncoding
	salt, err1 := b64.DecodeString(parts[4])
	want, err2 := b64.DecodeString(parts[len(parts)-1])
	got := stretch(password, salt)
	return subtle.ConstantTimeCompare(got, want) == 1 && known && err1 == nil && err2 == nil
}

// checkPassword says what is wrong with a new password. about are the words
// that must not be all of it: the person's address and name.
func checkPassword(p *model.Invalid, field, password string, about ...string) {
	switch {
	case password == "":
		p.Add(field, "password_required")
	case len(password) > passwordMax:
		p.Add(field, "password_long", "Max", passwordMax)
	case utf8.RuneCountInString(password) < passwordMin:
		p.Add(field, "password_short", "Min", passwordMin)
	case guessable(password, about):
		p.Add(field, "password_weak")
	}
}

// guessable reports whether a password is one of those tried first: a common
// word with digits behind it, a run of the keyboard, one character, or the
// person's own address or name.
func guessable(password string, about []string) bool {
	low := strings.ToLower(strings.TrimSpace(password))
	for _, a := range about {
		a = strings.ToLower(strings.TrimSpace(a))
		local, _, _ := strings.Cut(a, "@")
		for _, word := range []string{a, local} {
			if len(word) >= 3 && strings.Trim(low, "0123456789!.?*#-_ ") == word || word != "" && low == word {
				return true
			}
		}
	}
	if distinct(low) < 3 {
		return true
	}
	for _, run := range []string{"01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm", "1qaz2wsx3edc4rfv"} {
		if strings.Contains(run, low) {
			return true
		}
	}
	base := strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "@", "a", "$", "s", "7", "t").Replace(strings.Trim(low, "0123456789!.?*#-_ "))
	return common[base] || common[strings.Trim(low, "0123456789!.?*#-_ ")]
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// common are the words people put digits behind and call a password.
var common = func() map[string]bool {
	words := strings.Fields(`password passwort passw0rd pass passwd secret geheim admin administrator root user guest test testing demo default
		changeme change letmein welcome willkommen hello hallo hallohallo login signin access master superman batman dragon monkey football
		baseball basketball soccer hockey iloveyou iloveu ichliebedich princess sunshine shadow michael jennifer jessica charlie daniel
		thomas jordan hunter ranger buster tigger pepper ginger summer winter spring autumn sommer herbst fruehling trustno freedom
		whatever computer internet service support helpdesk escalated company office samsung google facebook apple microsoft windows
		starwars pokemon naruto liverpool chelsea arsenal barcelona realmadrid bayern schalke dortmund mustang ferrari mercedes porsche
		corvette yamaha harley killer angel lovely flower cookie chocolate schatz schatzi hase mausi qwerty qwertz azerty asdf asdfgh asdfghjkl
		zxcvbnm abc abcd abcdef abcdefg qwe qweasd qweasdzxc aaaaaaaa pass word passpass testtest adminadmin useruser mynoob donald
		january february march april june july august september october november december montag dienstag sonntag monday friday sunday`)
	m := map[string]bool{"": true} // digits and marks only
	for _, w := range words {
		m[w] = true
	}
	return m
}()
