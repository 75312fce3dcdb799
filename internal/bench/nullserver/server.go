package nullserver

import (
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server is an [http.Handler] with one bucket. It is made by [New] and safe for
// concurrent use; Load and Reset are for the time between two clients.
type Server struct {
	bucket  string
	content string // folder with the content of loaded objects, under their keys
	objects objects
	delay   atomic.Int64 // time.Duration
	counts  [operations]atomic.Int64

	mu      sync.Mutex
	uploads map[string]*upload
	begun   int // uploads ever
}

// New returns a server whose bucket of that name is empty.
func New(bucket string) *Server {
	s := &Server{bucket: bucket}
	s.Load(nil, "")
	s.Reset(0)
	return s
}

// Load replaces the content of the bucket. The server keeps and sorts the slice. Reads
// of an object are answered from the file below the folder content that has its key
// for a name; with content "" there is nothing to read. What clients have written is
// forgotten.
func (s *Server) Load(all []Object, content string) {
	s.content = content
	s.objects.load(all)
}

// Reset forgets what clients have written and deleted, sets all counts to zero, and
// has every request wait for delay from now on before it is served.
func (s *Server) Reset(delay time.Duration) {
	s.objects.forget()
	s.delay.Store(int64(delay))
	for i := range s.counts {
		s.counts[i].Store(0)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads = map[string]*upload{}
}

// Requests tells how many requests came since the last Reset.
func (s *Server) Requests() Requests {
	var all Requests
	for i := range s.counts {
		all[i] = s.counts[i].Load()
	}
	return all
}

// Objects yields what is in the bucket at the time of the call, in the order of keys.
func (s *Server) Objects() iter.Seq[*Object] { return s.objects.from("") }

// ServeHTTP answers a request with the bucket in its path. A request that the server
// does not know gets 501 and counts as unknown.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	q := r.URL.Query()
	op := classify(r.Method, key, q)
	s.counts[op].Add(1)
	if !s.wait(r) {
		return
	}
	w.Header().Set("x-amz-request-id", "0")
	w.Header().Set("x-oss-request-id", "0")
	if bucket != s.bucket {
		refuse(w, http.StatusNotFound, "NoSuchBucket")
		return
	}
	switch op {
	case opList:
		s.list(w, q, dialectOf(r))
	case opHead, opGet:
		s.read(w, r, key)
	case opPut:
		s.put(w, r, key)
	case opInitiate:
		s.initiate(w, r, key)
	case opPart:
		s.part(w, r, q)
	case opComplete:
		s.complete(w, r, key, q.Get("uploadId"))
	case opAbort:
		s.abort(w, q.Get("uploadId"))
	case opDelete:
		s.objects.remove(key)
		w.WriteHeader(http.StatusNoContent)
	case opDeleteMany:
		s.deleteMany(w, r)
	case opUploads:
		s.noUploads(w, q)
	case opBucket:
		s.settings(w, r.Method, q)
	default:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	}
}

// wait lets the delay pass. It reports false if the client went away before.
func (s *Server) wait(r *http.Request) bool {
	delay := time.Duration(s.delay.Load())
	if delay == 0 {
		return true
	}
	select {
	case <-time.After(delay):
		return true
	case <-r.Context().Done():
		return false
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "%s<Error><Code>%s</Code><Message>%[2]s</Message></Error>", xml.Header, code)
}

func answer(w http.ResponseWriter, format string, values ...any) {
	w.Header().Set("Content-Type", "application/xml")
	for i, v := range values {
		if name, ok := v.(string); ok {
			var b strings.Builder
			_ = xml.EscapeText(&b, []byte(name)) // a Builder takes all
			values[i] = b.String()
		}
	}
	fmt.Fprintf(w, xml.Header+format, values...)
}

func (s *Server) deleteMany(w http.ResponseWriter, r *http.Request) {
	var names struct {
		Object []struct{ Key string }
	}
	if err := xml.NewDecoder(content(r)).Decode(&names); err != nil {
		refuse(w, http.StatusBadRequest, "MalformedXML")
		return
	}
	for _, o := range names.Object {
		s.objects.remove(o.Key)
	}
	answer(w, "<DeleteResult></DeleteResult>")
}

// noUploads says that nothing is pending: the benchmarks do not resume.
func (s *Server) noUploads(w http.ResponseWriter, q url.Values) {
	answer(w, "<ListMultipartUploadsResult><Bucket>%s</Bucket><KeyMarker>%s</KeyMarker><UploadIdMarker>%s</UploadIdMarker>"+
		"<NextKeyMarker></NextKeyMarker><NextUploadIdMarker></NextUploadIdMarker><Prefix>%s</Prefix><MaxUploads>1000</MaxUploads>"+
		"<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>",
		s.bucket, q.Get("key-marker"), q.Get("upload-id-marker"), q.Get("prefix"))
}

// settings answers what clients ask about a bucket before they use it: it is there,
// and has nothing out of the ordinary.
func (s *Server) settings(w http.ResponseWriter, method string, q url.Values) {
	switch {
	case method != http.MethodGet:
		w.WriteHeader(http.StatusOK)
	case q.Has("location"):
		answer(w, "<LocationConstraint>us-east-1</LocationConstraint>")
	case q.Has("bucketInfo"):
		answer(w, "<BucketInfo><Bucket><Name>%s</Name><Location>oss-cn-hangzhou</Location></Bucket></BucketInfo>", s.bucket)
	case q.Has("versioning"):
		answer(w, "<VersioningConfiguration></VersioningConfiguration>")
	default:
		refuse(w, http.StatusNotFound, "NoSuchConfiguration")
	}
}

// keep copies the headers of an upload that reads repeat.
func keep(sent http.Header) http.Header {
	kept := http.Header{}
	for name, values := range sent {
		if name == "Content-Type" || strings.HasPrefix(name, "X-Amz-Meta-") || strings.HasPrefix(name, "X-Oss-Meta-") {
			kept[name] = slices.Clone(values)
		}
	}
	return kept
}

// drain reads what a client still sends, so that its connection can be used again.
func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) } // one that breaks is closed
