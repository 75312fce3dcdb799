package ossserver

import (
	"bytes"
	"fmt"
	"io"
	"os"

	bolt "go.etcd.io/bbolt"
)

// removal is content that nothing refers to any more. Files of a part have no
// blob; their blob id is 0, which is never given to a blob.
type removal struct {
	blob  uint64
	files []uint64
}

// pin keeps the files of a blob on disk while it is being read.
type pin struct {
	readers int
	doomed  []uint64 // files to unlink after the last reader
}

// reader reads the body of one object, as it was when the reader was opened,
// whatever becomes of the object meanwhile.
type reader struct {
	store *store
	id    uint64
	blob  *blob
}

// openObject finds an object and pins its body.
//
// The lock is held from before the database is looked at until the pin stands,
// and reap takes it after the commit that drops a blob. So either the look
// comes before the commit, and reap finds the pin, or it sees the new state.
func (st *store) openObject(t target) (*objectRecord, *reader, error) {
	st.pinsMu.Lock()
	defer st.pinsMu.Unlock()
	var o *objectRecord
	var b *blob
	err := st.db.View(func(btx *bolt.Tx) error {
		tx := &transaction{Tx: btx}
		var err error
		if o, err = tx.follow(t); err != nil {
			return err
		}
		if b, err = tx.blob(o.blob); err == nil {
			b.inline = bytes.Clone(b.inline)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	p := st.pins[o.blob]
	if p == nil {
		p = &pin{}
		st.pins[o.blob] = p
	}
	p.readers++
	return o, &reader{store: st, id: o.blob, blob: b}, nil
}

// close drops the pin.
func (r *reader) close() {
	st := r.store
	st.pinsMu.Lock()
	p := st.pins[r.id]
	p.readers--
	var doomed []uint64
	if p.readers == 0 {
		doomed = p.doomed
		delete(st.pins, r.id)
	}
	st.pinsMu.Unlock()
	st.unlink(doomed)
}

// reap unlinks what a durable change has dropped, or leaves it to the last
// reader. A crash before that leaves files for the sweep.
func (st *store) reap(removed []removal) {
	for _, r := range removed {
		st.pinsMu.Lock()
		p := st.pins[r.blob]
		if p != nil {
			p.doomed = r.files
		}
		st.pinsMu.Unlock()
		if p == nil {
			st.unlink(r.files)
		}
	}
}

// unlink removes files that nothing refers to. One that stays is no reason to
// fail a request whose change is durable: the next sweep removes it.
func (st *store) unlink(files []uint64) {
	for _, file := range files {
		if err := os.Remove(st.filePath(file)); err != nil {
			st.log.Warn("content file left for the sweep", "err", err)
		}
	}
}

// check refuses a part of a body of which a file is gone or cut short, before
// any of it is sent.
func (r *reader) check(offset, n int64) error {
	for _, s := range r.blob.segments {
		if n <= 0 {
			return nil
		}
		if offset < s.size {
			info, err := os.Stat(r.store.filePath(s.file))
			if err != nil {
				return err
			}
			if info.Size() < s.size {
				return fmt.Errorf("content file %016x, %d of %d bytes: %w", s.file, info.Size(), s.size, errCorrupt)
			}
			n -= s.size - offset
		}
		offset = max(0, offset-s.size)
	}
	return nil
}

// writeRange writes n bytes from an offset on. Both lie within the body.
func (r *reader) writeRange(w io.Writer, offset, n int64) error {
	if len(r.blob.segments) == 0 {
		_, err := w.Write(r.blob.inline[offset : offset+n])
		return err
	}
	for _, s := range r.blob.segments {
		if n == 0 {
			return nil
		}
		if offset >= s.size {
			offset -= s.size
			continue
		}
		part := min(n, s.size-offset)
		if err := r.writeFile(w, s.file, offset, part); err != nil {
			return err
		}
		offset, n = 0, n-part
	}
	return nil
}

func (r *reader) writeFile(w io.Writer, file uint64, offset, n int64) (err error) {
	f, err := os.Open(r.store.filePath(file))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return err
	}
	// CopyN passes a limited *os.File on, the form that net/http can sendfile.
	if copied, err := io.CopyN(w, f, n); err != nil {
		return fmt.Errorf("content file %016x after %d of %d bytes: %w", file, copied, n, err)
	}
	return nil
}
