package desk

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Key derives a key of its own for one purpose from the desk's signing key, so
// that what is signed for one purpose is worth nothing for another.
func (d *Desk) Key(label string) []byte { return Subkey(d.key, label) }

// Subkey is Key for whoever has the signing key and no desk yet.
func Subkey(key []byte, label string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("subkey\x00" + label)) // a hash never fails
	return h.Sum(nil)
}
