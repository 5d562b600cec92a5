package cli

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// awaitsRules reports whether something may have become of an approved change of rules since
// it was read: that changes nothing of the request. After two days nothing does.
func (e *events) awaitsRules(r api.Request) bool {
	return r.Flow == rules.ProposalFlow && r.Status == api.StatusApproved && !e.rules[r.ID] && r.Decision != nil && time.Since(r.Decision.At) < 2*24*time.Hour
}

// rulesEvent returns the event of what became of a change of rules, as on the bus but for
// its request and whom it notifies; false if nothing so far.
func rulesEvent(r api.Request) (api.Event, bool) {
	c := r.RuleChange
	if c == nil || c.State != api.RuleChangePushed && c.State != api.RuleChangeRefused {
		return api.Event{}, false
	}
	of := api.EventTypeRulesApplied
	if c.State == api.RuleChangeRefused {
		of = api.EventTypeRulesRefused
	}
	return api.Event{ID: api.RulesEventID(r.ID), Type: of, Time: c.At, Rules: &api.RulesOutcome{Version: c.Version, Why: c.Why}}, true
}
