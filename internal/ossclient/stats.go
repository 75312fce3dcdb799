package ossclient

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// Stats count what a Client has done. Requests are counted each time they are
// sent, so retries count too. OSS bills Lists, Puts and Posts as one class, Gets
// and Heads as another.
type Stats struct {
	Lists   int64 // GET of the service, a bucket, or the parts of an upload
	Gets    int64 // GET of an object
	Heads   int64
	Puts    int64
	Posts   int64
	Deletes int64

	Retries   int64 // attempts after the first
	Unretried int64 // retries that were due and that the budget did not allow
	Throttled int64 // answers 429 and 503

	Sent     int64 // bytes of request bodies
	Received int64 // bytes of answer bodies

	// Answers are the requests that have ended, by operation and the first digit
	// of the status; 0: no answer came.
	Answers [Operations][6]int64
}

// Operation is a class of requests, as in [Stats].
type Operation uint8

// The operations.
const (
	List Operation = iota
	Get
	Head
	Put
	Post
	Delete

	Operations = iota // how many there are
)

// String returns the operation in lower case, such as "list".
func (o Operation) String() string {
	return [Operations]string{"list", "get", "head", "put", "post", "delete"}[o]
}

// Counters count what clients do; see [Options].Counters. The zero value is ready,
// and safe for concurrent use.
type Counters struct {
	requests                      [Operations]atomic.Int64
	answers                       [Operations][6]atomic.Int64
	retries, unretried, throttled atomic.Int64
	sent, received                atomic.Int64
}

// Stats gives the counts so far.
func (c *Counters) Stats() Stats {
	s := Stats{
		Lists: c.requests[List].Load(), Gets: c.requests[Get].Load(), Heads: c.requests[Head].Load(),
		Puts: c.requests[Put].Load(), Posts: c.requests[Post].Load(), Deletes: c.requests[Delete].Load(),
		Retries: c.retries.Load(), Unretried: c.unretried.Load(), Throttled: c.throttled.Load(),
		Sent: c.sent.Load(), Received: c.received.Load(),
	}
	for o := range s.Answers {
		for class := range s.Answers[o] {
			s.Answers[o][class] = c.answers[o][class].Load()
		}
	}
	return s
}

// ended counts an answer; status is 0 if none came.
func (c *Counters) ended(o Operation, status int) {
	class := status / 100
	if class >= len(c.answers[o]) {
		class = 0 // no status of HTTP, so no answer
	}
	c.answers[o][class].Add(1)
}

// operation returns the class of req, which has one of the methods that OSS knows.
func operation(req *http.Request, pathStyle bool) Operation {
	switch req.Method {
	case http.MethodHead:
		return Head
	case http.MethodPut:
		return Put
	case http.MethodPost:
		return Post
	case http.MethodDelete:
		return Delete
	}
	if lists(req, pathStyle) {
		return List
	}
	return Get
}

// lists reports whether the GET req is about something other than the content
// of an object.
func lists(req *http.Request, pathStyle bool) bool {
	if req.URL.Query().Has("uploadId") {
		return true
	}
	path := strings.TrimPrefix(req.URL.EscapedPath(), "/")
	if !pathStyle {
		return path == ""
	}
	_, key, _ := strings.Cut(path, "/")
	return key == ""
}
