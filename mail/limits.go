package mail

import (
	"errors"
	"time"
)

// Limits bound what one mail may cost. Zero fields mean the default.
type Limits struct {
	Size        int64         // bytes of the whole message; 35 MiB
	Depth       int           // nested multiparts; 20
	Parts       int           // parts in all; 1,000
	HeaderBytes int           // bytes of one header block; 256 KiB
	HeaderCount int           // fields of one header block; 1,000
	Addresses   int           // kept of one address header, the rest is left out; 200
	References  int           // kept ids, the middle of a longer chain is left out; 100
	BodyBytes   int           // kept of the text and of the HTML, the rest stays in the raw message; 4 MiB
	Time        time.Duration // wall time; 5 s
}

// orDefault fills the zero fields.
func (l Limits) orDefault() Limits {
	setDefault(&l.Size, 35<<20)
	setDefault(&l.Depth, 20)
	setDefault(&l.Parts, 1000)
	setDefault(&l.HeaderBytes, 256<<10)
	setDefault(&l.HeaderCount, 1000)
	setDefault(&l.Addresses, 200)
	setDefault(&l.References, 100)
	setDefault(&l.BodyBytes, 4<<20)
	setDefault(&l.Time, 5*time.Second)
	return l
}

func setDefault[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

// ErrLimits is returned for a mail that breaks a limit. It belongs into
// quarantine, raw: reading it again gives the same.
type ErrLimits struct {
	What string // size, depth, parts, header_bytes, header_count or time
}

func (e ErrLimits) Error() string { return "mail over the limit: " + e.What }

// ErrUnreadable is returned for a message without any content.
var ErrUnreadable = errors.New("mail is empty")
