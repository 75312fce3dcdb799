package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/osssync/osssync/spec"
)

// Policy is what the spec wants of one mapping, as far as deciding needs it.
// It is read-only and safe for concurrent use.
type Policy struct {
	Mapping    string // its name
	Direction  spec.Direction
	Prune      spec.Prune
	PrefixLen  int                                 // bytes of the mapping's prefix
	Require    []string                            // files that the source must have
	HeadersFor func(path string) map[string]string // headers to set on an upload
	Phase      func(path string) int
	Allows     func(path string) bool // paths to move whatever their names or content suggest; nil: none

	// AllowsBelow reports whether Allows could be true for a folder, given without
	// a slash at its end, or anything below it; nil: for any, if Allows is not nil.
	AllowsBelow func(dir string) bool

	Threshold  int64         // bytes from which a transfer is done in parts
	PartSize   int64         // bytes, preferred
	AbortAfter time.Duration // 0: no pending upload is aborted for its age
	Now        time.Time     // the server's clock; zero: not known, and no upload is old
	Deep       bool          // read objects that have no checksum
	Applied    bool          // the index is that of an earlier apply
	Touched    bool          // the plan is of some paths, see [AlignTouched]: what it passes over is not shown by it
	Guard      spec.Guard    // limits past which a plan is not gathered to its end
}

// PolicyOf takes the policy of a mapping. now is the server's time.
func PolicyOf(m *spec.Mapping, now time.Time, deep bool) Policy {
	return Policy{
		Mapping:     m.Name,
		Direction:   m.Direction,
		Prune:       m.Prune,
		PrefixLen:   len(m.Prefix),
		Require:     m.Require,
		HeadersFor:  m.HeadersFor,
		Phase:       m.Phase,
		Allows:      m.Allows,
		AllowsBelow: m.AllowsBelow,
		Threshold:   m.Transfer.Threshold,
		PartSize:    m.Transfer.PartSize,
		AbortAfter:  m.Uploads.AbortAfter,
		Now:         now,
		Deep:        deep,
		Guard:       m.Guard,
	}
}

// HeadersDigest returns a short text that is equal for equal headers, as noted
// in the index for what an object was given. It is never empty.
func HeadersDigest(headers map[string]string) string {
	names, text := make([]string, 0, 8), make([]byte, 0, 256) // on the stack, as a rule
	for name := range headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		// Neither header names nor values hold a line feed.
		text = append(append(text, name...), '\n')
		text = append(append(text, headers[name]...), '\n')
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

const (
	maxParts    = 10_000
	maxPartSize = 5 << 30 // 5 GiB
	maxPut      = 5 << 30 // one PutObject
	maxCopy     = 5 << 30 // one CopyObject
)

// inParts reports whether a transfer of size bytes is done in parts.
func (p *Policy) inParts(size int64) bool {
	return size > 0 && (size >= p.Threshold || size > maxPut)
}

// transferRequests returns the requests that sending size bytes takes in a run
// without retries, and whether OSS takes an object of that size at all.
func (p *Policy) transferRequests(size int64) (requests int64, ok bool) {
	if size > maxParts*maxPartSize {
		return 0, false
	}
	if !p.inParts(size) {
		return 1, true
	}
	part := max(p.PartSize, 1)
	for part*maxParts < size {
		part *= 2
	}
	if part > maxPartSize {
		return 0, false
	}
	return (size+part-1)/part + 2, true
}

// downloadRequests returns the requests that fetching size bytes takes: a look at
// the object, and its content, if it has any.
func (p *Policy) downloadRequests(size int64) int64 {
	switch requests, ok := p.transferRequests(size); {
	case size == 0:
		return 1
	case ok && p.inParts(size):
		return requests - 1 // ranges need no Initiate and Complete
	default:
		return 2
	}
}
