package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/hook"
)

var flows = hook.Flows{
	"deploy":  {OnRequest: approveLowRisk},
	"restart": {OnRequest: approveReplicated},
}

func main() { hook.Serve(flows) }

func approveLowRisk(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	service := e.Fields.String("service")
	if !e.Check("low risk", slices.Contains(e.Flow.Vars.Strings("low_risk"), service), service) {
		return hook.Continue(), nil
	}
	return hook.Approve(service + " is low risk."), nil
}

// approveReplicated approves the restart of a service with enough replicas.
func approveReplicated(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	replicas := e.Fields.Int("replicas")
	if !e.Check("replicated", replicas >= e.Flow.Vars.Int("enough"), fmt.Sprint(replicas)) {
		return hook.Continue(), nil
	}
	return hook.Approve(fmt.Sprintf("%d replicas serve meanwhile.", replicas)), nil
}
