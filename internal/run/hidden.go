package run

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// maxKept is how much of an item permissions may take up, in bytes: the run
// itself, and the summary beside it while it waits for people.
const maxKept = 80 << 10

// hiddenPrefix begins a principal of which only a digest is kept. No hook and no
// flow can name one: their principals hold an "@", ":" or "|", or are words.
const hiddenPrefix = "#"

// hide returns the principal that stands for an address or other identity by a
// digest of 128 bits: 24 bytes in place of up to 1,280. Finding another address
// that matches one of 1,000 takes 2^118 tries.
func hide(principal string) string {
	sum := sha256.Sum256([]byte("fasttrack principal\x00" + email.Fold(principal)))
	return hiddenPrefix + base64.RawURLEncoding.EncodeToString(sum[:16])
}

func isHidden(principal string) bool { return strings.HasPrefix(principal, hiddenPrefix) }

// Compact keeps permissions within their share of the item. Lists that are too
// long keep their groups as they are, and a digest of everybody else.
func (p *Permissions) Compact() error {
	if fits := 2*(sizeOfList(p.Approvers)+sizeOfList(p.Viewers)) <= maxKept; fits {
		return nil
	}
	p.Approvers, p.Viewers = hideAll(p.Approvers), hideAll(p.Viewers)
	shown, _ := split(p.Approvers)
	viewers, _ := split(p.Viewers)
	kept := 2*sizeOfList(p.Approvers) + sizeOfList(p.Viewers) + sizeOfList(shown) + sizeOfList(viewers)
	if kept > maxKept {
		return fmt.Errorf("its groups take up %d bytes of the record, more than %d", kept, maxKept)
	}
	return nil
}

// hideAll hides everybody but groups and words; a name that is there twice is
// kept once.
func hideAll(list []string) []string {
	out := make([]string, 0, len(list))
	seen := map[string]bool{}
	for _, principal := range list {
		if strings.ContainsAny(principal, "@:|") && !strings.HasPrefix(principal, "group:") {
			principal = hide(principal)
		}
		if !seen[principal] {
			seen[principal] = true
			out = append(out, principal)
		}
	}
	return out
}

// split separates the principals that can be shown from those of which only a
// digest is kept.
func split(list []string) (shown, hidden []string) {
	for _, principal := range list {
		if isHidden(principal) {
			hidden = append(hidden, principal)
		} else {
			shown = append(shown, principal)
		}
	}
	return shown, hidden
}

// sizeOfList is the size of a list as JSON, or a little more.
func sizeOfList(list []string) int {
	raw, err := Encode(list)
	if err != nil {
		return maxKept + 1
	}
	return len(raw)
}
