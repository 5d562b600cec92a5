package pypi

import (
	"os/exec"
	"syscall"
)

// EndWithTest has what is started die with the test process.
func EndWithTest(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
