//go:build !unix

package datafolder

import (
	"errors"
	"os"
)

// errLocked reports that another process has the lock.
var errLocked = errors.New("another process has the lock")

// lock does nothing: without flock, the table's own lock keeps a second process out.
func lock(*os.File) error { return nil }
