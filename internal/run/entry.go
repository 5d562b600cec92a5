package run

import (
	"encoding/json"

	"github.com/fasttrack-dev/fasttrack/api"
)

// What responses and events show as it is stored is defined once, in package api.
type (
	// Entry is one event in a run's history. Entries are only ever appended, and each
	// is sealed by its hash; see [Verify].
	Entry       = api.Entry
	Status      = api.Status
	EventName   = api.EventName
	Channel     = api.Channel
	ActorType   = api.ActorType
	Actor       = api.Actor
	Check       = api.Check
	Override    = api.Override
	Requirement = api.Requirement
	HookError   = api.HookError
	Outcome     = api.Outcome
	Verdict     = api.Verdict
	LastError   = api.LastError
	Option      = api.Option
	Extends     = api.Extends
	ExtendRule  = api.ExtendRule
)

// membersOfEntry returns an entry by its members, as JSON.
func membersOfEntry(e Entry) (members map[string]json.RawMessage, err error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return members, json.Unmarshal(raw, &members)
}
