package engine

import (
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func (d *decider) endOfTime() string {
	return fmt.Sprintf("The %s of access are over.", run.Spell(d.DurationSeconds))
}
