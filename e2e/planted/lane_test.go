package planted

var _ = plant(
	bug{"call a hook for which the lane has no time", "internal/engine/stepfn/lane.go", "time.Second+laneReserve <= laneTime", "time.Second <= laneTime", "./internal/step", "TestTheLaneHandsOverInTime"},
	bug{"look for a hand-over at the end of the review alone", "internal/run/clock.go", "r.Engine.TokenOrder.EnteredAt.IsZero()", "false", "./internal/engine", "TestDueAt"},
)
