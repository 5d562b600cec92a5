package engine

import (
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func (d *decider) endOfTime() string {
	if d.Endless() {
		return fmt.Sprintf("Not confirmed: nobody said by %s that the access is still needed.", d.Access.EndsAt.Format(time.RFC3339))
	}
	return fmt.Sprintf("The %s of access are over.", run.Spell(d.DurationSeconds))
}
