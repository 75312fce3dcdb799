//go:build !failpoint

package disk

import (
	"io/fs"
	"os"
	"time"
)

// ContentOf gives f as a stream and as a reader at offsets.
func ContentOf(f *os.File) Content { return f }

// Write is [os.File.Write].
func Write(f *os.File, p []byte) (int, error) { return f.Write(p) }

// Append is [os.File.Write] to a file opened with [os.O_APPEND].
func Append(f *os.File, p []byte) (int, error) { return f.Write(p) }

// WriteAt is [os.File.WriteAt].
func WriteAt(f *os.File, p []byte, offset int64) (int, error) { return f.WriteAt(p, offset) }

// ReadNames is [os.File.Readdirnames].
func ReadNames(dir *os.File, n int) ([]string, error) { return dir.Readdirnames(n) }

// StatFile is [os.File.Stat].
func StatFile(f *os.File) (fs.FileInfo, error) { return f.Stat() }

// Sync is [os.File.Sync].
func Sync(f *os.File) error { return f.Sync() }

// Truncate is [os.File.Truncate].
func Truncate(f *os.File, size int64) error { return f.Truncate(size) }

// Chmod is [os.File.Chmod].
func Chmod(f *os.File, mode fs.FileMode) error { return f.Chmod(mode) }

// SetModTime sets the modification time of an open file, whatever its name means
// by now, and its access time with it where the system has no call for one alone.
// Precision is that of the system: 1 ns on Linux, 1 us on other kinds of Unix,
// 100 ns on Windows.
func SetModTime(f *os.File, t time.Time) error { return setModTime(f, t) }

// Close is [os.File.Close] of a file that was written to. Others need no gate.
func Close(f *os.File) error { return f.Close() }
