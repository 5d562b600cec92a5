//go:build unix && !linux

package lambda

import (
	"os/exec"
	"syscall"
)

// detach puts the child into a process group of its own, so that a Ctrl-C at
// the terminal reaches the parent alone. When the parent dies without Close the
// child's next call of the Runtime API fails, which ends every runtime client.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
