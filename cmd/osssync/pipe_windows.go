package main

import (
	"errors"

	"golang.org/x/sys/windows"
)

// readerLeft reports that nobody reads a pipe any more.
func readerLeft(err error) bool {
	return errors.Is(err, windows.ERROR_NO_DATA) || errors.Is(err, windows.ERROR_BROKEN_PIPE)
}
