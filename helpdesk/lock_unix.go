//go:build unix

package helpdesk

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of an open file, or tells that another process has
// it. The kernel lets go of it however the process ends.
func lockFile(f *os.File) (taken bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
