package asl

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// members are those that each type of state takes, beside Type and Comment.
var members = map[string][]string{
	"Pass":     {"Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "Result"},
	"Task":     {"Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Resource", "Credentials", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath", "Retry", "Catch"},
	"Choice":   {"Choices", "Default", "InputPath", "OutputPath"},
	"Wait":     {"Next", "End", "InputPath", "OutputPath", "Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
	"Succeed":  {"InputPath", "OutputPath"},
	"Fail":     {"Error", "Cause", "ErrorPath", "CausePath"},
	"Parallel": {"Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Retry", "Catch", "Branches"},
	"Map":      {"Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Retry", "Catch", "ItemProcessor", "Iterator", "ItemsPath", "ItemSelector", "MaxConcurrency", "MaxConcurrencyPath", "Label"},
}

func (p *parser) state(name string, v any, at string) *State {
	s := &State{Name: name}
	raw, ok := v.(map[string]any)
	if !ok {
		p.fail(at, "Value is not an object")
		return s
	}
	s.Type, _ = raw["Type"].(string)
	known, ok := members[s.Type]
	if !ok {
		if _, there := raw["Type"]; !there {
			p.fail(at, "These required fields are missing: [Type]")
		} else {
			p.fail(at+"/Type", "%v is not a type of state", raw["Type"])
		}
		return s
	}
	o, _ := p.object(v, at, append([]string{"Type", "Comment", "QueryLanguage"}, known...)...)
	o.text("Comment")
	o.jsonPath()
	s.InputPath = o.pathField("InputPath", false)
	s.OutputPath = o.pathField("OutputPath", false)
	s.ResultPath = o.pathField("ResultPath", true)
	s.Parameters = o.template("Parameters")
	s.ResultSelector = o.template("ResultSelector")
	switch s.Type {
	case "Choice", "Succeed", "Fail":
	default:
		s.goesOn(o)
	}
	switch s.Type {
	case "Pass":
		if s.HasResult = o.has("Result"); s.HasResult {
			s.Result = plain(o.members["Result"])
		}
	case "Task":
		s.task(o)
	case "Choice":
		s.choice(o)
	case "Wait":
		s.wait(o)
	case "Fail":
		s.Error, s.Cause = o.textPointer("Error"), o.textPointer("Cause")
		s.ErrorPath, s.CausePath = o.expression("ErrorPath"), o.expression("CausePath")
		o.notBoth("Error", "ErrorPath")
		o.notBoth("Cause", "CausePath")
	case "Parallel":
		branches, ok := o.members["Branches"].([]any)
		if !ok {
			o.fail("Branches", "These required fields are missing: [Branches]")
		} else if len(branches) == 0 && !p.kept {
			o.fail("Branches", "Value must have at least one branch")
		}
		for i, b := range branches {
			s.Branches = append(s.Branches, p.machine(b, fmt.Sprintf("%s/Branches[%d]", at, i), false))
		}
	case "Map":
		s.mapState(o)
	}
	s.Retry = o.retriers()
	s.Catch = o.catchers()
	return s
}

// goesOn reads Next or End, of which there is exactly one.
func (s *State) goesOn(o object) {
	s.Next = o.text("Next")
	if v, there := o.members["End"]; there {
		end, ok := v.(bool)
		if !ok {
			o.fail("End", "Value is not a boolean")
		}
		s.End = end
	}
	switch {
	case s.Next != "" && s.End:
		o.p.fail(o.at, "Must have Next or End, got both")
	case s.Next == "" && !s.End:
		o.p.fail(o.at, "These required fields are missing: [Next or End]")
	}
}

func (o object) notBoth(a, b string) {
	if o.has(a) && o.has(b) {
		o.p.fail(o.at, "Must have %s or %s, got both", a, b)
	}
}

func (o object) expression(name string) *expression {
	if !o.has(name) {
		return nil
	}
	e, err := parseExpression(o.text(name), name)
	if !o.p.passes(err) {
		o.fail(name, "Value is not a valid JSONPath or intrinsic function: %v", err)
		return nil
	}
	return e
}

var arn = regexp.MustCompile(`^arn:[^:]+:[^:]*:[^:]*:[^:]*:.+$`)

func (s *State) task(o object) {
	s.Resource = o.text("Resource")
	if !arn.MatchString(s.Resource) {
		o.fail("Resource", "Value is not a valid resource ARN")
	} else if o.p.resources != nil {
		parameters, _ := o.members["Parameters"].(map[string]any)
		for _, m := range o.p.resources(s.Resource, parameters) {
			o.p.failAs(m.Code, o.at+m.Location, "%s", m.Message)
		}
	}
	if o.has("Credentials") {
		if c, ok := o.p.object(o.members["Credentials"], o.at+"/Credentials", "RoleArn"); ok {
			if s.RoleARN = c.text("RoleArn"); s.RoleARN == "" {
				c.fail("RoleArn", "These required fields are missing: [RoleArn]")
			}
		}
	}
	s.TimeoutSeconds = o.integer("TimeoutSeconds", 1)
	s.HeartbeatSeconds = o.integer("HeartbeatSeconds", 1)
	s.TimeoutPath = o.path("TimeoutSecondsPath", true)
	s.HeartbeatPath = o.path("HeartbeatSecondsPath", true)
	o.notBoth("TimeoutSeconds", "TimeoutSecondsPath")
	o.notBoth("HeartbeatSeconds", "HeartbeatSecondsPath")
	if s.HeartbeatSeconds > 0 && s.TimeoutSeconds > 0 && s.HeartbeatSeconds >= s.TimeoutSeconds {
		o.fail("HeartbeatSeconds", "Value must be less than TimeoutSeconds")
	}
}

func (s *State) wait(o object) {
	given := 0
	for _, name := range []string{"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} {
		if o.has(name) {
			given++
		}
	}
	if given != 1 {
		o.p.fail(o.at, "Must have exactly one of Seconds, SecondsPath, Timestamp and TimestampPath")
	}
	if o.has("Seconds") {
		n := o.integer("Seconds", 0)
		s.Seconds = &n
	}
	s.SecondsPath = o.path("SecondsPath", true)
	s.TimestampPath = o.path("TimestampPath", true)
	if o.has("Timestamp") {
		s.Timestamp = o.text("Timestamp")
		if _, ok := parseTimestamp(s.Timestamp); !ok {
			o.fail("Timestamp", "String does not match RFC3339 timestamp")
		}
	}
}

func (s *State) mapState(o object) {
	processor := "ItemProcessor"
	if o.has("Iterator") {
		processor = "Iterator"
	}
	o.notBoth("ItemProcessor", "Iterator")
	o.notBoth("Parameters", "ItemSelector")
	o.notBoth("MaxConcurrency", "MaxConcurrencyPath")
	if !o.has(processor) {
		o.fail("ItemProcessor", "These required fields are missing: [ItemProcessor]")
		return
	}
	at := o.at + "/" + processor
	s.Processor = o.p.machine(o.members[processor], at, false, "ProcessorConfig")
	if m, ok := o.members[processor].(map[string]any); ok {
		if config, there := m["ProcessorConfig"]; there {
			if c, ok := o.p.object(config, at+"/ProcessorConfig", "Mode", "ExecutionType"); ok {
				s.mode(c)
			}
		}
	}
	s.ItemsPath = o.path("ItemsPath", true)
	s.ItemSelector = o.template("ItemSelector")
	if s.ItemSelector == nil {
		s.ItemSelector = s.Parameters
	}
	s.Parameters = nil
	if label := o.text("Label"); o.has("Label") && !o.p.kept && !validLabel.MatchString(label) {
		o.fail("Label", "Value must have 1 to 40 characters, none of them blank or one of ?*<>{}[]:;,\\|^~$#%%&`\"")
	}
	s.MaxConcurrency = o.integer("MaxConcurrency", 0)
	s.MaxConcurrencyPath = o.path("MaxConcurrencyPath", true)
}

// validLabel is what a Map's Label may be
// (https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html).
var validLabel = regexp.MustCompile("^[^\\s\\x00-\\x1f\\x7f-\\x9f?*<>{}\\[\\]:;,\\\\|^~$#%&`\"]{1,40}$")

// mode reads how a Map runs its iterations.
func (s *State) mode(config object) {
	kind := config.text("ExecutionType")
	switch {
	case config.p.kept:
	case config.has("ExecutionType") && kind != "STANDARD" && kind != "EXPRESS":
		config.fail("ExecutionType", "Must be STANDARD or EXPRESS")
	case config.members["Mode"] == "DISTRIBUTED" && kind == "":
		config.fail("ExecutionType", "These required fields are missing: [ExecutionType]")
	}
	switch config.text("Mode") {
	case "INLINE":
	case "DISTRIBUTED":
		s.Distributed = true
	default:
		config.fail("Mode", "Must be INLINE or DISTRIBUTED")
	}
}

func (o object) retriers() []Retrier {
	var out []Retrier
	o.each("Retry", []string{"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"}, func(r object, last bool) {
		retrier := Retrier{ErrorEquals: r.errorNames(last), IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2}
		if r.has("IntervalSeconds") {
			retrier.IntervalSeconds = r.integer("IntervalSeconds", 1)
		}
		if r.has("MaxAttempts") {
			retrier.MaxAttempts = r.integer("MaxAttempts", 0)
		}
		if v, there := r.members["BackoffRate"]; there {
			n, ok := v.(json.Number)
			rate, err := n.Float64()
			if !ok || err != nil || rate < 1 {
				r.fail("BackoffRate", "Must be a number of at least 1")
			}
			retrier.BackoffRate = rate
		}
		if r.has("MaxDelaySeconds") {
			retrier.MaxDelaySeconds = r.integer("MaxDelaySeconds", 1)
			if retrier.MaxDelaySeconds <= retrier.IntervalSeconds || retrier.MaxDelaySeconds > 31622400 {
				r.fail("MaxDelaySeconds", "Value must be greater than IntervalSeconds, and at most 31622400")
			}
		}
		switch r.text("JitterStrategy") {
		case "", "NONE":
		case "FULL":
			retrier.FullJitter = true
		default:
			r.fail("JitterStrategy", "Must be FULL or NONE")
		}
		out = append(out, retrier)
	})
	return out
}

func (o object) catchers() []Catcher {
	var out []Catcher
	o.each("Catch", []string{"ErrorEquals", "ResultPath", "Next", "Comment"}, func(c object, last bool) {
		catcher := Catcher{ErrorEquals: c.errorNames(last), ResultPath: c.pathField("ResultPath", true), Next: c.text("Next")}
		if catcher.Next == "" {
			c.fail("Next", "These required fields are missing: [Next]")
		}
		out = append(out, catcher)
	})
	return out
}

// each reads the objects of a list.
func (o object) each(name string, known []string, read func(item object, last bool)) {
	v, there := o.members[name]
	if !there {
		return
	}
	list, ok := v.([]any)
	if !ok {
		o.fail(name, "Value is not an array")
		return
	}
	for i, item := range list {
		if inner, ok := o.p.object(item, fmt.Sprintf("%s/%s[%d]", o.at, name, i), known...); ok {
			read(inner, i == len(list)-1)
		}
	}
}

// errorNames reads ErrorEquals: States.ALL stands alone, and last.
func (o object) errorNames(last bool) []string {
	list, ok := o.members["ErrorEquals"].([]any)
	if !ok || len(list) == 0 {
		o.fail("ErrorEquals", "These required fields are missing: [ErrorEquals]")
		return nil
	}
	var names []string
	for _, v := range list {
		name, ok := v.(string)
		if !ok {
			o.fail("ErrorEquals", "Value is not a string")
		}
		if name == errAll && (len(list) > 1 || !last) {
			o.fail("ErrorEquals", "States.ALL must appear alone and in the last element")
		}
		names = append(names, name)
	}
	return names
}
