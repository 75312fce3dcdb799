package bench

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash/crc64"
	"io"
	"math/rand/v2"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/osssync/osssync/internal/bench/nullserver"
)

// tree is a number of files whose names, sizes, times and content follow from it, so
// that all machines measure with the same ones. Its files are in the order of paths.
type tree struct {
	name   string
	files  int
	least  int64 // size of a file, or of the smallest
	most   int64
	first  int64 // size of the first file if it is another, else 0
	folder int   // files in a folder
	seed   uint64
	edited bool // one file in 100 has other content, and a byte more
}

// scaled is t with fewer files, or with smaller ones if it has few.
func (t tree) scaled(by int) tree {
	if by <= 1 {
		return t
	}
	t.name += fmt.Sprintf("-%d", by)
	if t.files >= 1000 {
		t.files = max(t.files/by, t.folder)
		return t
	}
	t.least, t.most, t.first = t.least/int64(by), t.most/int64(by), t.first/int64(by)
	return t
}

// String tells trees apart that differ in any way.
func (t tree) String() string {
	return fmt.Sprintf("%d files of %d to %d, first %d, %d a folder, seed %d, edited %t\n", t.files, t.least, t.most, t.first, t.folder, t.seed, t.edited)
}

// file is the file of an index below tree.files.
type file struct {
	path     string
	size     int64
	modified time.Time // of no meaning if it was edited
	edited   bool
	key      [32]byte // of the generator of its content
}

// made is when the first file of every tree was last written, as far as its time stamp
// says; the others follow by the second. They are before uploaded.
var made = time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)

// uploaded is the time of the objects that a server has before a run.
var uploaded = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)

func (t tree) file(i int) file {
	at := i / t.folder
	f := file{
		path:     fmt.Sprintf("%03d/%03d/%06d.bin", at/100, at%100, i),
		size:     t.least,
		modified: made.Add(time.Duration(i) * time.Second),
	}
	drawn := rand.New(rand.NewPCG(t.seed, uint64(i)))
	if t.most > t.least {
		f.size += drawn.Int64N(t.most - t.least + 1)
	}
	if i == 0 && t.first > 0 {
		f.size = t.first
	}
	if f.edited = t.edited && i%100 == 50; f.edited {
		f.size++
	}
	f.key = sha256.Sum256(fmt.Appendf(nil, "%d %d %t", t.seed, i, f.edited))
	return f
}

// write writes the content of f. The buffer is for its use.
func (f file) write(w io.Writer, buffer []byte) error {
	content := rand.NewChaCha8(f.key)
	for left := f.size; left > 0; {
		n, err := content.Read(buffer[:min(left, int64(len(buffer)))])
		if err != nil {
			return err
		}
		if _, err := w.Write(buffer[:n]); err != nil {
			return err
		}
		left -= int64(n)
	}
	return nil
}

// objects are the objects that t makes below prefix.
func (t tree) objects(prefix string) ([]nullserver.Object, error) {
	all := make([]nullserver.Object, t.files)
	err := t.each(func(i int, f file, buffer []byte) error {
		sum, crc := md5.New(), crc64.New(ecma)
		if err := f.write(io.MultiWriter(sum, crc), buffer); err != nil {
			return err
		}
		all[i] = nullserver.Object{
			Key: prefix + f.path, Size: f.size, CRC64: crc.Sum64(), Modified: uploaded, FileTime: f.modified,
		}
		copy(all[i].MD5[:], sum.Sum(nil))
		return nil
	})
	return all, err
}

var ecma = crc64.MakeTable(crc64.ECMA)

// each calls do for every file, on as many goroutines as there are processors.
func (t tree) each(do func(i int, f file, buffer []byte) error) error {
	var g errgroup.Group
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		g.Go(func() error {
			buffer := make([]byte, 1<<20)
			for i := w; i < t.files; i += workers {
				if err := do(i, t.file(i), buffer); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}
