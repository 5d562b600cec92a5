package hook

import (
	"log/slog"
	"os"
	"time"
)

// logger writes JSON lines. No line has a value of the request in it, nor what
// a hook's error says, which could quote one: that is in the run's history.
var logger = slog.New(slog.NewJSONHandler(os.Stdout, nil))

// logHook writes the one line of a hook.
func logHook(failed bool, a asked, hook, outcome string, started time.Time) {
	log := logger.Info
	if failed {
		log = logger.Error
	}
	log("hook", "run_id", a.Run.ID, "flow", a.Run.Flow.Name, "hook", hook, "outcome", outcome, "took_ms", time.Since(started).Milliseconds())
}
