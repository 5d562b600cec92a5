package eks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Settings say which cluster a target is, and what it grants there. Each may be in the
// target's settings or, for all targets of a flow, in its strategy block; the target's
// go first.
type Settings struct {
	Cluster string `json:"cluster"`
	// Policy is an access policy of EKS: its name or ARN.
	Policy string `json:"policy"`
	// Namespaces are those that the policy is for; none for the whole cluster.
	Namespaces []string `json:"namespaces"`
	// Principal is the person's IAM user or role, an ARN with placeholders; {id} unless
	// it is set.
	Principal string `json:"principal"`
}

const maxNamespaces = 50

var (
	validCluster   = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)
	validPolicy    = regexp.MustCompile(`^(arn:aws[a-z-]*:eks::aws:cluster-access-policy/)?[0-9A-Za-z]{1,128}$`)
	validNamespace = regexp.MustCompile(`^[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?$`)
)

// settingsOf reads the settings of a request. The error names the setting.
func settingsOf(r *strategy.Request) (s Settings, err error) {
	s.Principal = "{id}"
	for _, from := range []struct {
		name string
		raw  json.RawMessage
	}{{"strategy", r.Config}, {"target.settings", r.Target.Settings}} {
		if len(from.raw) == 0 || string(from.raw) == "null" {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(from.raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return s, strategy.Refused("%s: %s", from.name, decodeProblem(err))
		}
	}
	return s, s.check()
}

// decodeProblem says what is wrong with settings in words of flows.yaml.
func decodeProblem(err error) string {
	if kind, is := errors.AsType[*json.UnmarshalTypeError](err); is {
		return fmt.Sprintf("%s must be a %s, got a %s", kind.Field, kind.Type, kind.Value)
	}
	if name, is := strings.CutPrefix(err.Error(), "json: unknown field "); is {
		return fmt.Sprintf("unknown setting %s; known: cluster, policy, namespaces, principal", name)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func (s Settings) check() error {
	switch {
	case !validCluster.MatchString(s.Cluster):
		return strategy.Refused("cluster must be the name of a cluster, got %q", s.Cluster)
	case !validPolicy.MatchString(s.Policy):
		return strategy.Refused("policy must be the name or ARN of an access policy such as AmazonEKSViewPolicy, got %q", s.Policy)
	case len(s.Namespaces) > maxNamespaces:
		return strategy.Refused("namespaces must be at most %d, got %d", maxNamespaces, len(s.Namespaces))
	}
	for i, name := range s.Namespaces {
		switch {
		case name == whole:
			return strategy.Refused(`namespaces[%d]: leave out namespaces for the whole cluster`, i)
		case !validNamespace.MatchString(name):
			return strategy.Refused("namespaces[%d] must be a name of a-z, 0-9, - and *, got %q", i, name)
		case slices.Contains(s.Namespaces[:i], name):
			return strategy.Refused("namespaces lists %q twice", name)
		}
	}
	return nil
}

// scopes are what the policy is to be associated with.
func (s Settings) scopes() scopes {
	if len(s.Namespaces) == 0 {
		return scopes{whole}
	}
	return newScopes(s.Namespaces...)
}
