package newcomer_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

// kit plays docs/kit.md in the repository that is deployed.
func (n *newcomer) kit(t *testing.T, e *emulator.Emulator) {
	const page = "kit.md"
	n.play(t, page, n.language, nil, "On this machine", "Try a function alone")
	n.server.stop()
	n.play(t, page, n.language, nil, "Test", "Build", "Deploy")
	adopt(t, e)
	n.play(t, page, n.language, nil, "Strategies that come with fasttrack")
	n.strategy(t, e)
	n.play(t, page, n.language, nil, "Without SAM: CDK and Terraform")
	n.all(t, page, n.language)
}

// upgrade plays docs/upgrade.md: a release comes, and the newcomer goes to it and back.
// The rule decides in each.
func (n *newcomer) upgrade(t *testing.T, e *emulator.Emulator) {
	const page = "upgrade.md"
	n.publish(t, next)
	upgraded := ""
	to := func(version string) func(command, printed string) {
		return func(command, printed string) {
			if !strings.Contains(command, "fasttrack upgrade") {
				return
			}
			if upgraded = printed; !strings.Contains(printed, "fasttrack "+version+", was ") {
				t.Errorf("%q does not go to %s:\n%s", command, version, printed)
			}
		}
	}
	n.play(t, page, n.language, to(next), "Upgrade a deployment of your own")
	n.decides(t, e)
	n.addsAgain(t, upgraded, next)
	n.play(t, page, n.language, to(version), "Before you go back", "Go back")
	n.decides(t, e)
	n.all(t, page, n.language)
}

// decides has the own rule decide in what was deployed.
func (n *newcomer) decides(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	adopt(t, e)
	n.requests(t, "deployed", func(who string) []string { return n.people[who] }, " --stack "+stack)
}
