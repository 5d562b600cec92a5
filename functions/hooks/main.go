// Command hooks is the hook function of the flows that ship: one file a flow.
// Add yours beside them.
package main

import "github.com/fasttrack-dev/fasttrack/hook"

func main() { hook.Serve(flows) }

var flows = hook.Flows{
	"everything-goes": {OnRequest: everythingGoes},
	"aws-access":      {OnRequest: fastTrackEmergencies},
	"low-risk":        {OnRequest: approveLowRisk},
	"on-call":         {OnRequest: approveOnCall},
	"groups":          {OnRequest: decideByGroups},
	"roles":           {OnRequest: approveByRole},
	"custom-lambda":   {OnRequest: askDecider},
	"guarded":         {OnRequest: approveHarmlessDiffs, OnApprove: onlyNamedApprovers},
}
