package localfs

import (
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/ecma"
)

// Sums are the checksums of one state of a file.
type Sums struct {
	MD5   [md5.Size]byte
	CRC64 uint64 // CRC-64/XZ (ECMA-182 polynomial), as in x-oss-hash-crc64ecma
	Size  int64  // bytes
	Stat  Stat   // the state they belong to; equals what Hash was asked for
}

// hashBuffer is large enough that system calls vanish beside MD5, and small
// enough that both passes over it find it in the second-level cache.
const hashBuffer = 256 << 10

var hashBuffers = sync.Pool{New: func() any { return new([hashBuffer]byte) }}

// Hash reads the file at path once and gives its checksums, if it is and stays
// the regular file that want describes: same inode, size, times and mode before
// and after, under the same name. Otherwise the error wraps ErrChanged (and
// fs.ErrNotExist, when the file is gone). It never waits for the writer of a
// FIFO, never reads more than want.Size bytes, and ends within one
// buffer when ctx ends. Symbolic links are followed inside the root, so that
// Hash serves what Walk found behind one.
//
// RACE: a writer that changes bytes and sets the times back within the clock
// tick of the file system is not seen.
func (r *Root) Hash(ctx context.Context, path string, want Stat) (Sums, error) {
	return r.HashAs(ctx, path, func(found Stat) bool { return found == want })
}

// HashAs is Hash of a file that fits, for those who know less of it than a whole
// Stat. What it is before the reading it has to be afterwards, in all of its Stat.
func (r *Root) HashAs(ctx context.Context, path string, fits func(Stat) bool) (Sums, error) {
	if p := CheckPath(path); p != None {
		return Sums{}, &PathError{Path: path, Problem: p}
	}
	sums, err := r.hash(ctx, r.root, path, fits)
	if err != nil {
		return Sums{}, fmt.Errorf("hash %q: %w", path, err)
	}
	return sums, nil
}

func (r *Root) hash(ctx context.Context, at *os.Root, name string, fits func(Stat) bool) (sums Sums, err error) {
	err = r.readStable(at, name, fits, func(f io.Reader, found Stat) error {
		sums.Stat = found
		return sums.read(ctx, f, found.Size)
	})
	return sums, err
}

// Hasher hashes many files, with a third fewer system calls where those of a folder
// come together: it keeps the folder of the newest open. Its zero value with a Root is
// ready; it is for one goroutine at a time.
//
// RACE: a folder that is moved away while its files are hashed is not noticed until the
// next folder. Who acts on a file looks at it again by its whole path.
type Hasher struct {
	Root *Root

	dir string
	at  *os.Root // nil: none is open
}

// HashAs is [Root.HashAs].
func (h *Hasher) HashAs(ctx context.Context, path string, fits func(Stat) bool) (Sums, error) {
	if i := strings.LastIndexByte(path, '/'); i > 0 && CheckPath(path) == None && h.enter(path[:i]) {
		if sums, err := h.Root.hash(ctx, h.at, path[i+1:], fits); err == nil {
			return sums, nil
		}
	}
	// Also to say what is wrong, and for links that lead out of their folder.
	return h.Root.HashAs(ctx, path, fits)
}

// enter reports whether the folder is open.
func (h *Hasher) enter(dir string) bool {
	if h.at != nil && h.dir == dir {
		return true
	}
	h.Close()
	at, err := disk.OpenSub(h.Root.root, dir)
	if err != nil {
		return false
	}
	h.dir, h.at = dir, at
	return true
}

// Close releases the folder. The Hasher can be used again.
func (h *Hasher) Close() {
	if h.at != nil {
		h.at.Close() // only looked at: there is nothing that could be lost
		h.at = nil
	}
}

// read fills in the sums of the first size bytes of f, which must be there.
func (s *Sums) read(ctx context.Context, f io.Reader, size int64) error {
	buf := hashBuffers.Get().(*[hashBuffer]byte)
	defer hashBuffers.Put(buf)
	m := md5.New()
	f = io.LimitReader(f, size)
	for {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		n, err := f.Read(buf[:])
		m.Write(buf[:n])
		s.CRC64 = ecma.Update(s.CRC64, buf[:n])
		s.Size += int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if s.Size != size {
		return ErrChanged
	}
	m.Sum(s.MD5[:0])
	return nil
}
