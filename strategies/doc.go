// Package strategies holds strategy functions for systems that many teams have. Each
// folder is one: a command that serves version 2 of the strategy contract by the SDK
// strategy, the package with its logic, and template.yaml, an application of its own
// for the SAM CLI. docs/strategies.md describes them.
//
// They are deployed one by one, beside fasttrack, and releases bring them
// (internal/kit/strategies). Their dependencies and rights are in no function of the
// engine.
package strategies
