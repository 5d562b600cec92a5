//go:build unix

package datafolder

import (
	"errors"
	"os"
	"syscall"
)

// errLocked reports that another process has the lock.
var errLocked = errors.New("another process has the lock")

// lock takes the lock, which the kernel drops with the process.
func lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}
