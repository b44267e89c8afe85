package model

import (
	"encoding/json"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// settingProblem is why a value was refused, before it is known of which setting.
type settingProblem struct {
	key  string
	args []any
}

func badSetting(key string, args ...any) *settingProblem { return &settingProblem{key, args} }

// settingChecks are the rules that the tags of Settings name. Empty passes unless
// the rule says otherwise, since it means "not set".
var settingChecks = map[string]func(string) *settingProblem{
	"filled":      checkFilled,
	"listen":      checkListen,
	"base":        checkBase,
	"prefix":      checkPrefix,
	"network":     checkNetwork,
	"name":        checkName,
	"zone":        checkZone,
	"clock":       checkClock,
	"reference":   checkReference,
	"transitions": checkTransitions,
	"actions":     checkTicketActions,
	"link":        checkLink,
	"smtp":        checkSMTP,
	"sender":      checkSender,
	"domain":      checkDomain,
	"mailbox":     checkMailbox,
	"logo":        checkLogo,
	"colour":      checkColour,
	"footer":      checkFooter,
}

// maxSetting is more than any real value needs, in bytes.
const maxSetting = 2000

var (
	prefixForm    = regexp.MustCompile(`^[a-z0-9_-]+(/[a-z0-9_-]+)*$`)
	referenceForm = regexp.MustCompile(`^[A-Za-z0-9]{1,10}$`)
	domainForm    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
)

func parseBool(v string) (value, ok bool) {
	switch strings.ToLower(v) {
	case "1", "true", "yes", "on":
		return true, true
	case "0", "false", "no", "off":
		return false, true
	}
	return false, false
}

func checkLine(v string) *settingProblem {
	if len(v) > maxSetting || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		return badSetting("setting_line", "Max", maxSetting)
	}
	return nil
}

func checkFilled(v string) *settingProblem {
	if v == "" {
		return badSetting("required")
	}
	return nil
}

func checkListen(v string) *settingProblem {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return badSetting("setting_listen")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return badSetting("setting_listen")
	}
	return nil
}

// checkBase refuses a path, because route_prefix already is one and links
// would carry both.
func checkBase(v string) *settingProblem {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" ||
		u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return badSetting("setting_base")
	}
	return nil
}

func checkPrefix(v string) *settingProblem {
	v = strings.Trim(v, "/")
	if !prefixForm.MatchString(v) || v == "healthz" || v == "readyz" {
		return badSetting("setting_prefix")
	}
	return nil
}

func checkNetwork(v string) *settingProblem {
	if _, err := netip.ParsePrefix(v); err == nil {
		return nil
	}
	if _, err := netip.ParseAddr(v); err == nil {
		return nil
	}
	return badSetting("setting_network")
}

func checkName(v string) *settingProblem {
	if utf8.RuneCountInString(v) > 100 {
		return badSetting("too_long", "Max", 100)
	}
	return checkFilled(v)
}

func checkZone(v string) *settingProblem {
	// "Local" is the server's own zone, which differs from machine to machine.
	if _, err := time.LoadLocation(v); err != nil || v == "" || v == "Local" {
		return badSetting("zone_invalid")
	}
	return nil
}

func checkReference(v string) *settingProblem {
	if !referenceForm.MatchString(v) {
		return badSetting("setting_reference", "Max", 10)
	}
	return nil
}

func checkTransitions(v string) *settingProblem {
	if _, err := ParseTransitions(v); err != nil {
		return badSetting("setting_transitions")
	}
	return nil
}

func checkTicketActions(v string) *settingProblem {
	if _, err := ParseTicketActions(v); err != nil {
		return badSetting("setting_actions")
	}
	return nil
}

func checkLink(v string) *settingProblem {
	if v == "" {
		return nil
	}
	u, err := url.Parse(strings.ReplaceAll(v, "{token}", "token"))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || len(v) > 500 {
		return badSetting("url_invalid")
	}
	return nil
}

func checkSMTP(v string) *settingProblem {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" ||
		strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return badSetting("setting_smtp")
	}
	if u.RawQuery == "" {
		return nil
	}
	if u.RawQuery != "tls=none" {
		return badSetting("setting_smtp")
	}
	// Without TLS the password and every mail would cross the network in clear.
	if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() != "localhost" && (err != nil || !ip.IsLoopback()) {
		return badSetting("setting_smtp")
	}
	return nil
}

func checkSender(v string) *settingProblem {
	if v != "" && bareAddress(v) == "" {
		return badSetting("setting_sender")
	}
	return nil
}

func checkDomain(v string) *settingProblem {
	if v != "" && (len(v) > 253 || !domainForm.MatchString(strings.ToLower(v))) {
		return badSetting("setting_domain")
	}
	return nil
}

func checkMailbox(v string) *settingProblem {
	a, err := mail.ParseAddress(v)
	if err != nil || !strings.EqualFold(a.Address, v) {
		return badSetting("email_invalid")
	}
	return nil
}

// checkLogo wants https: a logo in clear would tell everybody on the way who
// reads which mail.
func checkLogo(v string) *settingProblem {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(v) > 500 || strings.ContainsAny(v, "\"'<>\\ ") {
		return badSetting("setting_logo")
	}
	return nil
}

func checkColour(v string) *settingProblem {
	if _, ok := ParseColour(v); !ok {
		return badSetting("setting_colour")
	}
	return nil
}

// maxFooter is the length of the last line of mails.
const maxFooter = 500

func checkFooter(v string) *settingProblem {
	if utf8.RuneCountInString(v) > maxFooter {
		return badSetting("too_long", "Max", maxFooter)
	}
	return nil
}

// tidySetting brings a checked value into its one spelling.
func tidySetting(key, v string) string {
	switch key {
	case "base_url":
		return strings.TrimRight(v, "/")
	case "route_prefix":
		return strings.Trim(v, "/")
	case "reply_domain":
		return strings.ToLower(v)
	case "email_accent_color":
		if c, ok := ParseColour(v); ok {
			return c.String()
		}
	}
	return v
}

// bareAddress is the address in "Name <address>" in lower case, or "".
func bareAddress(v string) string {
	a, err := mail.ParseAddress(v)
	if err != nil {
		return ""
	}
	return strings.ToLower(a.Address)
}

func domainOf(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}

// ParseTransitions reads the setting "transitions", a JSON object of status
// words to lists of them. A status that is left out keeps its row of
// DefaultTransitions; an empty list forbids every move. Empty is the default.
func ParseTransitions(raw string) (Transitions, error) {
	table := DefaultTransitions()
	if raw == "" {
		return table, nil
	}
	var rows map[Status][]Status
	if err := json.Unmarshal([]byte(raw), &rows); err != nil {
		return nil, err
	}
	for from, to := range rows {
		table[from] = to
	}
	return table, nil
}
