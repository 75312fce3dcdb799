package ossserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Journal keeps what a server answered, for the assertions of a test. Its
// Record method goes into Hooks.Log. The zero value is ready, and all methods
// may be called at any time. It keeps every exchange until Reset.
type Journal struct {
	mu        sync.Mutex
	exchanges []Exchange
	counts    map[Operation]int
}

// Record appends an exchange.
func (j *Journal) Record(e Exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts == nil {
		j.counts = make(map[Operation]int)
	}
	j.exchanges = append(j.exchanges, e)
	j.counts[e.Operation]++
}

// Exchanges returns a copy of what was recorded, in the order of the answers.
func (j *Journal) Exchanges() []Exchange {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.exchanges)
}

// Count returns the number of requests of an operation, whatever their answer.
func (j *Journal) Count(op Operation) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.counts[op]
}

// Outside returns the exchanges that reached beyond the objects below prefix in
// bucket: about another bucket, a key or copy source that does not begin with it,
// or a listing that was not held to it. Requests about the bucket itself, such as
// its settings, are not among them.
func (j *Journal) Outside(bucket, prefix string) []Exchange {
	source := "/" + bucket + "/" + prefix
	return j.those(func(e *Exchange) bool {
		switch e.Operation {
		case ListObjects, ListObjectsV2, ListObjectVersions, ListMultipartUploads:
			return e.Bucket != bucket || !strings.HasPrefix(e.Query.Get("prefix"), prefix)
		}
		other := func(v ObjectVersion) bool { return !strings.HasPrefix(v.Key, prefix) }
		from, err := url.PathUnescape(e.Header.Get("x-oss-copy-source"))
		return e.Bucket != bucket || e.Key != "" && !strings.HasPrefix(e.Key, prefix) ||
			slices.ContainsFunc(e.Deletes, other) || err != nil || from != "" && !strings.HasPrefix(from, source)
	})
}

// Probes returns the looks at objects that were not there. No listing can have
// shown them, and a bucket that mirrors its origin on a miss would have made them.
func (j *Journal) Probes() []Exchange {
	return j.those(func(e *Exchange) bool {
		switch e.Operation {
		case HeadObject, GetObjectMeta, GetObject:
			return e.Status == http.StatusNotFound && e.Code == "NoSuchKey"
		}
		return false
	})
}

func (j *Journal) those(match func(*Exchange) bool) []Exchange {
	return slices.DeleteFunc(j.Exchanges(), func(e Exchange) bool { return !match(&e) })
}

// Reset forgets everything.
func (j *Journal) Reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.exchanges, j.counts = nil, nil
}
