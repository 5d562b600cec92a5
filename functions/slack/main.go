// Command slack serves Slack's commands, clicks, forms and events. It is deployed where
// the parameter SlackTeams names a workspace.
package main

import "github.com/fasttrack-dev/fasttrack/functions/slack/slack"

func main() { slack.Start() }
