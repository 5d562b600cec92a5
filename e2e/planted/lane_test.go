package planted

const (
	handOver    = "./internal/local ./e2e/torture"
	handOvers   = "TestHandOver|TestTheLane|TestRestoreBy|TestStateMachine"
	laneFile    = "statemachine.asl.json"
	existsCatch = `      "Catch": [
        { "ErrorEquals": ["StepFunctions.ExecutionAlreadyExistsException"], "ResultPath": null, "Next": "HandedOver" }
      ],
`
)

// The first state of the file that a bug fits is HandOver, or OnRequest.
var _ = plant(
	bug{"call a hook for which the lane has no time", "internal/engine/stepfn/lane.go", "time.Second+laneReserve <= laneTime", "time.Second <= laneTime", "./internal/step", "TestTheLaneHandsOverInTime"},
	bug{"look for a hand-over at the end of the review alone", "internal/run/clock.go", "r.Engine.TokenOrder.EnteredAt.IsZero()", "false", "./internal/engine", "TestDueAt"},
	bug{"fail the lane that hands over second", laneFile, existsCatch, "", handOver, handOvers},
	bug{"hand over at one attempt", laneFile, `"MaxAttempts": 150`, `"MaxAttempts": 0`, handOver, handOvers},
	bug{"hand over under a name of the lane's own", laneFile, `"Name.$": "$$.Execution.Name"`, `"Name.$": "States.Format('{}-lane', $$.Execution.Name)"`, handOver, handOvers},
	bug{"hand over to an execution that does not say what was requested", laneFile, ",\n          \"asked.$\": \"$$.Execution.Input.hook.ask.run\"", "", handOver, handOvers},
	bug{"retry a hook until the lane has no time", laneFile, `"MaxAttempts": 3`, `"MaxAttempts": 24`, "./internal/step", "TestTheLaneHandsOverInTime"},
	bug{"call each hook in the lane", laneFile, `{ "Variable": "$.in_lane", "BooleanEquals": true }`, `{ "Variable": "$.in_lane", "IsPresent": true }`, "./internal/local", "TestStateMachine"},
	bug{"hand over a hook without the hook", laneFile, `"StringEquals": "Hook", "Next": "HandOverHook" }`, `"StringEquals": "Hook", "Next": "HandOver" }`, "./internal/local", "TestStateMachine"},
	bug{"end the lane where Record fails", laneFile, `{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "HandOverHook" }`, `{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.stuck", "Next": "Broken" }`, handOver, handOvers},
	bug{"start what the lane still has", "functions/reconcile/reconcile/run.go", "settled = 5 * time.Minute", "settled = time.Minute", "./functions/reconcile/reconcile", "TestTheLaneIsLeftAlone"},
	bug{"start an execution that does not say what was requested", "functions/reconcile/reconcile/sweep.go", "in[\"asked\"], err = json.Marshal(asked)", "_, err = json.Marshal(asked)", "./e2e/torture", "TestRestoreBy"},
)
