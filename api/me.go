package api

import (
	"net/url"
	"slices"
	"strconv"
)

// Me is the caller as the API identified them, and what they may do.
type Me struct {
	// ID, Email and Name are those of [Person].
	ID    string `json:"id"`
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
	// Groups are the groups that count for the caller, without the "group:" prefix.
	// Never null.
	Groups []string `json:"groups"`
	// Machine reports whether the caller is a machine, which decides nothing.
	Machine bool `json:"machine"`
	// Admin reports whether the caller is an admin of any flow, or of flows.yaml itself.
	Admin bool `json:"admin"`
	// Slack reports whether people link Slack accounts here; see [Client.SlackAccounts].
	Slack  bool   `json:"slack,omitempty"`
	Counts Counts `json:"counts"`
	// Flows are the flows that the caller may request, decide or list. Never null.
	Flows []MyFlow `json:"flows"`
	// Live are the caller's requests whose access is active, what ends soonest first, up
	// to [MeInput.Live]. Nil if they could not be read; Counts.Failed says so.
	Live []Request `json:"live,omitzero"`
	// Flow is the flow that [MeInput.Flow] names, with its form and its rules. Nil if it
	// is none of Flows.
	Flow *Flow `json:"flow,omitempty"`
}

// MeInput selects what the response to [Client.Me] has beside who the caller is.
type MeInput struct {
	// Live is how many requests with active access it has: up to [MaxLive].
	Live int
	// Flow is the name of a flow.
	Flow string
}

// MaxLive is the largest [MeInput.Live].
const MaxLive = 20

func (in MeInput) query() url.Values {
	q := url.Values{}
	if in.Live != 0 {
		q.Set("live", strconv.Itoa(in.Live))
	}
	if in.Flow != "" {
		q.Set("flow", in.Flow)
	}
	return q
}

// Counts are how many requests concern the caller now.
type Counts struct {
	// Inbox counts the requests that the caller may decide now. Nil if it could not be
	// read; so are the others.
	Inbox *int `json:"inbox,omitempty"`
	// Live counts the caller's requests whose access is active.
	Live *int `json:"live,omitempty"`
	// MinePending counts the caller's requests that are not decided.
	MinePending *int `json:"mine_pending,omitempty"`
	// Unreviewed counts the emergencies that the caller may review. Nil too where no flow
	// has break_glass.
	Unreviewed *int `json:"unreviewed,omitempty"`
	// CappedAt is the largest count.
	CappedAt int `json:"capped_at"`
	// More names the counts that are lower bounds, because CappedAt was reached or only
	// so much is read.
	More []string `json:"more,omitempty"`
	// Failed names the counts that could not be read. The call succeeds without them.
	Failed []string `json:"failed,omitempty"`
}

// MyFlow is a flow that concerns the caller.
type MyFlow struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// Description is that of [Flow].
	Description string `json:"description,omitempty"`
	// May is that of [Flow].
	May []string `json:"may"`
	// Slack is that of [Rules].
	Slack string `json:"slack"`
}

// MayRequestFor reports whether the caller may request the flow for other people.
func (f MyFlow) MayRequestFor() bool { return slices.Contains(f.May, MayRequestFor) }

// MayRequest reports whether the caller may request the flow.
func (f MyFlow) MayRequest() bool { return slices.Contains(f.May, MayRequest) }
