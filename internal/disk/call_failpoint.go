//go:build failpoint

package disk

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Op is the kind of a call. [Step] adds kinds of its own.
type Op string

const (
	OpOpen     Op = "open"   // of a file, or of a directory as such or as a root
	OpCreate   Op = "create" // an open with os.O_CREATE, whether the file was there or not
	OpMkdir    Op = "mkdir"  // MkdirAll is one: Path and what is missing above it
	OpRead     Op = "read"
	OpWrite    Op = "write"
	OpReadDir  Op = "readdir"
	OpLstat    Op = "lstat"
	OpStat     Op = "stat" // through links, or of an open file
	OpSync     Op = "sync" // of a file or a directory
	OpTruncate Op = "truncate"
	OpChmod    Op = "chmod"
	OpChtimes  Op = "chtimes"
	OpClose    Op = "close"
	OpRename   Op = "rename"
	OpLink     Op = "link"
	OpRemove   Op = "remove"
	OpRmdir    Op = "rmdir"
)

// Call is one call of a function of this package.
type Call struct {
	Op  Op
	Nth int // how many calls of Op the gate has seen, this one included
	Seq int // likewise of any Op

	// Path is absolute, and what the root or file was opened as: a rename of the
	// directory above does not show. Before a temporary file is made it ends in
	// the pattern of the name, after that in the name.
	Path string
	To   string // second path of a rename or link

	// Data is what is to be written or, after a read, what was read, which a gate
	// may alter. It is valid until Before or After returns.
	Data   []byte
	Offset int64 // of a read or write, in bytes; of a truncate, the size
	N      int   // of a read or write: bytes to be moved, and afterwards those that were
	Flag   int   // of an open or create
	Mode   fs.FileMode

	root *os.Root // below which Path and To are, until locate
}

// locate makes the paths absolute. Only a gate wants that.
func (c *Call) locate() {
	if c.root != nil {
		c.Path = filepath.Join(c.root.Name(), c.Path)
	}
	c.Path = absolute(c.Path)
	if c.To == "" {
		return
	}
	if c.root != nil {
		c.To = filepath.Join(c.root.Name(), c.To)
	}
	c.To = absolute(c.To)
}

// refusal is the error of a call that the gate refused.
func (c *Call) refusal(err error) error {
	if c.To != "" {
		return &os.LinkError{Op: string(c.Op), Old: c.Path, New: c.To, Err: err}
	}
	return &fs.PathError{Op: string(c.Op), Path: c.Path, Err: err}
}

// Short is an error of Before that lets N bytes of a read or write through, or as
// many as there are, and then fails it with Err, which must not be nil. Calls of
// other kinds it refuses as any error does.
type Short struct {
	N   int
	Err error
}

func (e *Short) Error() string { return fmt.Sprintf("short by gate at %d bytes: %v", e.N, e.Err) }
func (e *Short) Unwrap() error { return e.Err }

func opening(path string, flag int, perm fs.FileMode) Call {
	op := OpOpen
	if flag&os.O_CREATE != 0 {
		op = OpCreate
	}
	return Call{Op: op, Path: path, Flag: flag, Mode: perm}
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
