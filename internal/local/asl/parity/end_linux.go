package parity

import (
	"os/exec"
	"syscall"
)

// endWithTest has the server die with the test process.
func endWithTest(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
