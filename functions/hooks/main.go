// Command hooks is the hook function of the flows that ship: one file a flow.
// Add yours beside them.
package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
)

func main() { hook.Serve(flows) }

// searches are the functions that return the options of fields.
type searches = map[string]func(context.Context, *hook.Search) ([]hook.Option, error)

var flows = hook.Flows{
	"everything-goes": {OnRequest: everythingGoes},
	"aws-access":      {OnRequest: fastTrackEmergencies},
	"low-risk":        {OnRequest: approveLowRisk},
	"on-call":         {OnRequest: approveOnCall},
	"groups":          {OnRequest: decideByGroups},
	"roles":           {OnRequest: approveByRole},
	"custom-lambda":   {OnRequest: askDecider},
	"guarded":         {OnRequest: approveHarmlessDiffs, OnApprove: onlyNamedApprovers},

	"conditional-urgency": {OnRequest: approveIncidents},
	"departments":         {OnRequest: approveFreeApplications, Prefetch: searches{"application": applicationsOf}},
	"repositories":        {OnRequest: approveReading, Prefetch: searches{"repository": repositoriesOf}},
}
