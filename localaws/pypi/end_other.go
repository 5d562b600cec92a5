//go:build !linux

package pypi

import "os/exec"

// endWithParent can't be had here: what is started outlives a process that is
// killed.
func endWithParent(*exec.Cmd) {}

func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
