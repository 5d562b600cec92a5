package api

import "time"

// RuleChange is what a request of the flow rule-change proposes, read from the proposal that
// it names by its digest.
type RuleChange struct {
	// Base is the version that it was proposed over, 0 for the deployed flows.yaml. Newest
	// is the newest version now: if it is another, approving changes nothing.
	Base   int `json:"base"`
	Newest int `json:"newest"`
	// Digest is the SHA-256 of the proposed flows.yaml, in hex.
	Digest string `json:"digest"`
	// State is one of the RuleChange constants.
	State string `json:"state"`
	// Version is the version that it was pushed as. 0 if it was not.
	Version int `json:"version,omitempty"`
	// Why is why it was refused.
	Why string `json:"why,omitempty"`
	// At is when it was pushed or refused.
	At time.Time `json:"at,omitzero"`
	// Waits is why nothing has become of an approved change that should have been pushed
	// by now.
	Waits string `json:"waits,omitempty"`
	// Changes names the flows that change, such as "changed  production". Never null.
	Changes []string `json:"changes"`
	// Diff is the difference as a unified diff, up to 100,000 bytes, with escapes such as
	// \u202e for characters that can't be seen. DiffCut reports that it is longer.
	Diff    string `json:"diff"`
	DiffCut bool   `json:"diff_cut,omitempty"`
	// Warnings are what the check finds in the text: this deployment computes them anew.
	// Never null.
	Warnings []string `json:"warnings"`
	// By is the AWS identity of who stored the proposal, as that says. Findings are what the
	// check found beside the warnings, such as with a hook function, and Backtest is the
	// report of a backtest: their machine computed both. Findings is never null.
	By         string    `json:"by"`
	ProposedAt time.Time `json:"proposed_at,omitzero"`
	Findings   []string  `json:"findings"`
	Backtest   string    `json:"backtest"`
	// Error is why the proposal can't be shown. The members from Changes on are empty then.
	Error string `json:"error,omitempty"`
}

// RulesOutcome is what became of an approved change of rules.
type RulesOutcome struct {
	// Version is the version that it was pushed as, 0 if it is refused.
	Version int `json:"version,omitempty"`
	// Why is why it is refused: one line.
	Why string `json:"why,omitempty"`
}

// RulesEventID returns the id of the event about what became of a request.
func RulesEventID(requestID string) string { return requestID + "-rules" }

// The states of a change of rules.
const (
	// RuleChangeProposed: it waits for people.
	RuleChangeProposed = "proposed"
	// RuleChangeApproved: it is being pushed, which takes seconds.
	RuleChangeApproved = "approved"
	// RuleChangePushed: it is in force, or was until a later version.
	RuleChangePushed = "pushed"
	// RuleChangeRefused: it was approved, and is not pushed because of Why.
	RuleChangeRefused = "refused"
	// RuleChangeDropped: it was not approved.
	RuleChangeDropped = "dropped"
)
