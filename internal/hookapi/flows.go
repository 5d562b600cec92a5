package hookapi

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// GetFlows is called outside of a run's life, as [Prefetch] is. [PrefetchSeconds] limits
// it too.
const GetFlows run.HookName = "get_flows"

// FlowsInvocation is what a hook function receives to say which flows a person sees.
type FlowsInvocation struct {
	Version        string       `json:"version"`
	Hook           run.HookName `json:"hook"`
	TimeoutSeconds int          `json:"timeout_seconds"`
	// Accepts are the response members that this code understands.
	Accepts []string `json:"accepts"`
	// Flows are those that the person may request, and that the function may hide.
	Flows []Flow   `json:"flows"`
	Run   FlowsRun `json:"run"`
}

// FlowsRun is what a run has before its flow is chosen.
type FlowsRun struct {
	Requester run.Person `json:"requester"`
}

// AskFlows returns the invocation that asks which of the flows a person sees.
func AskFlows(p run.Person, flows []Flow) FlowsInvocation {
	return FlowsInvocation{
		Version: Version, Hook: GetFlows, TimeoutSeconds: PrefetchSeconds, Accepts: []string{"flows", "errors"}, Flows: flows, Run: FlowsRun{Requester: p.Shown()},
	}
}

// SeenFlows is the response to a [FlowsInvocation].
type SeenFlows struct {
	// Seen are the names of the flows that the person sees.
	Seen []string
	// Failed says of a flow why its code failed, in words that follow the hook's name.
	Failed map[string]string
	// Ignored are members of a newer version of the contract, which are ignored.
	Ignored []string
}

// ReadFlows reads the response to a [FlowsInvocation] about the named flows. The error says
// what is invalid, or how the function failed as a whole, in words that follow the hook's
// name.
func ReadFlows(raw []byte, names []string) (SeenFlows, error) {
	seen, told, err := readFlows(raw, names)
	if err != nil {
		return SeenFlows{}, errors.New(run.ClipError("returned an invalid response: " + err.Error()))
	}
	if told != "" {
		return SeenFlows{}, errors.New(run.ClipError("failed: " + told))
	}
	return seen, nil
}

func readFlows(raw []byte, names []string) (seen SeenFlows, told string, err error) {
	trimmed := bytes.Trim(raw, jsonSpace)
	if len(trimmed) > maxResponse {
		return seen, "", fmt.Errorf("%d bytes, more than %d", len(trimmed), maxResponse)
	}
	members, err := strictjson.Object(trimmed)
	if err != nil {
		return seen, "", err
	}
	var v Response
	if v.readVersion(GetFlows, members["version"]); v.Failure(GetFlows) != "" {
		return seen, "", fmt.Errorf("version: unsupported; supported: %q", Version)
	}
	delete(members, "version")
	for _, name := range slices.Sorted(maps.Keys(members)) {
		switch name {
		case "flows":
			if err = strictjson.Decode(members[name], &seen.Seen); err == nil && seen.Seen == nil {
				err = errors.New("null is invalid; give an empty list to show none")
			}
		case "errors":
			var errs []flowError
			err = v.read(members[name], &errs)
			for i := 0; err == nil && i < len(errs); i++ {
				told, err = seen.fail(errs[i], told)
			}
		default:
			err = v.unknownMember(name)
		}
		if err != nil {
			return SeenFlows{}, "", fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, name := range seen.Seen {
		if !slices.Contains(names, name) {
			return SeenFlows{}, "", fmt.Errorf("flows: %q is none of the flows of the event", strictjson.ClipName(name))
		}
		if _, failed := seen.Failed[name]; failed {
			return SeenFlows{}, "", fmt.Errorf("flows: %q is shown, and has failed", name)
		}
	}
	seen.Ignored = v.Unknown
	if seen.Seen == nil && told == "" && len(seen.Failed) == 0 {
		return SeenFlows{}, "", errors.New("flows: missing; must be a list, which may be empty")
	}
	return seen, told, nil
}

// flowError is how the code of a flow failed; without a flow, that of all.
type flowError struct {
	Hook  string `json:"hook"`
	Flow  string `json:"flow"`
	Error string `json:"error"`
}

func (s *SeenFlows) fail(e flowError, told string) (string, error) {
	if e.Hook != string(GetFlows) {
		return "", fmt.Errorf("must be of get_flows, got %q", strictjson.ClipName(e.Hook))
	}
	why := strings.TrimSpace(e.Error)
	if text.Blank(why) {
		why = "no reason given"
	}
	if e.Flow == "" {
		return why, nil
	}
	if s.Failed == nil {
		s.Failed = map[string]string{}
	}
	s.Failed[e.Flow] = run.ClipError("failed: " + why)
	return told, nil
}
