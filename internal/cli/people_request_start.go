package cli

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/localtime"
)

// readStart reads --starts-at as the clocks of --time-zone show it, by default those of
// this machine. It returns the zero time if none is given.
func readStart(at, zone string) (time.Time, error) {
	if at == "" {
		return time.Time{}, nil
	}
	in := time.Local
	if zone != "" {
		var err error
		if in, err = localtime.Zone(zone); err != nil {
			return time.Time{}, usageError{fmt.Errorf("--time-zone: %w", err)}
		}
	}
	start, err := localtime.Parse(at, in)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("--starts-at: %w", err)}
	}
	return start, nil
}
