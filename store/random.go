package store

import (
	"crypto/rand"
	"encoding/hex"
)

// randomID is 128 random bits in hex.
func randomID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
