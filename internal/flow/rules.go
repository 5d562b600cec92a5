package flow

import (
	"cmp"
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Rules returns how the flow's requests are decided, for everybody who may request,
// decide or list them.
func (f *Flow) Rules() api.Rules {
	out := api.Rules{
		Requesters: listed(f.Requesters), VisibleTo: slices.Clone(f.VisibleTo), Approvers: listed(f.Review.Approvers), Admins: listed(f.Admins), Viewers: listed(f.Review.Viewers),
		Approvals: api.Approvals{}, SelfApproval: f.Review.SelfApproval, TimeoutSeconds: f.Review.TimeoutSeconds, Notify: []api.NotifyStep{},
		Slack: f.SlackUse(), Mode: f.mode(), OverrideApprove: slices.Contains(f.AdminOverride, "approve"), Limits: f.limitsShown(), RetentionSeconds: f.RetentionSeconds, RecheckSeconds: f.LookSeconds, StartsWithinSeconds: f.StartsWithinSeconds,
	}
	if f.Strategy != nil {
		out.Strategy = f.Strategy.Type
	}
	if f.OnBehalf != nil {
		out.OnBehalf = &api.OnBehalf{Who: listed(f.OnBehalf.Who), For: listed(f.beneficiaries())}
	}
	out.Extend = f.ExtendRule()
	for _, need := range f.Review.Approvals {
		out.Approvals = append(out.Approvals, run.Requirement(need))
	}
	for _, step := range f.Review.Notify {
		out.Notify = append(out.Notify, api.NotifyStep{To: listed(step.To), WaitSeconds: step.WaitSeconds})
	}
	out.Sentences = f.sentences(out)
	return out
}

// SlackUse returns what people may do in Slack.
func (f *Flow) SlackUse() string { return string(cmp.Or(f.Slack, run.SlackDecide)) }

// listed returns a copy of a list that is never nil.
func listed(list []string) []string { return append([]string{}, list...) }

func (f *Flow) mode() string {
	switch {
	case f.Hooks == NoHooks:
		return api.ModeNone
	case f.Shadow:
		return api.ModeShadow
	}
	return api.ModeLive
}

// limitsShown returns the limits of fast-tracking, then those of requests.
func (f *Flow) limitsShown() []api.Limit {
	const hour, day = 3600, 24 * 3600
	all := []api.Limit{}
	if limits := f.FastTrack; limits != nil {
		if n := limits.MaxPerPersonPerDay; n > 0 {
			all = append(all, api.Limit{Name: "fast_track.max_per_person_per_day", Max: n, Unit: "approvals", Per: "person", WindowSeconds: day})
		}
		if n := limits.MaxPerHour; n > 0 {
			all = append(all, api.Limit{Name: "fast_track.max_per_hour", Max: n, Unit: "approvals", Per: "flow", WindowSeconds: hour})
		}
		if seconds := limits.QuietAfterDenialSeconds; seconds > 0 {
			all = append(all, api.Limit{Name: "fast_track.quiet_after_denial", Max: 0, Unit: "approvals", Per: "person", WindowSeconds: seconds, After: api.EventDeny})
		}
	}
	a := f.Allowance(run.Person{})
	if a.Open != NoLimit {
		all = append(all, api.Limit{Name: "limits.open_per_person", Max: a.Open, Unit: "requests", Per: "person"})
	}
	if a.PerMinute != NoLimit {
		all = append(all, api.Limit{Name: "limits.per_minute", Max: a.PerMinute, Unit: "requests", Per: "person", WindowSeconds: int(window.Seconds())})
	}
	if machines := f.Allowance(run.Person{Machine: true}).PerMinute; machines != NoLimit && slices.ContainsFunc(f.Requesters, perhapsMachine) {
		all = append(all, api.Limit{Name: "limits.machines_per_minute", Max: machines, Unit: "requests", Per: "machine", WindowSeconds: int(window.Seconds())})
	}
	if f.Strategy != nil {
		all = append(all, api.Limit{Name: "limits.holders", Max: limitOr(f.Limits.Holders, DefaultHolders), Unit: "requests", Per: "access"})
	}
	return all
}
