//go:build !linux

package pypi

import "os/exec"

// endWithParent does nothing here: the command outlives a process that is killed.
func endWithParent(*exec.Cmd) {}

func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
