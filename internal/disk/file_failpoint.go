//go:build failpoint

package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// ContentOf gives f as a stream and as a reader at offsets.
func ContentOf(f *os.File) Content { return content{f} }

type content struct{ file *os.File }

func (c content) Read(p []byte) (int, error) {
	return move(Call{Op: OpRead, Path: c.file.Name(), Offset: position(c.file)}, p, c.file.Read)
}

func (c content) ReadAt(p []byte, offset int64) (int, error) {
	return move(Call{Op: OpRead, Path: c.file.Name(), Offset: offset}, p, func(p []byte) (int, error) { return c.file.ReadAt(p, offset) })
}

func (c content) Write(p []byte) (int, error) { return Write(c.file, p) }

func (c content) Seek(offset int64, whence int) (int64, error) { return c.file.Seek(offset, whence) }

// position is where a read or write without an offset will be.
func position(f *os.File) int64 {
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0 // a pipe
	}
	return at
}

// Write is [os.File.Write].
func Write(f *os.File, p []byte) (int, error) {
	return move(Call{Op: OpWrite, Path: f.Name(), Offset: position(f)}, p, f.Write)
}

// Append is [os.File.Write] to a file opened with [os.O_APPEND].
func Append(f *os.File, p []byte) (int, error) {
	return move(Call{Op: OpWrite, Path: f.Name(), Offset: end(f)}, p, f.Write)
}

// end is where an append will be.
func end(f *os.File) int64 {
	fi, err := f.Stat()
	if err != nil {
		return 0 // closed
	}
	return fi.Size()
}

// WriteAt is [os.File.WriteAt].
func WriteAt(f *os.File, p []byte, offset int64) (int, error) {
	return move(Call{Op: OpWrite, Path: f.Name(), Offset: offset}, p, func(p []byte) (int, error) { return f.WriteAt(p, offset) })
}

// ReadNames is [os.File.Readdirnames].
func ReadNames(dir *os.File, n int) ([]string, error) {
	return give(Call{Op: OpReadDir, Path: dir.Name()}, func() ([]string, error) { return dir.Readdirnames(n) })
}

// StatFile is [os.File.Stat].
func StatFile(f *os.File) (fs.FileInfo, error) {
	return give(Call{Op: OpStat, Path: f.Name()}, f.Stat)
}

// Sync is [os.File.Sync].
func Sync(f *os.File) error { return pass(Call{Op: OpSync, Path: f.Name()}, f.Sync) }

// Truncate is [os.File.Truncate].
func Truncate(f *os.File, size int64) error {
	return pass(Call{Op: OpTruncate, Path: f.Name(), Offset: size}, func() error { return f.Truncate(size) })
}

// Chmod is [os.File.Chmod].
func Chmod(f *os.File, mode fs.FileMode) error {
	return pass(Call{Op: OpChmod, Path: f.Name(), Mode: mode}, func() error { return f.Chmod(mode) })
}

// SetModTime sets the modification time of an open file.
func SetModTime(f *os.File, t time.Time) error {
	return pass(Call{Op: OpChtimes, Path: f.Name()}, func() error { return setModTime(f, t) })
}

// Close is [os.File.Close] of a file that was written to.
func Close(f *os.File) error {
	made := false
	err := pass(Call{Op: OpClose, Path: f.Name()}, func() error {
		made = true
		return f.Close()
	})
	if !made {
		err = errors.Join(err, f.Close())
	}
	return err
}
