// Package googlegroup grants membership of groups in Google Workspace by the Directory
// API: https://developers.google.com/workspace/admin/directory/reference/rest/v1/members
package googlegroup

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/membership"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/settings"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/token"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

const service = "Google"

// Options are what the strategy needs.
type Options struct {
	// Secret is the key of a service account, in the JSON that Google writes. It is nil
	// with Workload.
	Secret   token.Secret
	Workload *Workload
	// Admin is the administrator as whom the service account acts by domain-wide
	// delegation; "" if the account has an administrator's role itself.
	Admin string
	// Book records which access was made.
	Book membership.Book
	// URLs are Google's own if empty.
	URLs URLs
	// Transport sends the requests; nil is [http.DefaultTransport].
	Transport http.RoundTripper
}

// URLs are where Google's APIs are.
type URLs struct{ Directory, OAuth, STS, IAM string }

// New returns the functions of the strategy.
func New(o Options) strategy.Functions {
	o.URLs = URLs{
		Directory: cmp.Or(o.URLs.Directory, "https://admin.googleapis.com"), OAuth: cmp.Or(o.URLs.OAuth, "https://oauth2.googleapis.com"),
		STS: cmp.Or(o.URLs.STS, "https://sts.googleapis.com"), IAM: cmp.Or(o.URLs.IAM, "https://iamcredentials.googleapis.com"),
	}
	c := credentials{options: o, now: time.Now}
	client := rest.New(service, o.URLs.Directory, rest.Options{Credentials: token.New(o.Secret, c.mint, time.Now), Limited: limited, Transport: o.Transport})
	return membership.Functions(func(r *strategy.Request) (membership.Access, error) { return open(client, r) }, o.Book)
}

// targetSettings are those of a target.
type targetSettings struct {
	Group string `json:"group"`
	Role  string `json:"role"`
}

// roles are those of a group, from the lowest.
var roles = []string{"member", "manager", "owner"}

// groupName is an address, or an id as Google makes them.
var groupName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+'-]{0,63}(@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?$`)

// open reads the settings of a request.
func open(client *rest.Client, r *strategy.Request) (membership.Access, error) {
	var s targetSettings
	if settings.Decode(r.Target.Settings, &s) != nil {
		return nil, strategy.Refused("target %s: settings may have group and role, each a text, and nothing else", r.Target.ID)
	}
	if settings.Decode(r.Config, &struct{}{}) != nil {
		return nil, strategy.Refused("the flow's strategy block must have no key of its own")
	}
	if !groupName.MatchString(s.Group) {
		return nil, strategy.Refused("target %s: settings.group must be the address or the id of a group, got %q", r.Target.ID, s.Group)
	}
	level := slices.Index(roles, cmp.Or(s.Role, roles[0])) + 1
	if level == 0 {
		return nil, strategy.Refused("target %s: settings.role must be one of %s; got %q", r.Target.ID, strings.Join(roles, ", "), s.Role)
	}
	var held struct {
		GroupID string `json:"group_id"`
	}
	_ = json.Unmarshal(r.Held.Output, &held) // what give returned, if anything
	return &group{client: client, name: s.Group, level: level, id: held.GroupID}, nil
}
