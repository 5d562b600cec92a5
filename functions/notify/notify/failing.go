package notify

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// accessFailing is the type of the event that access can't be given, or taken
// back, yet.
const accessFailing = "fasttrack.access.failing"

// failing says what does not work yet, for a sentence that begins with the
// request; false if the run has moved on since.
func (e Event) failing() (string, bool) {
	last := e.Run.LastError
	switch {
	case last == nil:
		return "", false
	case last.Where == "take_back":
		return "is over, but access could not be taken back yet", true
	}
	return "was approved, but access could not be given yet", true
}

// failingLines say why, and when it is retried.
func (e Event) failingLines(line func(format string, args ...any)) {
	last := e.Run.LastError
	line("Error:    %s", text.Line(last.Text))
	line("Next try: %s", last.NextTryAt.UTC().Format(time.RFC3339))
}
