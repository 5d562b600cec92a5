package hook

import (
	"log/slog"
	"os"
	"time"
)

// logger writes JSON lines. They hold no value of the request, and no text of a hook's
// error, which could quote one and is in the run's history.
var logger = slog.New(slog.NewJSONHandler(os.Stdout, nil))

// logHook writes the log line of a hook.
func logHook(failed bool, in invocation, hook, outcome string, started time.Time) {
	log := logger.Info
	if failed {
		log = logger.Error
	}
	log("hook", "run_id", in.Run.ID, "flow", in.Run.Flow.Name, "hook", hook, "outcome", outcome, "took_ms", time.Since(started).Milliseconds())
}
