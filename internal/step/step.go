// Package step is the contract between the state machine and the functions that
// it calls: the requests and responses of functions/record and functions/grant,
// the names of executions, and the types of the errors that statemachine.asl.json
// catches. functions/reconcile speaks it too. It also holds what every function
// does around an invocation; see [Invoke].
package step
