package api

import "time"

// Stats is the response of GET /flows/{flow}/stats: what became of a flow's requests.
// It counts decisions, by the time at which each was made, and holds no request and no
// person.
type Stats struct {
	Flow string `json:"flow"`
	// Since is the start of the first day that is counted, in UTC, and Until is now.
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// CountsFrom is the first decision of the flow that was counted at all. What was
	// decided before, by a release without counters or longer ago than counters are
	// kept, is missing. Zero if none was counted.
	CountsFrom time.Time `json:"counts_from,omitzero"`
	// Decided counts the decisions: the sum of Outcomes.
	Decided int `json:"decided"`
	// Outcomes counts by outcome and decider, the largest first. Never null.
	Outcomes []OutcomeCount `json:"outcomes"`
	// CodeShare is the share of what code decided in what code and people decided, from
	// 0 to 1. Nil if neither decided anything.
	CodeShare *float64       `json:"code_share,omitempty"`
	Times     DecisionTimes  `json:"time_to_decision"`
	Shadow    *ShadowStats   `json:"shadow,omitempty"`
	Limits    FastTrackUsage `json:"fast_track"`
	// Waiting counts the requests that wait for people now, and Live those whose access
	// is active now, both up to CappedAt.
	Waiting  int `json:"waiting"`
	Live     int `json:"live"`
	CappedAt int `json:"capped_at"`
	// FailingHooks are the hooks that failed, the latest first. Never null.
	FailingHooks []FailingHook `json:"failing_hooks"`
	// HooksVersions are the versions of the hook function whose responses counted, and
	// FlowVersions those of the flow's block in flows.yaml that requests were made
	// under, by the time when each was first seen. Never null.
	HooksVersions []VersionSeen `json:"hooks_versions"`
	FlowVersions  []VersionSeen `json:"flow_versions"`
}

// Decider is who decided a request.
type Decider string

// The deciders.
const (
	// DeciderCode is a hook.
	DeciderCode Decider = "code"
	// DeciderPeople is an approver or admin.
	DeciderPeople Decider = "people"
	// DeciderNobody is that the request expired or its requester canceled it.
	DeciderNobody Decider = "nobody"
)

// OutcomeCount counts the decisions of one outcome by one decider.
type OutcomeCount struct {
	// Outcome is approved, denied, expired or canceled.
	Outcome Status  `json:"outcome"`
	By      Decider `json:"by"`
	Count   int     `json:"count"`
}

// DecisionTimes says how long decisions of code and people took from the request on.
// What nobody decided has no such time.
type DecisionTimes struct {
	People TimeSpread `json:"people"`
	All    TimeSpread `json:"all"`
	// Histogram has a bucket for each fixed bound, in order; the last has no bound.
	// Never null.
	Histogram []TimeBucket `json:"histogram"`
}

// TimeSpread is the spread of times. P50 and P90 are nil if Count is 0.
type TimeSpread struct {
	Count int             `json:"count"`
	P50   *TimePercentile `json:"p50,omitempty"`
	P90   *TimePercentile `json:"p90,omitempty"`
}

// TimePercentile is a percentile estimated from the histogram. The true value is more
// than From and at most To: the bounds of its bucket, of which one is at most twice the
// other above 0.1 s. In the last bucket To is 0, and Seconds is From.
type TimePercentile struct {
	Seconds float64 `json:"seconds"`
	From    float64 `json:"from"`
	To      float64 `json:"to,omitempty"`
}

// TimeBucket counts the decisions that took more than the bound of the bucket before and
// at most UpTo.
type TimeBucket struct {
	// UpTo is in seconds; 0 in the last bucket, which has no bound.
	UpTo   float64 `json:"up_to_seconds,omitempty"`
	Code   int     `json:"code"`
	People int     `json:"people"`
}

// ShadowStats compares what on_request would have decided in shadow mode with what
// people decided.
type ShadowStats struct {
	// On reports whether the flow is in shadow mode now.
	On bool `json:"on"`
	// Compared counts the requests that people decided and on_request would have
	// decided, and Agreed those of them that both decided the same.
	Compared int `json:"compared"`
	Agreed   int `json:"agreed"`
	// LeftToPeople counts the requests that people decided and on_request would have
	// left to them, and Failed those at which on_request failed.
	LeftToPeople int `json:"left_to_people"`
	Failed       int `json:"failed"`
	// Differences counts the others by kind. Never null.
	Differences []ShadowDifference `json:"differences"`
}

// ShadowDifference counts the requests that on_request would have decided one way and
// people decided the other.
type ShadowDifference struct {
	Hook   EventName `json:"hook"`
	People EventName `json:"people"`
	Count  int       `json:"count"`
}

// FastTrackUsage says how the limits of fast_track are used.
type FastTrackUsage struct {
	// Held counts the requests that a limit sent to people instead: those decided since,
	// and those that wait now.
	Held int `json:"held"`
	// Limits are the flow's limits now. Never null.
	Limits []LimitUse `json:"limits"`
}

// LimitUse is one limit of fast_track, and how full it is now.
type LimitUse struct {
	Name LimitName `json:"name"`
	// Max is the number of approvals by on_request that are allowed within Seconds. 0
	// for quiet_after_denial, which allows none for so long after a denial.
	Max     int `json:"max,omitempty"`
	Seconds int `json:"seconds"`
	// Used counts the approvals within Seconds: of the flow or, for a limit of each
	// person, of the person with the most.
	Used int `json:"used"`
	// Reached counts the people whom the limit holds now; for a limit of the flow it is
	// 1 if the limit holds everybody.
	Reached int `json:"reached"`
	// Yours counts the caller's own approvals, for a limit of each person.
	Yours int `json:"yours,omitempty"`
}

// LimitName names a limit of fast_track, as flows.yaml does.
type LimitName string

// The limits of fast_track.
const (
	LimitPerHour         LimitName = "max_per_hour"
	LimitPerPersonPerDay LimitName = "max_per_person_per_day"
	LimitQuiet           LimitName = "quiet_after_denial"
)

// FailingHook is a hook that failed.
type FailingHook struct {
	// Hook is the hook's name, such as "on_request".
	Hook string `json:"hook"`
	// Count is how often it failed, each time after all retries.
	Count  int       `json:"count"`
	LastAt time.Time `json:"last_at"`
	// LastRequest is the request at which it failed last, and LastError the error. Both
	// are empty for callers who may not read them, and once the request is gone.
	LastRequest string `json:"last_request,omitempty"`
	LastError   string `json:"last_error,omitempty"`
}

// VersionSeen is a version, when decisions under it were counted first and last, and how
// many there were.
type VersionSeen struct {
	Version   string    `json:"version"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	Count     int       `json:"count"`
}
