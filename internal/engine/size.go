package engine

// The limits at which a run ends, while there is still room to record its end.
const (
	// MaxTurns bounds the changes that one execution makes of a run. Package stepfn checks it against what one
	// execution can hold.
	MaxTurns = 1500
	// MaxSize bounds a run, in bytes of [run.Run.Size]. One act adds at most some
	// 50 KB: its reason in the history, the decision, the case and the summary. The
	// store checks it against the size of an item.
	MaxSize = 330 << 10
)

// isFull reports whether the run has reached a limit.
func (d *decider) isFull() bool {
	if d.Engine.Turn-d.Engine.FirstTurn >= MaxTurns {
		return true
	}
	return d.isLarge()
}

// isLarge reports whether the run's record has no more room than its end may take.
func (d *decider) isLarge() bool {
	size, err := d.Size()
	return err != nil || size > MaxSize
}
