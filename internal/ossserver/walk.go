package ossserver

import "bytes"

// walk lists the names in a database bucket in byte order. Names that go on
// with a delimiter behind the prefix are rolled up into their common prefix,
// and what is behind a common prefix is skipped by a seek, not read.
type walk struct {
	prefix    []byte
	delimiter []byte // empty: no roll-up
	after     []byte // names up to and including this one are left out
	limit     int    // most entries of the page, common prefixes included

	// nameOf returns the name in a database key, seekOf the least database
	// key of a name and all greater ones. nil: the key is the name.
	nameOf func(key []byte) []byte
	seekOf func(name []byte) []byte
	// start, when not nil, is where to begin, in place of behind after.
	start []byte
}

// cursor moves through database keys in their order; *bolt.Cursor is one.
type cursor interface {
	Seek(at []byte) (key, value []byte)
	Next() (key, value []byte)
}

// entry is one element of a page. A common prefix has no value.
type entry struct {
	name, key, value []byte
	common           bool
}

// run calls emit for each entry of the page and reports whether there are more.
// What emit gets is valid until the transaction ends.
func (w *walk) run(cursor cursor, emit func(entry) error) (truncated bool, err error) {
	n := 0
	for k, v := cursor.Seek(w.first()); k != nil; {
		name := w.name(k)
		if !bytes.HasPrefix(name, w.prefix) {
			return false, nil
		}
		common := w.rollUp(name)
		if n++; n > w.limit {
			return true, nil
		}
		if common == nil {
			err = emit(entry{name: name, key: k, value: v})
			k, v = cursor.Next()
		} else {
			err = emit(entry{name: common, common: true})
			behind := successor(common)
			if behind == nil {
				return false, err
			}
			k, v = cursor.Seek(w.seek(behind))
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// first returns the database key to begin at. If after lies within a common
// prefix, all of that prefix sorts up to after: it was listed already.
func (w *walk) first() []byte {
	if bytes.Compare(w.after, w.prefix) < 0 {
		return w.seek(w.prefix)
	}
	if common := w.rollUp(w.after); common != nil {
		if behind := successor(common); behind != nil {
			return w.seek(behind)
		}
	}
	if w.start != nil {
		return w.start
	}
	if len(w.after) == 0 {
		return nil
	}
	return w.seek(append(bytes.Clone(w.after), 0))
}

// rollUp returns the common prefix that a name belongs to, nil when to none.
func (w *walk) rollUp(name []byte) []byte {
	if len(w.delimiter) == 0 || !bytes.HasPrefix(name, w.prefix) {
		return nil
	}
	i := bytes.Index(name[len(w.prefix):], w.delimiter)
	if i < 0 {
		return nil
	}
	return name[:len(w.prefix)+i+len(w.delimiter)]
}

func (w *walk) name(key []byte) []byte {
	if w.nameOf == nil {
		return key
	}
	return w.nameOf(key)
}

func (w *walk) seek(name []byte) []byte {
	if w.seekOf == nil {
		return name
	}
	return w.seekOf(name)
}

// successor returns the least string greater than all that start with prefix,
// nil when there is none.
func successor(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xFF {
			out := bytes.Clone(prefix[:i+1])
			out[i]++
			return out
		}
	}
	return nil
}
