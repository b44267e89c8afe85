package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	varint "encoding/binary"
	"slices"
	"strings"

	"escalated/model"
)

// Signer writes and reads the addresses and ids by which an answer finds its
// ticket. Nobody without the key can make one: the MAC has 128 bits and binds
// ticket, recipient and purpose. They are lower-case base32, because mail
// servers change the case of addresses, and tell no numbers to an onlooker.
type Signer struct {
	Key []byte // at least 32 bytes
}

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// macBytes is the length of a MAC: 128 bits.
const macBytes = 16

// kindCodes gives each kind of mail its number inside of Message-IDs. Append only.
var kindCodes = []model.MailKind{
	"", model.MailTicketReceived, model.MailTicketNew, model.MailTicketOpened, model.MailReply, model.MailCustomerReply,
	model.MailStaffReply, model.MailAssigned, model.MailStatus, model.MailSignIn, model.MailSignUp, model.MailReset, model.MailInvite, model.MailGuestLink, model.MailTest, model.MailRate, model.MailSide,
	model.MailMention, model.MailSLAWarning, model.MailSLABreach, model.MailEscalated, model.MailRuleNotice, model.MailDigest,
}

// Ref is what one of our Message-IDs says.
type Ref struct {
	Ticket model.TicketID // zero for mail about accounts
	Person model.PersonID // the recipient
	Event  model.EventID  // the fact it told of
	Kind   model.MailKind
}

// ReplyAddress is the local part of the address at which a person answers in a
// ticket: reply+OPAQUE.MAC, below 64 octets.
func (s Signer) ReplyAddress(ticket model.TicketID, person model.PersonID) string {
	return "reply+" + s.seal("reply", varint.AppendUvarint(varint.AppendUvarint(nil, uint64(ticket)), uint64(person)))
}

// ParseReplyAddress reads a reply address, with or without its domain. Not ok
// is an address of another shape or one this desk did not sign. That its
// sender is the person is not said by it.
func (s Signer) ParseReplyAddress(address string) (ticket model.TicketID, person model.PersonID, ok bool) {
	local, _, _ := strings.Cut(strings.TrimSpace(address), "@")
	local, found := strings.CutPrefix(strings.ToLower(local), "reply+")
	if !found {
		return 0, 0, false
	}
	v, ok := s.open("reply", local, 2)
	if !ok || v[0] == 0 || v[1] == 0 {
		return 0, 0, false
	}
	return model.TicketID(v[0]), model.PersonID(v[1]), true
}

// SideAddress is the local part of the address at which a third party answers
// in a side conversation: side+OPAQUE.MAC.
func (s Signer) SideAddress(side model.SideID, person model.PersonID) string {
	return "side+" + s.seal("side", varint.AppendUvarint(varint.AppendUvarint(nil, uint64(side)), uint64(person)))
}

// ParseSideAddress reads the address of a side conversation, with or without
// its domain.
func (s Signer) ParseSideAddress(address string) (side model.SideID, person model.PersonID, ok bool) {
	local, _, _ := strings.Cut(strings.TrimSpace(address), "@")
	local, found := strings.CutPrefix(strings.ToLower(local), "side+")
	if !found {
		return 0, 0, false
	}
	v, ok := s.open("side", local, 2)
	if !ok || v[0] == 0 || v[1] == 0 {
		return 0, 0, false
	}
	return model.SideID(v[0]), model.PersonID(v[1]), true
}

// MessageID is the Message-ID of a mail, without brackets: t.OPAQUE.MAC@domain.
func (s Signer) MessageID(r Ref, domain string) string {
	b := varint.AppendUvarint(nil, uint64(r.Ticket))
	b = varint.AppendUvarint(b, uint64(r.Person))
	b = varint.AppendUvarint(b, uint64(r.Event))
	b = varint.AppendUvarint(b, uint64(max(slices.Index(kindCodes, r.Kind), 0)))
	return "t." + s.seal("message", b) + "@" + domain
}

// ParseMessageID reads one of our Message-IDs, with or without brackets, at
// any domain: a desk may have changed its own.
func (s Signer) ParseMessageID(id string) (Ref, bool) {
	id = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
	local, _, _ := strings.Cut(id, "@")
	local, found := strings.CutPrefix(strings.ToLower(local), "t.")
	if !found {
		return Ref{}, false
	}
	v, ok := s.open("message", local, 4)
	if !ok || v[3] >= uint64(len(kindCodes)) {
		return Ref{}, false
	}
	return Ref{Ticket: model.TicketID(v[0]), Person: model.PersonID(v[1]), Event: model.EventID(v[2]), Kind: kindCodes[v[3]]}, true
}

// seal writes numbers as OPAQUE.MAC. The numbers are hidden behind a stream
// made from the MAC of the numbers, so equal numbers give equal texts.
func (s Signer) seal(purpose string, plain []byte) string {
	mac := s.mac(purpose, plain)
	return base32Lower.EncodeToString(s.hide(purpose, mac, plain)) + "." + base32Lower.EncodeToString(mac)
}

func (s Signer) open(purpose, sealed string, numbers int) ([]uint64, bool) {
	if len(sealed) > 200 {
		return nil, false
	}
	a, b, found := strings.Cut(sealed, ".")
	if !found {
		return nil, false
	}
	hidden, err1 := base32Lower.DecodeString(a)
	mac, err2 := base32Lower.DecodeString(b)
	if err1 != nil || err2 != nil || len(mac) != macBytes || len(hidden) > sha256.Size {
		return nil, false
	}
	plain := s.hide(purpose, mac, hidden)
	if !hmac.Equal(mac, s.mac(purpose, plain)) {
		return nil, false
	}
	out := make([]uint64, numbers)
	for i := range out {
		v, n := varint.Uvarint(plain)
		if n <= 0 || v > 1<<62 {
			return nil, false
		}
		out[i], plain = v, plain[n:]
	}
	return out, len(plain) == 0
}

func (s Signer) mac(purpose string, plain []byte) []byte {
	return s.sum("mac", purpose, plain)[:macBytes]
}

func (s Signer) hide(purpose string, mac, in []byte) []byte {
	stream := s.sum("hide", purpose, mac)
	out := make([]byte, len(in))
	for i := range in {
		out[i] = in[i] ^ stream[i%len(stream)]
	}
	return out
}

func (s Signer) sum(what, purpose string, in []byte) []byte {
	h := hmac.New(sha256.New, s.Key)
	h.Write([]byte("escalated mail\x00" + what + "\x00" + purpose + "\x00"))
	h.Write(in)
	return h.Sum(nil)
}

// linkBlank stands for the secret of a mail's link until the mail leaves: as
// long as the secret and as unguessable, so nothing anybody writes is taken for it.
func (s Signer) linkBlank(messageRef string) string {
	return base32Lower.EncodeToString(s.sum("blank", "link", []byte(messageRef))[:20])
}

// fileBlank stands for the content of a file of a mail.
func (s Signer) fileBlank(messageRef string, id model.AttachmentID) []byte {
	return s.sum("blank", "file", varint.AppendUvarint([]byte(messageRef+"\x00"), uint64(id)))
}
