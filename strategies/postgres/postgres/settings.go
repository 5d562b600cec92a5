package postgres

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Settings say where a target is and what it grants. Each may be in the target's
// settings or, for all targets of a flow, in its strategy block; the target's go first.
type Settings struct {
	// Connection is the secret with which the function logs in: a name or an ARN.
	Connection string `json:"connection"`
	// Host, Port and Database replace those of the connection's secret.
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Database string `json:"database"`
	// Roles are granted to the temporary role.
	Roles []string `json:"roles"`
	// Owner becomes the owner of what the temporary role leaves.
	Owner string `json:"owner"`
	// Connections is how many sessions the temporary role may have at a time; 0 is
	// [defaultConnections].
	Connections int `json:"connections"`
}

const (
	defaultConnections = 10
	maxConnections     = 1000
	maxRoles           = 50
	// maxName is how many bytes PostgreSQL keeps of a name.
	maxName = 63
)

// settingsOf reads the settings of a request. The error names the setting.
func settingsOf(r *strategy.Request) (Settings, error) {
	s := Settings{Connections: defaultConnections}
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
		return fmt.Sprintf("unknown setting %s; known: connection, host, port, database, roles, owner, connections", name)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func (s Settings) check() error {
	switch {
	case s.Connection == "":
		return strategy.Refused("connection is missing: name the secret that the function logs in with")
	case s.Port < 0 || s.Port > 65535:
		return strategy.Refused("port must be 1 to 65535, got %d", s.Port)
	case len(s.Roles) == 0:
		return strategy.Refused("roles is missing: list the roles to grant")
	case len(s.Roles) > maxRoles:
		return strategy.Refused("roles must be at most %d, got %d", maxRoles, len(s.Roles))
	case s.Owner == "":
		return strategy.Refused("owner is missing: name the role that takes over what the temporary role leaves")
	case s.Connections < 1 || s.Connections > maxConnections:
		return strategy.Refused("connections must be 1 to %d, got %d", maxConnections, s.Connections)
	}
	for _, name := range append(slices.Clone(s.Roles), s.Owner, s.Database, s.Host) {
		if err := checkName(name); err != nil {
			return strategy.Refused("name %q: %s", name, err)
		}
	}
	for i, name := range s.Roles {
		if name == "" {
			return strategy.Refused("roles[%d] is empty", i)
		}
		if slices.Contains(s.Roles[:i], name) {
			return strategy.Refused("roles lists %q twice", name)
		}
	}
	return nil
}

// checkName refuses a name that PostgreSQL would cut, or that holds characters that no
// name needs. Quoting takes care of all others.
func checkName(name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return errors.New("must have no control character")
	}
	if len(name) > maxName && !strings.Contains(name, ".") { // a host may be longer
		return fmt.Errorf("must have at most %d bytes, got %d", maxName, len(name))
	}
	return nil
}
