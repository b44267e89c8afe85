package mail

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxMboxMessage bounds what is held of one message of an mbox, a little over
// the size that is read at all: a longer one is handed on cut, and then refused
// for its size.
const maxMboxMessage = 64 << 20

// SplitMbox calls fn with every message of an mbox, without its From line and
// with the quoting of inner ones (>From) taken back. It reads as it goes and
// holds one message. A From line counts at the start or after an empty line,
// and only with a date at its end. The bytes belong to fn. An error of fn ends
// the reading and is returned.
func SplitMbox(r io.Reader, fn func(raw []byte) error) error {
	in := bufio.NewReaderSize(r, 64<<10)
	var message []byte
	started, blank, lineStart := false, true, true
	for {
		piece, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
			return err
		}
		switch {
		case lineStart && blank && fromLine(bytes.TrimRight(piece, "\r\n")):
			if started {
				if err := fn(endMessage(message)); err != nil {
					return err
				}
			}
			message, started = nil, true
		case len(piece) > 0:
			if lineStart && quotedFrom(piece) {
				piece = piece[1:]
			}
			started = started || len(bytes.TrimSpace(piece)) > 0
			if started && len(message) < maxMboxMessage {
				message = append(message, piece...)
			}
		}
		if lineStart {
			blank = len(bytes.TrimRight(piece, "\r\n")) == 0
		}
		lineStart = err == nil
		if errors.Is(err, io.EOF) {
			if !started {
				return nil
			}
			return fn(endMessage(message))
		}
	}
}

// endMessage drops the empty line that an mbox puts behind a message.
func endMessage(b []byte) []byte {
	if bytes.HasSuffix(b, []byte("\r\n\r\n")) {
		return b[:len(b)-2]
	}
	if bytes.HasSuffix(b, []byte("\n\n")) {
		return b[:len(b)-1]
	}
	return b
}

// IsMbox reports whether head, as much of a file as is at hand, holds more than
// one message of an mbox. A single From line is also put before single messages.
func IsMbox(head []byte) bool {
	found, blank := 0, true
	for rest := head; len(rest) > 0; {
		line, next := splitLine(rest)
		if blank && fromLine(line) {
			if found++; found > 1 {
				return true
			}
		}
		if found == 0 && len(line) > 0 {
			return false
		}
		blank = len(line) == 0
		rest = next
	}
	return false
}

// quotedFrom knows >From, >>From and so on.
func quotedFrom(line []byte) bool {
	rest := bytes.TrimLeft(line, ">")
	return len(rest) < len(line) && bytes.HasPrefix(rest, []byte("From "))
}

// fromLine knows "From sender date": a clock and a year of four digits must be
// in it, so that a sentence is not taken for one.
func fromLine(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("From ")) || len(line) > 1000 {
		return false
	}
	clock, year := false, false
	for _, w := range bytes.Fields(line)[1:] {
		if len(w) >= 4 && bytes.IndexByte(w, ':') > 0 && w[0] >= '0' && w[0] <= '9' {
			clock = true
		}
		if len(w) == 4 && (w[0] == '1' && w[1] == '9' || w[0] == '2' && w[1] == '0') {
			year = true
		}
	}
	return clock && year
}
