package backtest

import (
	"cmp"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Report compares all cases.
type Report struct {
	// Source and Function say where the requests are from and who was asked;
	// Flows which, Since and Until when they were made.
	Source   string    `json:"source"`
	Function string    `json:"function"`
	Flows    []string  `json:"flows"`
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	// HooksVersions are those of the functions that answered.
	HooksVersions []string `json:"hooks_versions"`
	Comparison
	// Shadow compares what on_request said in shadow mode, when it was asked.
	Shadow *Comparison `json:"shadow,omitempty"`
	// Failures are what hooks did wrong, the most frequent first.
	Failures []Failure `json:"failures"`
	// NotCalled are the hooks that were not called, and for how many requests.
	NotCalled []NotCalled `json:"hooks_not_called"`
	// Skipped are requests that could not be asked about, by why.
	Skipped map[string]int `json:"skipped,omitempty"`
	// Cases are all, oldest first.
	Cases []Case `json:"cases"`
}

// Comparison is a table of agreement, and the cases that matter most.
type Comparison struct {
	Requests int `json:"requests"`
	// DeniedWouldApprove are what people denied and the hooks would approve;
	// ApprovedWouldDeny the other way round; CodeApprovedWouldNot what hooks
	// approved then, and would not now.
	DeniedWouldApprove   []Case `json:"people_denied_hooks_would_approve"`
	ApprovedWouldDeny    []Case `json:"people_approved_hooks_would_deny"`
	CodeApprovedWouldNot []Case `json:"code_approved_hooks_would_not"`
	// Table counts by what the hooks would say, then by what became of it.
	Table map[Says]map[Kind]int `json:"table"`
	// Decided are those that people approved or denied. Of them the hooks would
	// have decided Same as people did, Otherwise, or Left them to people.
	Decided   int `json:"people_decided"`
	Same      int `json:"same"`
	Otherwise int `json:"otherwise"`
	Left      int `json:"left_to_people"`
}

// Failure is what hooks did wrong, and how often.
type Failure struct {
	Error string `json:"error"`
	Count int    `json:"count"`
}

// NotCalled is a hook that the trial did not call.
type NotCalled struct {
	Hook     run.HookName `json:"hook"`
	Requests int          `json:"requests"`
}

// Sum adds up a row and a kind; "" is all of them.
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

// compare compares cases by what says tells of each; nil leaves one out.
func compare(cases []Case, says func(Case) *Now) Comparison {
	out := Comparison{
		DeniedWouldApprove: []Case{}, ApprovedWouldDeny: []Case{}, CodeApprovedWouldNot: []Case{}, Table: map[Says]map[Kind]int{},
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
		}
	}
	return out
}

// Compare makes the report of cases, which it sorts.
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
