package hookapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// readVersion reads the version of the contract that a response is of: this
// one's, or a newer one of the same major version, whose additions are ignored.
func (a *Response) readVersion(hook run.HookName, value json.RawMessage) {
	if len(value) == 0 || string(value) == "null" {
		return
	}
	var v string
	err := strictjson.Decode(value, &v)
	if err == nil {
		var known bool
		if a.newer, known = newerMinor(v); !known {
			err = fmt.Errorf("unsupported contract version %q; supported: %q", strictjson.ClipName(v), Version)
		}
	}
	if err != nil {
		a.Fail(hook, "returned an invalid response: version: %v", err)
	}
}

// unknownMember notes an unknown member, and is an error in a response of this
// version.
func (a *Response) unknownMember(name string) error {
	if !a.newer {
		return errors.New("unknown member")
	}
	if name = strictjson.ClipName(name); !slices.Contains(a.Unknown, name) && len(a.Unknown) < MaxUnknown {
		a.Unknown = append(a.Unknown, name)
	}
	return nil
}

// read is [strictjson.Decode], but for a newer minor version, whose unknown members pass
// and are noted.
func (a *Response) read(value []byte, into any) error {
	if a.newer {
		return strictjson.DecodeNewer(value, into, &a.Unknown)
	}
	return strictjson.Decode(value, into)
}

// checkFlows fails the invocation if the function says which flows it has hooks
// for, and the run's is none of them: its hooks may stand under another name, and
// a guard among them must not be taken for one that is absent.
func (a *Response) checkFlows(hook run.HookName, flow string) {
	if a.flows == nil || flow == "" || slices.Contains(a.flows, flow) || slices.Contains(a.flows, "*") {
		return
	}
	a.FailedWhole = true
	a.Permissions, a.Notifications = nil, nil
	a.Fail(hook, "failed: the hook function has no hooks for the flow %q; it has hooks for %s", flow, strings.Join(a.flows, ", "))
}
