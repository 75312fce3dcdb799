package disk

import "io"

// Content is the bytes of an open file, for code that takes them by the
// interfaces of package io. It is as safe for concurrent use as an *os.File.
type Content interface {
	io.ReadWriteSeeker
	io.ReaderAt
}
