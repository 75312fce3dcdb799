package ossserver

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// inlineLimit is the largest body that goes into the database rather than into
// a file of its own. A file costs an inode, two more disk syncs and an unlink;
// a body in the database shares the syncs of its commit but is copied once more
// by it. At 16 KiB four of five files of a source tree stay inline.
const inlineLimit = 16 << 10

// noInline is the inline limit for bodies that must be files: those of parts,
// which Complete joins by name.
const noInline = -1

const copyBuffer = 256 << 10

// staged is a body that was received and is durable where it is a file, but
// that no name leads to yet. It is either put into a transaction or discarded.
type staged struct {
	inline []byte
	file   uint64 // 0 when inline
	size   int64
	md5    [md5.Size]byte
	crc    uint64
}

// etag is the ETag of an object or part received in one piece.
func (b *staged) etag() string { return upperHex(b.md5[:]) }

func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// errTooLarge is returned by stage for a body over maxPutSize.
var errTooLarge = errors.New("body over the size limit")

func newBuffer() any { return new([copyBuffer]byte) }

// stage receives a body to its end. Bodies up to inline bytes stay in memory;
// the memory for others does not depend on their size. The length is what was
// announced, or -1.
func (st *store) stage(body io.Reader, length int64, inline int) (*staged, error) {
	if 0 <= length && length <= int64(inline) {
		return stageInline(body, make([]byte, length))
	}
	buf := st.buffers.Get().(*[copyBuffer]byte)
	defer st.buffers.Put(buf)
	n, ended, err := fill(body, buf)
	if err != nil {
		return nil, err
	}
	if ended && n <= inline {
		return newInline(bytes.Clone(buf[:n])), nil
	}
	return st.stageFile(body, buf, n, ended)
}

func stageInline(body io.Reader, data []byte) (*staged, error) {
	if _, err := io.ReadFull(body, data); err != nil {
		return nil, err
	}
	return newInline(data), nil
}

func newInline(data []byte) *staged {
	return &staged{inline: data, size: int64(len(data)), md5: md5.Sum(data), crc: crc64.Checksum(data, crcTable)}
}

// fill reads until buf is full or the body has ended.
func fill(body io.Reader, buf *[copyBuffer]byte) (n int, ended bool, err error) {
	for n < len(buf) {
		m, err := body.Read(buf[n:])
		n += m
		if err == io.EOF {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

// stageFile writes the first n bytes of buf and then the rest of body into a
// new file. The file bears its final name from the start: it is as good as
// absent until a record refers to it, and the sweep removes it if none does.
func (st *store) stageFile(body io.Reader, buf *[copyBuffer]byte, n int, ended bool) (_ *staged, err error) {
	b := &staged{file: st.nextFile.Add(1)}
	f, err := os.OpenFile(st.filePath(b.file), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	other := st.buffers.Get().(*[copyBuffer]byte)
	defer st.buffers.Put(other)
	if err := b.fillFile(f, body, buf, other, n, ended); err != nil {
		return nil, err
	}
	if st.sync {
		if err := f.Sync(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// fillFile writes the first n bytes of buf and, unless it has ended with them,
// the rest of body. MD5, the slowest part, of one buffer runs beside the
// reading of the other.
func (b *staged) fillFile(f *os.File, body io.Reader, buf, other *[copyBuffer]byte, n int, ended bool) error {
	var hashing sync.WaitGroup
	defer hashing.Wait() // the caller gives the buffers back
	sum := md5.New()
	for {
		chunk := buf[:n]
		hashing.Go(func() { sum.Write(chunk) })
		b.crc = crc64.Update(b.crc, crcTable, chunk)
		if _, err := f.Write(chunk); err != nil {
			return err
		}
		if b.size += int64(n); b.size > maxPutSize {
			return errTooLarge
		}
		if ended {
			break
		}
		var err error
		buf, other = other, buf
		if n, ended, err = fill(body, buf); err != nil {
			return err
		}
		hashing.Wait()
	}
	hashing.Wait()
	copy(b.md5[:], sum.Sum(nil))
	return nil
}

// stageCopy stages a part of a body that is stored already.
func (st *store) stageCopy(r *reader, part byteRange) (*staged, error) {
	from, to := io.Pipe()
	var writer sync.WaitGroup
	writer.Go(func() { to.CloseWithError(r.writeRange(to, part.offset, part.length)) })
	body, err := st.stage(from, part.length, noInline)
	from.Close()
	writer.Wait()
	return body, err
}

// discard removes a staged body that did not get a name.
func (st *store) discard(b *staged) {
	if b.file != 0 {
		st.unlink([]uint64{b.file})
	}
}

func (st *store) filePath(file uint64) string {
	return filepath.Join(st.content, fmt.Sprintf("%016x", file))
}

func (st *store) syncContentDir() error {
	if !st.sync {
		return nil
	}
	return syncDir(st.content)
}
