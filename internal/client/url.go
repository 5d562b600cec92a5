package client

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/loopback"
)

// CheckURL refuses what is not the URL of an API, and plain http to another
// machine: everybody on the way could read the token and act with it.
func CheckURL(apiURL string) error {
	if !strings.Contains(apiURL, "://") {
		scheme := "https://"
		if u, err := url.Parse(scheme + apiURL); err == nil && loopback.Is(u.Hostname()) {
			scheme = "http://"
		}
		return fmt.Errorf("the API's URL %q has no scheme; did you mean %s%s?", apiURL, scheme, apiURL)
	}
	u, err := url.Parse(apiURL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("the API's URL must be like https://abc123.execute-api.eu-west-1.amazonaws.com, got %q", apiURL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("the API's URL must have no user, query or fragment, got %q", u.Redacted())
	case u.Scheme == "http" && !loopback.Is(u.Hostname()):
		return fmt.Errorf("the API's URL must start with https://: over http everybody on the way to %s could read your token; http is for this machine alone", u.Hostname())
	}
	return nil
}
