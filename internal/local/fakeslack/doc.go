// Package fakeslack is a Slack workspace on this machine, for an app that has none to try
// itself in. It answers the methods of the Web API that fasttrack calls, with Slack's
// limits, errors and rate limits, and calls the app as Slack does: signed, with triggers
// that hold once and for three seconds, and three seconds to answer. Its pages let a
// person act as any member.
//
// It follows docs.slack.dev. What it doesn't know it refuses by name.
package fakeslack
