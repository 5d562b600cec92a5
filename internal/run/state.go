package run

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// unsealed are the members of a stored run that its history does not vouch for,
// because they change without an entry. Everything else is under the seal of the
// last entry, and so is what a later release adds. docs/audit.md lists them.
var unsealed = map[string][]string{
	"": {
		"schema",     // of the form, not of the run
		"updated_at", // when anything changed
		"steps",      // outputs of hooks, for later hooks
		"shadow",     // has a digest of its own in the history
		"engine",     // where the state machine stands
		"history",    // is a chain
	},
	"review": {
		"checks", "errors", // what hooks found and did wrong; what decides is in entries
		"expiring", // on_expire was called
	},
	"access": {
		"failures", "error", "retry_at", "tries", "failed_at", "warned", // what does not work yet
	},
}

// stateDigest is the salted digest of everything about the run that its history
// vouches for: HMAC-SHA256 over its canonical JSON.
func (r *Run) stateDigest() (string, error) {
	state, err := r.sealedState()
	if err != nil {
		return "", fmt.Errorf("run %s: digest its state: %w", r.ID, err)
	}
	canonical, err := Canonical(state)
	if err != nil {
		return "", fmt.Errorf("run %s: digest its state: %w", r.ID, err)
	}
	return base64.RawURLEncoding.EncodeToString(mac(mac([]byte(r.Salt), "state"), string(canonical))), nil
}

// sealedState is the run without what is unsealed.
func (r *Run) sealedState() (map[string]json.RawMessage, error) {
	raw, err := Encode(r)
	if err != nil {
		return nil, err
	}
	var state map[string]json.RawMessage
	if err := json.Unmarshal(raw, &state); err != nil {
		return nil, err
	}
	for in, names := range unsealed {
		if in == "" {
			drop(state, names)
			continue
		}
		if len(state[in]) == 0 {
			continue
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(state[in], &members); err != nil {
			return nil, err
		}
		drop(members, names)
		if state[in], err = Encode(members); err != nil {
			return nil, err
		}
		if len(members) == 0 { // such as access that was not given yet
			delete(state, in)
		}
	}
	return state, nil
}

func drop(members map[string]json.RawMessage, names []string) {
	for _, name := range names {
		delete(members, name)
	}
}

// Seal links and seals the entries that were appended since the run was read. The
// last of them holds the digest of the run's new state, which is why they are sealed
// only after everything is decided. A run that an older release stored without a
// salt keeps the older form.
func (r *Run) Seal() error {
	for i := range r.History {
		e := &r.History[i]
		if e.Hash != "" {
			continue
		}
		if i > 0 {
			e.PrevHash = r.History[i-1].Hash
		}
		var err error
		if r.Salt != "" {
			e.Salt = saltOf(r.Salt, e.Seq)
			if i == len(r.History)-1 {
				if e.StateSHA256, err = r.stateDigest(); err != nil {
					return err
				}
			}
		}
		if e.Hash, err = seal(*e); err != nil {
			return fmt.Errorf("run %s: %w", r.ID, err)
		}
	}
	return nil
}

// verifyState compares what is stored beside the history with the seal of the
// last entry. An older release leaves none.
func (r *Run) verifyState() error {
	sealed := r.History[len(r.History)-1].StateSHA256
	if sealed == "" {
		return nil
	}
	digest, err := r.stateDigest()
	if err == nil && digest != sealed {
		err = fmt.Errorf("what is stored beside its history (such as its flow's block, requester, approvals or access times) is not what its last entry sealed")
	}
	return err
}
