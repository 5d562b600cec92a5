package flow

import (
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
)

// sentences returns the rules as people read them: first how a request is made and
// decided, then what an approval grants, then who may see what.
func (f *Flow) sentences(rules api.Rules) []api.RuleSentence {
	all := []api.RuleSentence{}
	say := func(about, text string) { all = append(all, api.RuleSentence{About: about, Text: text}) }
	say("requesters", capital(people(rules.Requesters))+" may make requests.")
	if len(rules.VisibleTo) > 0 {
		say("requesters", "Of them, only "+people(rules.VisibleTo)+" see this flow.")
	}
	if f.GetFlows {
		say("requesters", "Code decides who of them sees this flow.")
	}
	if b := rules.OnBehalf; b != nil {
		say("on_behalf", capital(people(b.Who))+" may make requests for other people: for "+people(b.For)+". Neither of the two approves them.")
	}
	for _, text := range f.glassSentences() {
		say("break_glass", text)
	}
	say("code", codeSentence(rules.Mode))
	for _, limit := range rules.Limits {
		say("limits", limitSentence(limit))
	}
	say("approvers", approversSentence(rules))
	say("approvals", approvalsSentence(rules.Approvals))
	if f.Recheck {
		say("approvals", "Each approval checks again who may approve.")
	}
	if rules.SelfApproval {
		say("self_approval", "Requesters who may decide may approve their own requests.")
	} else {
		say("self_approval", "Nobody approves their own request.")
	}
	for _, text := range notifySentences(rules) {
		say("notify", text)
	}
	if f.Review.NotifyEnds {
		say("notify", "Whoever was notified to decide is also notified when access ends.")
	}
	say("timeout", fmt.Sprintf("A request expires if nobody decides it within %s.", spoken(rules.TimeoutSeconds)))
	say("reasons", reasonsSentence(f.RequireReason))
	say("access", f.accessSentence())
	if rules.StartsWithinSeconds > 0 {
		say("starts", fmt.Sprintf("A request may say when access starts, up to %s ahead. Until then it can be canceled, and at the start it is checked once more who may request.", spoken(rules.StartsWithinSeconds)))
	}
	if x := rules.Extend; x != nil {
		lengths := make([]string, len(x.DurationsSeconds))
		for i, seconds := range x.DurationsSeconds {
			lengths[i] = spoken(seconds)
		}
		say("extend", fmt.Sprintf("Whose access it is may request to extend it by %s, to %s in all.", enumerate(lengths, "or"), spoken(x.MaxTotalSeconds)))
	}
	if rules.RecheckSeconds > 0 {
		say("access", recheckSentence(rules))
	}
	say("admins", adminsSentence(rules))
	if len(rules.Viewers) == 0 {
		say("viewers", "Only the admins may list all requests.")
	} else {
		say("viewers", capital(people(rules.Viewers))+" and the admins may list all requests.")
	}
	if rules.RetentionSeconds > 0 {
		say("retention", fmt.Sprintf("A request is deleted %s after it is over.", spoken(rules.RetentionSeconds)))
	} else {
		say("retention", "Requests are kept without a time limit.")
	}
	return all
}

func codeSentence(mode string) string {
	switch mode {
	case api.ModeNone:
		return "The flow has no code: people decide every request."
	case api.ModeShadow:
		return "Code is tried on each request, but people decide every one."
	}
	return "Code checks each request first: it may approve it, deny it or leave it to people. If the code fails, people decide."
}

func limitSentence(limit api.Limit) string {
	within := spoken(limit.WindowSeconds)
	switch limit.Name {
	case "fast_track.max_per_person_per_day":
		return fmt.Sprintf("Code approves at most %s of one person within %s. People decide the others.", count(limit.Max, "request"), within)
	case "fast_track.max_per_hour":
		return fmt.Sprintf("Code approves at most %s of all people together within %s. People decide the others.", count(limit.Max, "request"), within)
	case "fast_track.quiet_after_denial":
		return fmt.Sprintf("For %s after a denial, people decide the requests of the same person.", within)
	case "limits.open_per_person":
		return fmt.Sprintf("One person may have %s waiting for a decision.", count(limit.Max, "request"))
	case "limits.holders":
		return fmt.Sprintf("%s may hold the same access at a time.", capital(count(limit.Max, "request")))
	}
	return fmt.Sprintf("One %s may make %s within %s.", limit.Per, count(limit.Max, "request"), within)
}

func approversSentence(rules api.Rules) string {
	text := capital(people(rules.Approvers)) + " may decide"
	if rules.Mode != api.ModeNone {
		text += ", unless code names others for a request"
	}
	return text + "."
}

// approvalsSentence says how many people must approve. One denial always denies.
func approvalsSentence(approvals api.Approvals) string {
	const denial = " One denial denies the request."
	if len(approvals) == 1 && approvals[0].From == "" {
		if n := approvals[0].Count; n > 1 {
			return fmt.Sprintf("%d different people must approve.", n) + denial
		}
		return "One person must approve." + denial
	}
	needs := make([]string, len(approvals))
	total := 0
	for i, need := range approvals {
		total += need.Count
		from := "any approver"
		if need.From != "" {
			from = principal(need.From)
		}
		needs[i] = count(need.Count, "person") + " from " + from
		if isOnePerson(need.From) {
			needs[i] = from
		}
	}
	text := capital(and(needs)) + " must approve"
	if total > 1 && len(needs) > 1 {
		text += ", all of them different people"
	}
	return text + ". An admin counts for any of these." + denial
}

func notifySentences(rules api.Rules) []string {
	if len(rules.Notify) == 0 {
		if rules.Mode == api.ModeNone {
			return []string{"Nobody is notified of a request that waits."}
		}
		return []string{"Nobody is notified of a request that waits, unless code names somebody."}
	}
	var all []string
	waited := 0
	for i, step := range rules.Notify {
		switch {
		case i == 0:
			all = append(all, fmt.Sprintf("When a request waits for people, %s notified.", notified(step.To)))
		case waited == 0:
			all = append(all, fmt.Sprintf("At the same time, %s notified.", notified(step.To)))
		default:
			all = append(all, fmt.Sprintf("If nobody has decided after %s, %s notified.", spoken(waited), notified(step.To)))
		}
		waited += step.WaitSeconds
	}
	return all
}

func reasonsSentence(required []string) string {
	if len(required) == 0 {
		return "No action needs a reason."
	}
	verbs := map[string]string{"request": "making a request", "approve": "approving", "deny": "denying", "revoke": "revoking access"}
	var actions []string
	for _, action := range []string{"request", "approve", "deny", "revoke"} {
		if slices.Contains(required, action) {
			actions = append(actions, verbs[action])
		}
	}
	if len(actions) == 1 {
		return capital(actions[0]) + " needs a reason."
	}
	return capital(and(actions)) + " need a reason."
}

func (f *Flow) accessSentence() string {
	if f.Strategy == nil {
		return "An approval grants no access: it is a decision on record."
	}
	way := map[string]string{
		"iam-group": "through an IAM group", "identity-center": "through IAM Identity Center", "lambda": "through a Lambda function of this deployment",
	}[f.Strategy.Type]
	lengths := make([]string, len(f.DurationsSeconds))
	for i, seconds := range f.DurationsSeconds {
		lengths[i] = spoken(seconds)
	}
	last := ""
	if len(lengths) > 0 {
		last = " for " + enumerate(lengths, "or")
	}
	if !f.UntilRevoked {
		return fmt.Sprintf("An approval grants access %s%s. It ends by itself.", way, last)
	}
	if last != "" {
		last += ", or"
	}
	return fmt.Sprintf("An approval grants access %s%s until it is revoked. Access without an end ends by itself unless whose it is confirms every %s that it is still needed.",
		way, last, spoken(f.ConfirmEverySeconds))
}

// recheckSentence says what is checked while access is active.
func recheckSentence(rules api.Rules) string {
	text := fmt.Sprintf("While access is active, every %s: it ends if the person may no longer request it", spoken(rules.RecheckSeconds))
	if rules.Mode != api.ModeNone {
		text += ", or if code says so"
	}
	return text + "."
}

func adminsSentence(rules api.Rules) string {
	text := capital(people(rules.Admins)) + " may always decide, as admins."
	switch {
	case rules.Mode == api.ModeNone:
	case rules.OverrideApprove:
		text += " With a reason, they may set code aside when they approve, deny or revoke."
	default:
		text += " With a reason, they may set code aside when they deny or revoke."
	}
	return text
}
