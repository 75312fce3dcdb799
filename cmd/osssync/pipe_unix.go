//go:build unix

package main

import (
	"errors"
	"syscall"
)

// readerLeft reports that nobody reads a pipe any more.
func readerLeft(err error) bool { return errors.Is(err, syscall.EPIPE) }
