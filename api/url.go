package api

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// CheckURL returns an error unless apiURL can be the URL of an API: https, or http on
// this machine. Over plain http to another machine, anybody on the way could read
// the credentials.
func CheckURL(apiURL string) error {
	if !strings.Contains(apiURL, "://") {
		scheme := "https://"
		if u, err := url.Parse(scheme + apiURL); err == nil && isLoopback(u.Hostname()) {
			scheme = "http://"
		}
		return fmt.Errorf("API URL %q has no scheme; did you mean %s%s?", apiURL, scheme, apiURL)
	}
	u, err := url.Parse(apiURL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("API URL must be like https://abc123.execute-api.eu-west-1.amazonaws.com, got %q", apiURL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("API URL must have no user, query or fragment, got %q", u.Redacted())
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return fmt.Errorf("API URL must start with https://: over http, anybody on the way to %s could read your credentials; http is for this machine only", u.Hostname())
	}
	return nil
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
