package main

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// approveIncidents approves an emergency that names its incident. The form shows the field
// and requires it for emergencies alone, so no other request has one.
func approveIncidents(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	incident := e.Fields.String("incident")
	if e.Fields.String("urgency") != "Emergency" || !e.Check("names an incident", incident != "", incident) {
		return hook.Continue(), nil
	}
	return hook.Approve("It is an emergency: " + incident + "."), nil
}
