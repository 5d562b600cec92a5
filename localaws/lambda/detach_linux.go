package lambda

import (
	"os/exec"
	"syscall"
)

// detach puts the child into a process group of its own, so that a Ctrl-C at
// the terminal reaches the parent alone, and has the kernel kill it when the
// parent dies, however it dies.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
