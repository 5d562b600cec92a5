package consoledemo

import (
	"context"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook"
)

var hooks = hook.Flows{
	"aws-access": {OnRequest: decideAccess},
	"customer-data": {
		OnRequest: checkQuery,
		Prefetch:  map[string]func(context.Context, *hook.Search) ([]hook.Option, error){"customer": findCustomer},
	},
	"deploy": {
		OnRequest: decideDeploy,
		Prefetch:  map[string]func(context.Context, *hook.Search) ([]hook.Option, error){"service": findService},
	},
}

// decideAccess approves emergencies, and low risks with a ticket.
func decideAccess(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	target, ticket := e.Fields.Target("target"), e.Fields.String("ticket")
	urgency := e.Fields.String("urgency")
	emergency := e.Check("declared an emergency", urgency == "Emergency", "Urgency is "+urgency)
	low := e.Check("target is low risk", target.Settings.Bool("low_risk"), target.Label)
	open := e.Check("ticket is open", strings.HasPrefix(ticket, "OPS-"), ticket)
	switch {
	case emergency:
		return hook.Approve(fmt.Sprintf("An emergency was declared, so %s was granted at once.", target.Label)), nil
	case low && open:
		return hook.Approve(fmt.Sprintf("%s is low risk, and %s is open.", target.Label, ticket)), nil
	}
	return hook.Continue(), nil
}

// checkQuery denies what writes; everything else goes to people.
func checkQuery(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	e.Check("personal data is masked", e.Fields.Bool("masked"), "")
	query := strings.ToUpper(e.Fields.String("query"))
	if !e.Check("only reads", !strings.Contains(query, "DELETE") && !strings.Contains(query, "UPDATE"), "no UPDATE or DELETE in the query") {
		return hook.Deny("This flow is for reading; changes go through a migration."), nil
	}
	return hook.Continue(), nil
}

// decideDeploy approves small changes of services that matter least.
func decideDeploy(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	small := e.Check("change is small", e.Fields.Int("lines") <= 50, fmt.Sprintf("%d lines, 50 at most", e.Fields.Int("lines")))
	tier := e.Check("service is tier 3", e.Fields.String("tier") == "3", "tier "+e.Fields.String("tier"))
	if small && tier {
		return hook.Approve("A small change of a tier 3 service."), nil
	}
	return hook.Continue(), nil
}

var customers = []hook.Option{
	{Value: "C-1001", Label: "Acme Logistics (C-1001)"}, {Value: "C-1002", Label: "Borealis Bank (C-1002)"},
	{Value: "C-1003", Label: "Contoso Health (C-1003)"}, {Value: "C-1004", Label: "Danube Airlines (C-1004)"},
	{Value: "C-1005", Label: "Acorn Schools (C-1005)"},
}

func findCustomer(_ context.Context, s *hook.Search) ([]hook.Option, error) {
	return find(customers, s), nil
}

func findService(_ context.Context, s *hook.Search) ([]hook.Option, error) {
	var all []hook.Option
	for _, name := range s.Flow.Vars.Strings("services") {
		all = append(all, hook.Option{Value: name, Label: name})
	}
	return find(all, s), nil
}

// find returns the option of the search's value, or those whose label has the query.
func find(all []hook.Option, s *hook.Search) []hook.Option {
	var found []hook.Option
	for _, o := range all {
		if s.Value != "" && o.Value == s.Value || s.Value == "" && strings.Contains(strings.ToLower(o.Label), strings.ToLower(s.Query)) {
			found = append(found, o)
		}
	}
	return found
}
