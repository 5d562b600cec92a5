package notify

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// failing returns what fails, for a sentence that begins with the request. It is
// false if the request has moved on since.
func failing(e api.Event) (string, bool) {
	last := e.Request.LastError
	switch {
	case last == nil:
		return "", false
	case last.Where == "take_back":
		return "is over, but access could not be removed yet", true
	case last.Where == "confirm" && last.NextTryAt.IsZero():
		return "was confirmed, but access could not be granted anew", true
	case last.Where == "confirm":
		return "was confirmed, but access could not be granted anew yet", true
	}
	return "was approved, but access could not be granted yet", true
}

// failingLines writes why, and when it is retried.
func failingLines(e api.Event, line func(format string, args ...any)) {
	last := e.Request.LastError
	line("Error:    %s", text.Line(last.Text))
	if !last.NextTryAt.IsZero() {
		line("Next try: %s", last.NextTryAt.UTC().Format(time.RFC3339))
	}
}
