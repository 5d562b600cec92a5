package backtest

import (
	"cmp"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Report compares all cases.
type Report struct {
	// Source and Function name where the requests are from and what was called.
	// Since and Until are when they were made.
	Source   string    `json:"source"`
	Function string    `json:"function"`
	Flows    []string  `json:"flows"`
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	// HooksVersions are the versions of the functions that responded.
	HooksVersions []string `json:"hooks_versions"`
	Comparison
	// Shadow compares the on_request outcomes of that time, in shadow mode.
	Shadow *Comparison `json:"shadow,omitempty"`
	// Failures are the errors of hooks, the most frequent first.
	Failures []Failure `json:"failures"`
	// NotCalled are the hooks that were not called, with the number of requests.
	NotCalled []NotCalled `json:"hooks_not_called"`
	// Skipped counts the requests that were left out, by why.
	Skipped map[string]int `json:"skipped,omitempty"`
	// Truncated says that the period has more requests than were tried.
	Truncated bool `json:"truncated,omitempty"`
	// Cases are all, oldest first.
	Cases []Case `json:"cases"`
}

// Comparison is a table of agreement, and the cases that matter most.
type Comparison struct {
	Requests int `json:"requests"`
	// DeniedWouldApprove are requests that people denied and the hooks would
	// approve, ApprovedWouldDeny the opposite. CodeApprovedWouldNot are those that
	// hooks approved and would not today, CodeDeniedWouldApprove those that hooks
	// denied and would approve today.
	DeniedWouldApprove     []Case `json:"people_denied_hooks_would_approve"`
	ApprovedWouldDeny      []Case `json:"people_approved_hooks_would_deny"`
	CodeApprovedWouldNot   []Case `json:"code_approved_hooks_would_not"`
	CodeDeniedWouldApprove []Case `json:"code_denied_hooks_would_approve"`
	// Table counts by the outcome of today, then by what became of the request.
	Table map[Says]map[Kind]int `json:"table"`
	// Decided counts the requests that people approved or denied. Of those the
	// hooks would have decided Same as people did, decided Otherwise, or Left them
	// to people.
	Decided   int `json:"people_decided"`
	Same      int `json:"same"`
	Otherwise int `json:"otherwise"`
	Left      int `json:"left_to_people"`
}

// Failure is an error of hooks, and how often it came.
type Failure struct {
	Error string `json:"error"`
	Count int    `json:"count"`
}

// NotCalled is a hook that was not called.
type NotCalled struct {
	Hook     run.HookName `json:"hook"`
	Requests int          `json:"requests"`
}

// Sum adds up the cases of an outcome and a kind; "" is all.
func (c Comparison) Sum(says Says, kind Kind) int {
	n := 0
	for s, row := range c.Table {
		for k, count := range row {
			if (says == "" || s == says) && (kind == "" || k == kind) {
				n += count
			}
		}
	}
	return n
}

// Kinds are the kinds that the table has, in their order.
func (c Comparison) Kinds() []Kind {
	if c.Sum("", Emergency) > 0 {
		return append(slices.Clone(Kinds), Emergency)
	}
	return Kinds
}

// compare compares cases by the outcome that says returns; nil leaves a case out.
func compare(cases []Case, says func(Case) *Now) Comparison {
	out := Comparison{
		DeniedWouldApprove: []Case{}, ApprovedWouldDeny: []Case{}, CodeApprovedWouldNot: []Case{}, CodeDeniedWouldApprove: []Case{}, Table: map[Says]map[Kind]int{},
	}
	for _, s := range AllSays {
		out.Table[s] = map[Kind]int{}
		for _, k := range Kinds {
			out.Table[s][k] = 0
		}
	}
	for _, c := range cases {
		now := says(c)
		if now == nil {
			continue
		}
		c.Now = *now
		out.Requests++
		out.Table[now.Says][c.Then.Kind]++
		if k := c.Then.Kind; k == PeopleApproved || k == PeopleDenied {
			out.Decided++
			switch {
			case now.Says != Approve && now.Says != Deny:
				out.Left++
			case (now.Says == Approve) == (k == PeopleApproved):
				out.Same++
			default:
				out.Otherwise++
			}
		}
		switch {
		case c.Then.Kind == PeopleDenied && now.Says == Approve:
			out.DeniedWouldApprove = append(out.DeniedWouldApprove, c)
		case c.Then.Kind == PeopleApproved && now.Says == Deny:
			out.ApprovedWouldDeny = append(out.ApprovedWouldDeny, c)
		case c.Then.Kind == CodeApproved && now.Says != Approve:
			out.CodeApprovedWouldNot = append(out.CodeApprovedWouldNot, c)
		case c.Then.Kind == CodeDenied && now.Says == Approve:
			out.CodeDeniedWouldApprove = append(out.CodeDeniedWouldApprove, c)
		}
	}
	return out
}

// Compare returns the report of cases, and sorts them.
func Compare(cases []Case) Report {
	slices.SortFunc(cases, func(a, b Case) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	r := Report{Cases: cases, HooksVersions: []string{}, Flows: []string{}, Failures: []Failure{}, NotCalled: []NotCalled{}}
	r.Comparison = compare(cases, func(c Case) *Now { return &c.Now })
	if s := compare(cases, func(c Case) *Now { return c.Shadow }); s.Requests > 0 {
		r.Shadow = &s
	}
	failures, notCalled := map[string]int{}, map[run.HookName]int{}
	for _, c := range cases {
		if v := c.Now.HooksVersion; v != "" && !slices.Contains(r.HooksVersions, v) {
			r.HooksVersions = append(r.HooksVersions, v)
		}
		if !slices.Contains(r.Flows, c.Flow) {
			r.Flows = append(r.Flows, c.Flow)
		}
		for _, e := range c.Now.Errors {
			failures[e]++
		}
		for _, h := range c.Now.NotCalled {
			notCalled[h]++
		}
	}
	for _, h := range run.HookNames() {
		if n := notCalled[h]; n > 0 {
			r.NotCalled = append(r.NotCalled, NotCalled{h, n})
		}
	}
	slices.Sort(r.Flows)
	slices.Sort(r.HooksVersions)
	for e, n := range failures {
		r.Failures = append(r.Failures, Failure{e, n})
	}
	slices.SortFunc(r.Failures, func(a, b Failure) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Error, b.Error)) })
	return r
}
