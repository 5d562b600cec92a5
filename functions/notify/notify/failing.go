package notify

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// failing says what does not work yet, for a sentence that begins with the
// request; false if the run has moved on since.
func failing(e api.Event) (string, bool) {
	last := e.Request.LastError
	switch {
	case last == nil:
		return "", false
	case last.Where == "take_back":
		return "is over, but access could not be taken back yet", true
	}
	return "was approved, but access could not be given yet", true
}

// failingLines say why, and when it is retried.
func failingLines(e api.Event, line func(format string, args ...any)) {
	last := e.Request.LastError
	line("Error:    %s", text.Line(last.Text))
	line("Next try: %s", last.NextTryAt.UTC().Format(time.RFC3339))
}
