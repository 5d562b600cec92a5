package starter

import "github.com/fasttrack-dev/fasttrack/internal/kit/folder"

// Step is a command to run in a new folder.
type Step struct{ Command, About string }

// Steps returns what to do first in a new folder, in order.
func Steps(o Options) []Step {
	var steps []Step
	run, check, deploy := "make run", "make check", "make deploy"
	switch o.Language {
	case folder.Go:
		if o.Version == "" {
			steps = append(steps, Step{"go get -tool github.com/fasttrack-dev/fasttrack/cmd/fasttrack", "once: this build has no version"})
		}
		steps = append(steps, Step{"go mod tidy", "once: adds the SDK, and go.sum"}, Step{"make test", "the tests, the flows and the hooks"})
	case folder.Python:
		steps = append(steps, Step{"make test", "the tests, the flows and the hooks"})
	case folder.Node:
		run, check, deploy = "npm start", "npm run check", "npm run deploy"
		steps = append(steps, Step{"npm install", "once: adds package-lock.json"}, Step{"npm test", "the tests, the flows and the hooks"})
	}
	return append(steps,
		Step{run, "serves all of it on this machine"},
		Step{check, "what to replace before it is deployed"},
		Step{deploy, "to the AWS account of your credentials"})
}

// Command returns how a team calls fasttrack in its folder.
func Command(l folder.Language) string {
	switch l {
	case folder.Go:
		return "go tool fasttrack"
	case folder.Node:
		return "npx fasttrack"
	}
	return "fasttrack"
}
