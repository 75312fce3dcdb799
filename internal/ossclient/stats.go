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
}

// counters are Stats under construction.
type counters struct {
	lists, gets, heads, puts, posts, deletes atomic.Int64
	retries, unretried, throttled            atomic.Int64
	sent, received                           atomic.Int64
}

func (c *counters) stats() Stats {
	return Stats{
		Lists: c.lists.Load(), Gets: c.gets.Load(), Heads: c.heads.Load(),
		Puts: c.puts.Load(), Posts: c.posts.Load(), Deletes: c.deletes.Load(),
		Retries: c.retries.Load(), Unretried: c.unretried.Load(), Throttled: c.throttled.Load(),
		Sent: c.sent.Load(), Received: c.received.Load(),
	}
}

// count adds req to its class.
func (c *counters) count(req *http.Request, pathStyle bool) {
	switch req.Method {
	case http.MethodGet:
		if lists(req, pathStyle) {
			c.lists.Add(1)
		} else {
			c.gets.Add(1)
		}
	case http.MethodHead:
		c.heads.Add(1)
	case http.MethodPut:
		c.puts.Add(1)
	case http.MethodPost:
		c.posts.Add(1)
	case http.MethodDelete:
		c.deletes.Add(1)
	}
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
