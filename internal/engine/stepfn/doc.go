// Package stepfn is what the engine has of AWS Step Functions and AWS Lambda: the
// document that goes from state to state, its limits, and the names of executions.
//
// It builds on package engine, which doesn't know it.
package stepfn
