package awsenv

import (
	"net/url"
	"os"
)

// OnThisMachine reports whether AWS's services are those of this machine (package
// localaws), and not AWS.
func OnThisMachine() bool {
	u, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		return false
	}
	switch u.Hostname() {
	case "127.0.0.1", "::1", "localhost":
		return true
	}
	return false
}
