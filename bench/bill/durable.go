package bill

// DurableStep is one durable operation of a request, were the engine a durable function of
// Lambda (https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html). Nothing of
// it was built or run.
type DurableStep struct {
	What string
	// Bytes are what the operation's checkpoint holds: the response of a hook, or which
	// state comes next. The request itself would stay in the table.
	Bytes float64
}

// DurableSteps are those of a request without and with a reviewer, without and with access.
// The start of the execution is one, and so is each step that completes and each wait
// (https://aws.amazon.com/lambda/pricing/). Retries would come on top.
func DurableSteps(reviewed, access bool) []DurableStep {
	steps := []DurableStep{{"the execution is started", 200}, {"on_request is called", 500}, {"its outcome is recorded", 500}}
	if reviewed {
		steps = append(steps, DurableStep{"waits for people, by a callback", 200}, DurableStep{"the decision is recorded", 500})
	}
	if access {
		steps = append(steps, DurableStep{"access is granted", 500}, DurableStep{"that is recorded", 500},
			DurableStep{"waits for its end, by a callback", 200}, DurableStep{"access is removed", 500}, DurableStep{"the end is recorded", 500})
	}
	return steps
}

// Durable estimates what a request would take, from what it takes now: operations and the
// bytes of their checkpoints in place of executions. Every wait ends in one more invocation,
// which replays what came before. kept is for how many months AWS keeps the checkpoints.
func (u Usage) Durable(reviewed, access bool, kept float64) Usage {
	out := Usage{}
	for id, units := range u {
		if id != "transitions" && id != "express" && id != "express-time" {
			out[id] = units
		}
	}
	for _, s := range DurableSteps(reviewed, access) {
		out["durable-operations"]++
		out["durable-written"] += s.Bytes
		out["durable-kept"] += s.Bytes * kept
	}
	for _, waits := range []bool{reviewed, access} {
		if waits {
			out["invocations"]++
		}
	}
	return out
}
