// Package stepfn is what the engine has of AWS Step Functions and AWS Lambda: the
// document that goes from state to state, its limits, and the errors that the state
// machine caught. Names of executions are in package step.
//
// It builds on package engine, which doesn't know it.
package stepfn
