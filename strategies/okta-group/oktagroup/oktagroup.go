// Package oktagroup grants membership of groups in Okta by its management API:
// https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/
package oktagroup

import (
	"net/http"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/membership"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/settings"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/token"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

const service = "Okta"

// Options are what the strategy needs.
type Options struct {
	// URL is that of the organization, such as https://acme.okta.com.
	URL string
	// Secret is an API token, or the key of a service app.
	Secret token.Secret
	// Book records which access was made.
	Book membership.Book
	// Transport sends the requests; nil is [http.DefaultTransport].
	Transport http.RoundTripper
}

// New returns the functions of the strategy.
func New(o Options) strategy.Functions {
	o.URL = strings.TrimRight(o.URL, "/")
	mint := credentials{o.URL, o.Transport, time.Now}.mint
	client := rest.New(service, o.URL, rest.Options{Credentials: token.New(o.Secret, mint, time.Now), Limited: limited, Transport: o.Transport})
	return membership.Functions(func(r *strategy.Request) (membership.Access, error) { return open(client, o.URL, r) }, o.Book)
}

// targetSettings are those of a target, config those of the flow's strategy block.
type (
	targetSettings struct {
		Group string `json:"group"`
	}
	config struct {
		User string `json:"user"`
	}
)

// open reads the settings of a request.
func open(client *rest.Client, baseURL string, r *strategy.Request) (membership.Access, error) {
	var s targetSettings
	if err := settings.Decode(r.Target.Settings, &s); err != nil {
		return nil, strategy.Refused("target %s: settings must be {group: ID} alone", r.Target.ID)
	}
	if !isGroupID(s.Group) {
		return nil, strategy.Refused("target %s: settings.group must be the id of a group in Okta, such as 00g1emaKYZTWRYYRRTSK; got %q", r.Target.ID, s.Group)
	}
	var c config
	if err := settings.Decode(r.Config, &c); err != nil {
		return nil, strategy.Refused("the flow's strategy block may have user, and no other key of its own")
	}
	switch c.User {
	case "":
		c.User = byLogin
	case byLogin, byEmail:
	default:
		return nil, strategy.Refused("user in the flow's strategy block must be login or email, got %q", c.User)
	}
	return group{client: client, org: baseURL, id: s.Group, user: c.User}, nil
}

// isGroupID reports whether s has the form of Okta's ids of groups.
func isGroupID(s string) bool {
	other := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	return len(s) == 20 && strings.HasPrefix(s, "00g") && !strings.ContainsFunc(s, other)
}
