package eventbridge

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/partition"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

type putTargetsInput struct {
	Rule, EventBusName string
	Targets            []target
}

type target struct {
	ID        string `json:"Id"`
	ARN       string `json:"Arn"`
	Input     string `json:",omitempty"`
	InputPath string `json:",omitempty"`
}

type removeTargetsInput struct {
	Rule, EventBusName string
	IDs                []string `json:"Ids"`
	Force              bool
}

type listTargetsInput struct {
	pageInput
	Rule, EventBusName string
}

// memberPath is an InputPath by members alone.
var memberPath = regexp.MustCompile(`^\$(\.[A-Za-z0-9_-]+)*$`)

var (
	functionARN = regexp.MustCompile(`^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:([A-Za-z0-9_-]+)(:[A-Za-z0-9$_-]+)?$`)
	groupARN    = regexp.MustCompile(`^arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:([^:*]+)(:\*)?$`)
)

// logGroup is the name of the log group that an ARN is of.
func logGroup(arn string) (name string, is bool) {
	m := groupARN.FindStringSubmatch(arn)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// putTargets adds targets to a rule, or replaces those of the same ids. A target
// that doesn't exist is refused, though the service accepts it: silently lost events
// help nobody here.
func (s *Service) putTargets(in putTargetsInput) (any, error) {
	var put []Target
	for _, t := range in.Targets {
		if err := s.checkTarget(t); err != nil {
			return nil, err
		}
		next := Target{ID: t.ID, ARN: t.ARN, Path: t.InputPath}
		if t.Input != "" {
			next.Input = json.RawMessage(t.Input)
		}
		put = append(put, next)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.rule(in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	next := *old
	next.gone = make(chan struct{})
	next.Targets = slices.DeleteFunc(slices.Clone(old.Targets), func(there Target) bool {
		return slices.ContainsFunc(put, func(t Target) bool { return t.ID == there.ID })
	})
	if next.Targets = append(next.Targets, put...); len(next.Targets) > maxTargets {
		return nil, wire.Fail("LimitExceededException", "The requested resource exceeds the maximum number allowed: a rule has at most %d targets.", maxTargets)
	}
	s.replace(old, &next)
	return map[string]any{"FailedEntryCount": 0, "FailedEntries": []any{}}, nil
}

func (s *Service) checkTarget(t target) error {
	function := functionARN.FindStringSubmatch(t.ARN)
	group, isGroup := logGroup(t.ARN)
	switch {
	case t.ID == "":
		return wire.Fail("ValidationException", "A target must have an Id.")
	case function == nil && !isGroup:
		return wire.Fail("ValidationException", "Target %s: Arn must be of a Lambda function or a log group on this machine, got %q", t.ID, t.ARN)
	case function != nil && s.opts.HasFunction != nil && !s.opts.HasFunction(t.ARN):
		return wire.Fail("ResourceNotFoundException", "Target %s: function %s does not exist.", t.ID, function[1])
	case isGroup && s.opts.HasGroup != nil && !s.opts.HasGroup(group):
		return wire.Fail("ResourceNotFoundException", "Target %s: log group %s does not exist.", t.ID, group)
	case t.Input != "" && t.InputPath != "":
		return wire.Fail("ValidationException", "Target %s: only one of Input and InputPath may be given.", t.ID)
	case t.Input != "" && !json.Valid([]byte(t.Input)):
		return wire.Fail("ValidationException", "JSON syntax error in input for target %s", t.ID)
	case t.InputPath != "" && !memberPath.MatchString(t.InputPath):
		return wire.Fail("ValidationException", "Target %s: InputPath must name members alone on this machine, such as $.detail, got %q", t.ID, t.InputPath)
	}
	return nil
}

// removeTargets removes targets. Force has no effect: it is for rules that services
// manage.
func (s *Service) removeTargets(in removeTargetsInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.rule(in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	next := *old
	next.gone = make(chan struct{})
	next.Targets = slices.DeleteFunc(slices.Clone(old.Targets), func(t Target) bool { return slices.Contains(in.IDs, t.ID) })
	s.replace(old, &next)
	failed := []any{}
	for _, id := range in.IDs {
		if !slices.ContainsFunc(old.Targets, func(t Target) bool { return t.ID == id }) {
			failed = append(failed, map[string]string{"TargetId": id, "ErrorCode": "ResourceNotFoundException", "ErrorMessage": "Rule " + in.Rule + " has no target " + id + "."})
		}
	}
	return map[string]any{"FailedEntryCount": len(failed), "FailedEntries": failed}, nil
}

func (s *Service) listTargetsByRule(in listTargetsInput) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	var all []target
	for _, t := range r.Targets {
		all = append(all, target{t.ID, t.ARN, string(t.Input), t.Path})
	}
	return page(in.pageInput, "Targets", all)
}

type busInput struct{ Name string }

type listBusesInput struct {
	pageInput
	NamePrefix string
}

type busOutput struct {
	Name string
	Arn  string //nolint:revive // as the service spells it
}

func (s *Service) bus(name string) busOutput {
	return busOutput{name, "arn:" + partition.Of(s.opts.Region) + ":events:" + s.opts.Region + ":" + s.opts.AccountID + ":event-bus/" + name}
}

func (s *Service) describeEventBus(in busInput) (any, error) {
	name := busName(in.Name)
	if !s.hasBus(name) {
		return nil, wire.Fail("ResourceNotFoundException", "Event bus %s does not exist.", name)
	}
	return s.bus(name), nil
}

func (s *Service) listEventBuses(in listBusesInput) (any, error) {
	var all []busOutput
	for _, name := range append([]string{"default"}, s.opts.Buses...) {
		if strings.HasPrefix(name, in.NamePrefix) {
			all = append(all, s.bus(name))
		}
	}
	return page(in.pageInput, "EventBuses", all)
}

type testPatternInput struct{ EventPattern, Event string }

// testEventPattern reports whether an event fits a pattern, so that a rule can be
// tried before it is put.
func (s *Service) testEventPattern(in testPatternInput) (any, error) {
	p, err := parsePattern(json.RawMessage(in.EventPattern))
	if err != nil {
		return nil, wire.Fail("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
	}
	var event map[string]any
	if err := json.Unmarshal([]byte(in.Event), &event); err != nil {
		return nil, wire.Fail("ValidationException", "Parameter Event is not valid. Reason: %v", err)
	}
	return map[string]bool{"Result": p.matches(event)}, nil
}
