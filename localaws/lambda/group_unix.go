//go:build unix

package lambda

import (
	"os/exec"
	"syscall"
)

// killGroup ends the child and what it started. That none is left is no error.
func killGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}
