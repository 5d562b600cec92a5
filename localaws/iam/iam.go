// Package iam serves AWS IAM's GetRole and ListRoles.
package iam

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// Role is one that is listed.
type Role struct{ Path, Name, ID, ARN string }

// New returns a service that lists what roles returns.
func New(created time.Time, roles func() []Role) wire.Service {
	s := service{created, roles}
	return wire.Service{Name: "iam", MaxBody: 1 << 16, Operations: map[string]wire.Operation{
		"GetRole":   wire.Form(s.getRole, "RoleName"),
		"ListRoles": wire.Form(s.listRoles, "PathPrefix", "Marker", "MaxItems"),
	}}
}

type service struct {
	created time.Time
	roles   func() []Role
}

// roleOutput is a role without its trust policy: nobody assumes roles here.
type roleOutput struct {
	Path, RoleName, RoleId, Arn, CreateDate string //nolint:revive // as the service spells it
	MaxSessionDuration                      int
}

func (s service) output(r Role) roleOutput {
	return roleOutput{r.Path, r.Name, r.ID, r.ARN, s.created.UTC().Format(time.RFC3339), 3600}
}

func (s service) getRole(form url.Values) (any, error) {
	for _, r := range s.roles() {
		if r.Name == form.Get("RoleName") {
			return struct{ Role roleOutput }{s.output(r)}, nil
		}
	}
	return nil, &wire.Failure{Status: 404, Code: "NoSuchEntity", Message: "The role with name " + form.Get("RoleName") + " cannot be found."}
}

// listRoles lists roles by name
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html).
func (s service) listRoles(form url.Values) (any, error) {
	size, from := 100, 0
	var err error
	if text := form.Get("MaxItems"); text != "" {
		if size, err = strconv.Atoi(text); err != nil || size < 1 || size > 1000 {
			return nil, wire.Fail("ValidationError", "MaxItems must be 1 to 1000, got %q", text)
		}
	}
	if text := form.Get("Marker"); text != "" {
		raw, _ := base64.RawURLEncoding.DecodeString(text)
		if from, err = strconv.Atoi(string(raw)); err != nil || from < 0 {
			return nil, wire.Fail("ValidationError", "Invalid Marker.")
		}
	}
	roles := slices.DeleteFunc(slices.Clone(s.roles()), func(r Role) bool { return !strings.HasPrefix(r.Path, form.Get("PathPrefix")) })
	from = min(from, len(roles))
	to := min(from+size, len(roles))
	var out struct {
		Roles       []roleOutput `xml:"Roles>member"`
		IsTruncated bool
		Marker      string `xml:",omitempty"`
	}
	for _, r := range roles[from:to] {
		out.Roles = append(out.Roles, s.output(r))
	}
	if to < len(roles) {
		out.IsTruncated, out.Marker = true, base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return out, nil
}
