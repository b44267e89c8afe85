package mail

import "escalated/model"

// maxKept bounds how many values of one header are kept, and how long each is.
const (
	maxKept      = 20
	maxKeptBytes = 2000
)

// machineHeaders keeps the headers by which model.InboundEmail.Automatic tells
// machines from people.
func machineHeaders(h rawHeader, charset string) map[string][]string {
	wanted := map[string]bool{}
	for _, name := range model.KeptInboundHeaders() {
		wanted[name] = true
	}
	kept := map[string][]string{}
	for _, f := range h {
		if wanted[f.name] && len(kept[f.name]) < maxKept {
			kept[f.name] = append(kept[f.name], cutText(decodeHeader(f.value[:min(len(f.value), maxKeptBytes)], charset), maxKeptBytes))
		}
	}
	return kept
}
