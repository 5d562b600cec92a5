package eventbridge

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// maxTargets is the most targets a rule may have
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
const maxTargets = 5

var ruleName = regexp.MustCompile(`^[.\-_A-Za-z0-9]{1,64}$`)

func (s *Service) operations() wire.Service {
	return wire.Service{Name: "events", MaxBody: maxEntries * maxEntry, Operations: map[string]wire.Operation{
		"DeleteRule":        wire.JSON(s.deleteRule),
		"DescribeEventBus":  wire.JSON(s.describeEventBus),
		"DescribeRule":      wire.JSON(s.describeRule),
		"DisableRule":       wire.JSON(func(in ruleInput) (any, error) { return s.enable(in, false) }),
		"EnableRule":        wire.JSON(func(in ruleInput) (any, error) { return s.enable(in, true) }),
		"ListEventBuses":    wire.JSON(s.listEventBuses),
		"ListRules":         wire.JSON(s.listRules),
		"ListTargetsByRule": wire.JSON(s.listTargetsByRule),
		"PutEvents":         wire.JSON(s.putEvents),
		"PutRule":           wire.JSON(s.putRule),
		"PutTargets":        wire.JSON(s.putTargets),
		"RemoveTargets":     wire.JSON(s.removeTargets),
		"TestEventPattern":  wire.JSON(s.testEventPattern),
	}}
}

// ServeHTTP answers the service's calls (AWS JSON 1.1).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.wire.ServeHTTP(w, r) }

// Served lists the operations.
func (s *Service) Served() []string { return s.wire.Served() }

type putRuleInput struct {
	Name, EventBusName, Description, EventPattern, ScheduleExpression, State string
}

type ruleInput struct{ Name, EventBusName string }

type deleteRuleInput struct {
	Name, EventBusName string
	Force              bool
}

type pageInput struct {
	Limit     int
	NextToken string
}

type listRulesInput struct {
	pageInput
	EventBusName, NamePrefix string
}

// find returns a rule, nil for an unknown one. The caller holds mu.
func (s *Service) find(bus, name string) *rule {
	for _, r := range s.rules {
		if r.Bus == bus && r.Name == name {
			return r
		}
	}
	return nil
}

// rule returns the rule of a call. The caller holds mu.
func (s *Service) rule(bus, name string) (*rule, error) {
	bus = busName(bus)
	if !s.hasBus(bus) {
		return nil, wire.Fail("ResourceNotFoundException", "Event bus %s does not exist.", bus)
	}
	if r := s.find(bus, name); r != nil {
		return r, nil
	}
	return nil, wire.Fail("ResourceNotFoundException", "Rule %s does not exist on EventBus %s.", name, bus)
}

// replace puts a rule into the place of another, either of which may be nil. The
// caller holds mu.
func (s *Service) replace(old, next *rule) {
	if old != nil {
		close(old.gone)
		s.rules = slices.DeleteFunc(slices.Clone(s.rules), func(r *rule) bool { return r == old })
	}
	if next != nil {
		s.rules = append(slices.Clone(s.rules), next)
		s.begin(next)
	}
}

func (s *Service) putRule(in putRuleInput) (any, error) {
	bus := busName(in.EventBusName)
	switch {
	case !ruleName.MatchString(in.Name):
		return nil, wire.Fail("ValidationException", "Name %q must be 1 to 64 of the characters . - _ A-Z a-z 0-9", in.Name)
	case !s.hasBus(bus):
		return nil, wire.Fail("ResourceNotFoundException", "Event bus %s does not exist.", bus)
	case (in.EventPattern == "") == (in.ScheduleExpression == ""):
		return nil, wire.Fail("ValidationException", "Give one of EventPattern and ScheduleExpression; both in one rule are not served on this machine.")
	case in.ScheduleExpression != "" && bus != "default":
		return nil, wire.Fail("ValidationException", "ScheduleExpression is supported only on the default event bus.")
	case in.State != "" && in.State != "ENABLED" && in.State != "DISABLED":
		return nil, wire.Fail("ValidationException", "State must be ENABLED or DISABLED on this machine, got %q", in.State)
	}
	r := Rule{Name: in.Name, Bus: bus, Description: in.Description, Schedule: in.ScheduleExpression, Disabled: in.State == "DISABLED"}
	if in.EventPattern != "" {
		r.Pattern = json.RawMessage(in.EventPattern)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.find(bus, in.Name)
	if old != nil {
		r.Targets = old.Targets
	}
	next, err := parseRule(r)
	if err != nil && r.Schedule != "" {
		return nil, wire.Fail("ValidationException", "Parameter ScheduleExpression is not valid: %v", err)
	}
	if err != nil {
		return nil, wire.Fail("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
	}
	s.replace(old, next)
	return map[string]string{"RuleArn": s.ruleARN(bus, in.Name)}, nil
}

func (s *Service) ruleARN(bus, name string) string {
	if bus != "default" {
		name = bus + "/" + name
	}
	return "arn:" + partition.Of(s.opts.Region) + ":events:" + s.opts.Region + ":" + s.opts.AccountID + ":rule/" + name
}

type ruleOutput struct {
	Name               string
	Arn                string //nolint:revive // as the service spells it
	EventBusName       string
	State              string
	Description        string `json:",omitempty"`
	EventPattern       string `json:",omitempty"`
	ScheduleExpression string `json:",omitempty"`
}

func (s *Service) output(r *rule) ruleOutput {
	state := "ENABLED"
	if r.Disabled {
		state = "DISABLED"
	}
	return ruleOutput{r.Name, s.ruleARN(r.Bus, r.Name), r.Bus, state, r.Description, string(r.Pattern), r.Schedule}
}

func (s *Service) listRules(in listRulesInput) (any, error) {
	bus := busName(in.EventBusName)
	if !s.hasBus(bus) {
		return nil, wire.Fail("ResourceNotFoundException", "Event bus %s does not exist.", bus)
	}
	s.mu.Lock()
	var all []ruleOutput
	for _, r := range s.rules {
		if r.Bus == bus && strings.HasPrefix(r.Name, in.NamePrefix) {
			all = append(all, s.output(r))
		}
	}
	s.mu.Unlock()
	slices.SortFunc(all, func(a, b ruleOutput) int { return strings.Compare(a.Name, b.Name) })
	return page(in.pageInput, "Rules", all)
}

func (s *Service) describeRule(in ruleInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	return s.output(r), nil
}

func (s *Service) enable(in ruleInput, enabled bool) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.rule(in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	next := *old
	next.Disabled, next.gone = !enabled, make(chan struct{})
	s.replace(old, &next)
	return struct{}{}, nil
}

// deleteRule deletes a rule without targets. Deleting an unknown rule succeeds, as at
// AWS. Force has no effect: it is for rules that services manage.
func (s *Service) deleteRule(in deleteRuleInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(busName(in.EventBusName), in.Name)
	if r == nil {
		return struct{}{}, nil
	}
	if len(r.Targets) > 0 {
		return nil, wire.Fail("ValidationException", "Rule can't be deleted since it has targets.")
	}
	s.replace(r, nil)
	return struct{}{}, nil
}

// maxPage is how many items a page has at most.
const maxPage = 100

// page answers a list from where NextToken says.
func page[T any](in pageInput, name string, all []T) (any, error) {
	size, from := in.Limit, 0
	if size == 0 {
		size = maxPage
	}
	if size < 0 || size > maxPage {
		return nil, wire.Fail("ValidationException", "Limit must be 1 to %d, got %d", maxPage, in.Limit)
	}
	if in.NextToken != "" {
		raw, err := base64.RawURLEncoding.DecodeString(in.NextToken)
		if err == nil {
			from, err = strconv.Atoi(string(raw))
		}
		if err != nil || from < 0 {
			return nil, wire.Fail("ValidationException", "NextToken is not one of this list")
		}
	}
	from = min(from, len(all))
	to := min(from+size, len(all))
	out := map[string]any{name: append([]T{}, all[from:to]...)}
	if to < len(all) {
		out["NextToken"] = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return out, nil
}
