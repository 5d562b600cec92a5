package asl

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Machine is a parsed state machine.
type Machine struct {
	StartAt        string
	States         map[string]*State
	TimeoutSeconds int64
}

// State is one state. Only the members of its type are set.
type State struct {
	Name string
	Type string
	Next string
	End  bool

	InputPath, OutputPath, ResultPath pathField
	Parameters, ResultSelector        *template

	Result    any
	HasResult bool

	Resource                         string
	RoleARN                          string // of Credentials
	TimeoutSeconds, HeartbeatSeconds int64
	TimeoutPath, HeartbeatPath       *path
	Retry                            []Retrier
	Catch                            []Catcher
	Choices                          []choiceRule
	Default                          string
	Seconds                          *int64
	SecondsPath, TimestampPath       *path
	Timestamp                        string
	Error, Cause                     *string
	ErrorPath, CausePath             *expression
	Branches                         []*Machine
	Processor                        *Machine
	Distributed                      bool
	ItemsPath                        *path
	ItemSelector                     *template
	MaxConcurrency                   int64
	MaxConcurrencyPath               *path
}

// pathField is InputPath, OutputPath or ResultPath: absent is "$", null drops.
type pathField struct {
	path *path
	null bool
}

// Retrier says when and how often a state is retried.
type Retrier struct {
	ErrorEquals     []string
	IntervalSeconds int64
	MaxAttempts     int64
	BackoffRate     float64
	// MaxDelaySeconds is 0 for no bound.
	MaxDelaySeconds int64
	// FullJitter draws each delay between 0 and what it would be.
	FullJitter bool
}

// Catcher names the next state after an error.
type Catcher struct {
	ErrorEquals []string
	ResultPath  pathField
	Next        string
}

// maxSeconds is the longest time that a definition may speak of.
const maxSeconds = 99999999

// Mistake is an error in a definition.
type Mistake struct {
	// Location is a JSON pointer into the definition.
	Location string `json:"location"`
	// Code is the service's name for the kind of mistake.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Mistakes are all errors in a definition.
type Mistakes []Mistake

func (m Mistakes) Error() string {
	var b bytes.Buffer
	for i, one := range m {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s: %s at %s", one.Code, one.Message, one.Location)
	}
	return b.String()
}

// Resources checks what a Task state calls: its resource, and the members at the
// top of its Parameters by their names, ".$" included. The locations of the
// mistakes are pointers into the state.
type Resources func(resource string, parameters map[string]any) Mistakes

// Parse parses and checks a definition as the service does when a state machine is
// created, and refuses what is not implemented here. The error is [Mistakes], with
// every mistake. Without resources, a Task may call anything that looks like an ARN.
func Parse(definition []byte, resources Resources) (*Machine, error) {
	return parse(definition, &parser{resources: resources})
}

// ParseKept parses a definition that an older release may have accepted, so that its
// executions continue even if Parse refuses it now.
func ParseKept(definition []byte) (*Machine, error) {
	return parse(definition, &parser{kept: true})
}

func parse(definition []byte, p *parser) (*Machine, error) {
	tree, err := decodeOne(definition)
	if err != nil {
		return nil, Mistakes{{Location: "/", Code: "INVALID_JSON_DESCRIPTION", Message: err.Error()}}
	}
	p.names = map[string]bool{}
	m := p.machine(tree, "", true)
	if p.foreign {
		p.mistakes = slices.DeleteFunc(p.mistakes, func(m Mistake) bool { return !strings.HasSuffix(m.Location, "/QueryLanguage") })
	}
	if len(p.mistakes) > 0 {
		return nil, p.mistakes
	}
	return m, nil
}
