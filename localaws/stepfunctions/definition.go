package stepfunctions

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// activityARN is the resource of a task that a worker fetches. None is served here.
var activityARN = regexp.MustCompile(`^arn:aws[a-z-]*:states:[a-z0-9-]*:\d{12}:activity:`)

// parse parses the definition of a machine of a type; an error has the service's name.
func parse(kind, definition string) (*asl.Machine, error) {
	m, err := parsed(kind, definition)
	if err != nil {
		return nil, invalidDefinition(err)
	}
	return m, nil
}

// parsed parses the definition of a machine of a type.
func parsed(kind, definition string) (*asl.Machine, error) {
	check := checkTask
	if kind == express {
		check = checkExpressTask
	}
	m, err := asl.Parse([]byte(definition), check)
	if err != nil {
		return nil, err
	}
	var mistakes asl.Mistakes
	inspect(m, "", func(at string, state *asl.State) {
		refuse := func(member, message string) {
			mistakes = append(mistakes, asl.Mistake{Location: at + member, Code: "SCHEMA_VALIDATION_FAILED", Message: message})
		}
		if state.RoleARN != "" && isStart(state.Resource) {
			refuse("/Credentials", "Credentials are implemented on this machine for Lambda functions only")
		}
		if state.Distributed && kind == express {
			refuse("/ItemProcessor/ProcessorConfig/Mode", "Express state machine does not support Map states with Mode DISTRIBUTED")
		}
	})
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	return m, nil
}

// inspect calls f with each state of a machine and its place.
func inspect(m *asl.Machine, at string, f func(at string, state *asl.State)) {
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		state := m.States[name]
		here := at + "/States/" + name
		f(here, state)
		for i, branch := range state.Branches {
			inspect(branch, fmt.Sprintf("%s/Branches/%d", here, i), f)
		}
		if state.Processor != nil {
			inspect(state.Processor, here+"/ItemProcessor", f)
		}
	}
}

// checkExpressTask refuses, besides what checkTask does, what EXPRESS machines don't
// have: waiting for a job, a token or a worker
// (https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html).
func checkExpressTask(resource string, parameters map[string]any) asl.Mistakes {
	message := ""
	for _, pattern := range []string{waitSuffix, ".sync", ".sync:2"} {
		if strings.HasSuffix(resource, pattern) {
			message = fmt.Sprintf("Express state machine does not support '%s' service integration", strings.TrimSuffix(pattern, ":2"))
		}
	}
	if activityARN.MatchString(resource) {
		message = "Express state machine does not support Activity ARN"
	}
	if message == "" {
		return checkTask(resource, parameters)
	}
	return asl.Mistakes{{Location: "/Resource", Code: "SCHEMA_VALIDATION_FAILED", Message: message}}
}

// invalidDefinition names the mistakes of a definition.
func invalidDefinition(err error) error {
	if _, ok := errors.AsType[asl.Mistakes](err); !ok {
		return err
	}
	return fail("InvalidDefinition", "Invalid State Machine Definition: '%v'", err)
}
