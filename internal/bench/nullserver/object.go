package nullserver

import (
	"cmp"
	"encoding/hex"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Object is what the server tells of an object.
type Object struct {
	Key      string
	Size     int64     // bytes
	MD5      [16]byte  // the ETag, with the number of Parts if it has some
	CRC64    uint64    // ECMA
	Parts    int       // 0 for what was not uploaded in parts
	Modified time.Time // whole seconds; if a client sent the object, the time of that
	FileTime time.Time // told as x-amz-meta-mtime, where rclone and others keep the time of the file; zero: not told
	Meta     http.Header
}

// etag is the ETag with its quotes.
func (o *Object) etag(d dialect) string {
	digits := hex.EncodeToString(o.MD5[:])
	if d == dialectOSS {
		digits = strings.ToUpper(digits)
	}
	if o.Parts > 0 {
		digits += "-" + strconv.Itoa(o.Parts)
	}
	return `"` + digits + `"`
}

// objects is the content of the bucket: what was loaded, and what was written above
// it since. It is safe for concurrent use.
type objects struct {
	mu      sync.Mutex
	loaded  []Object           // sorted by key, never changed
	written map[string]*Object // nil: deleted
	above   []*Object          // written in the order of keys, nil while stale
}

func (b *objects) load(all []Object) {
	slices.SortFunc(all, func(x, y Object) int { return cmp.Compare(x.Key, y.Key) })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.loaded, b.written, b.above = all, map[string]*Object{}, nil
}

func (b *objects) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.written, b.above = map[string]*Object{}, nil
}

func (b *objects) put(o *Object) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.written[o.Key], b.above = o, nil
}

func (b *objects) remove(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.written[key], b.above = nil, nil
}

// get returns the object of a key, nil if there is none.
func (b *objects) get(key string) *Object {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o, ok := b.written[key]; ok {
		return o
	}
	if i, ok := searchLoaded(b.loaded, key); ok {
		return &b.loaded[i]
	}
	return nil
}

// from yields the objects whose keys are at or after first, in the order of keys. It
// is a view of the moment of the call: later writes do not show.
func (b *objects) from(first string) iter.Seq[*Object] {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.above == nil && len(b.written) > 0 {
		b.above = make([]*Object, 0, len(b.written))
		for _, key := range slices.Sorted(maps.Keys(b.written)) {
			o := b.written[key]
			if o == nil {
				o = &Object{Key: key, Size: deleted}
			}
			b.above = append(b.above, o)
		}
	}
	i, _ := searchLoaded(b.loaded, first)
	j, _ := slices.BinarySearchFunc(b.above, first, func(o *Object, key string) int { return cmp.Compare(o.Key, key) })
	return merge(b.loaded[i:], b.above[j:])
}

// deleted is the size of what stands for no object above a loaded one.
const deleted = -1

func merge(below []Object, above []*Object) iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		for len(below) > 0 || len(above) > 0 {
			var next *Object
			if len(above) > 0 && (len(below) == 0 || above[0].Key <= below[0].Key) {
				if next = above[0]; len(below) > 0 && below[0].Key == next.Key {
					below = below[1:]
				}
				above = above[1:]
			} else {
				next, below = &below[0], below[1:]
			}
			if next.Size != deleted && !yield(next) {
				return
			}
		}
	}
}

func searchLoaded(loaded []Object, key string) (int, bool) {
	return slices.BinarySearchFunc(loaded, key, func(o Object, key string) int { return cmp.Compare(o.Key, key) })
}
