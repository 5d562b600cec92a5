// Command hooks is the hook function of the flows that ship: one file a flow.
// Add yours beside them.
package main

import "github.com/fasttrack-dev/fasttrack/hook"

func main() { hook.Serve(flows) }

var flows = hook.Flows{
	"everything-goes": {OnRequest: everythingGoes},
	"aws-access":      {OnRequest: fastTrackOnce},
	"low-risk":        {OnRequest: approveLowRisk},
	"on-call":         {OnRequest: approveOnCall},
	"groups":          {OnRequest: decideByGroups},
	"roles":           {OnRequest: approveByRole},
	"custom-lambda":   {OnRequest: askDecider},
	"guarded":         {OnRequest: approveHarmlessDiffs, OnApprove: onlyNamedApprovers},

	"conditional-urgency": {OnRequest: approveIncidents},
	"departments":         {OnRequest: approveFreeApplications, Prefetch: searches{"application": applicationsOf}},
	"repositories":        {OnRequest: approveReading, Prefetch: searches{"repository": repositoriesOf}},

	"maintenance":     {OnRequest: denyOutsideWindow, OnEscalate: grantInWindow},
	"emergency":       {OnRequest: approveDuringIncident, WhileActive: revokeAfterIncident},
	"team-membership": {OnRequest: approveGuests},

	"safelist": {OnRequest: approveSafe, OnApprove: learnSafe, GetFlows: ownPeopleOnly},
}
