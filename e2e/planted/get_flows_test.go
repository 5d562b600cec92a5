package planted

var _ = plant(getFlowsBugs...)

var getFlowsBugs = []bug{
	{"show a flow whose code fails", "functions/request/request/get_flows.go", "return !f.GetFlows || s.shown[f.Name]", "return !f.GetFlows || s.shown[f.Name] || s.failed[f.Name] != nil", "./functions/request/request", "TestGetFlowsThatFails"},
	{"let code show what requesters hides", "functions/request/request/get_flows.go", "if !f.GetFlows || !f.MayAsk(p) && !f.MayAskForOthers(p) {", "if !f.GetFlows {", "./functions/request/request", "TestGetFlows"},
	{"believe code about flows that it was not called for", "internal/hookapi/flows.go", "if !slices.Contains(names, name) {", "if !slices.Contains(names, name) && false {", "./functions/request/request", "TestGetFlowsThatFails"},
	{"file a request of a hidden flow", "functions/request/request/create.go", "if may, err = s.seesFlow(ctx, f, c.Caller.Person); err != nil {", "if _, err = s.seesFlow(ctx, f, c.Caller.Person); err != nil {", "./functions/request/request", "TestGetFlows"},
	{"keep what code said for ever", "functions/request/request/get_flows.go", "return kept.flows, there && now.Before(kept.until)", "return kept.flows, there", "./functions/request/request", "TestGetFlows"},
	{"search options of a hidden flow", "functions/request/request/options.go", "} else if !sees {", "} else if !sees && false {", "./functions/request/request", "TestGetFlows"},
}
