//go:build !unix

package lambda

import "os/exec"

func detach(*exec.Cmd) {}

// killGroup ends the child. That it has ended already is no error.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
