package resumable

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/retry"
)

// stored is an object, or a part with headers left out.
type stored struct {
	data     []byte
	etag     string
	kind     string
	headers  http.Header
	modified time.Time
	noCRC    bool
}

type pending struct {
	key     string
	headers http.Header
	parts   map[int]*stored

	sequential bool
}

// call is one request as the service saw it.
type call struct {
	op      string // HEAD GET PUT INIT PART LIST COMPLETE ABORT
	key     string
	part    int
	bytes   int // received
	headers http.Header
}

// fault is what goes wrong with one request.
type fault struct {
	status int                                     // before anything is done: answer with this status and code
	code   string                                  //
	hangUp bool                                    // before anything is done: close the connection
	turn   bool                                    // a bit of the body, before it is looked at
	lost   bool                                    // do it, then close the connection
	late   int                                     // do it, then answer with this status
	cut    int                                     // send so many bytes of the body, then close; 0 is all
	stall  bool                                    // with cut: wait for the client to go instead of closing
	mangle func(answer *httptest.ResponseRecorder) // change the answer
}

// service is the part of OSS that single objects need, in memory, with a log
// and a hook for faults.
type service struct {
	*httptest.Server
	faultMu sync.Mutex
	fault   func(n int, c call) *fault // asked about request number n, from 1

	mu      sync.Mutex
	objects map[string]*stored
	pending map[string]*pending
	log     []call
	clock   time.Time
	serial  int
	noCRC   bool // tell no checksum of anything
}

func newService(t testing.TB) *service {
	s := &service{objects: map[string]*stored{}, pending: map[string]*pending{}, clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// client is the real SDK client, which repeats requests without waiting.
func (s *service) client(t testing.TB, change ...func(*oss.Options)) *oss.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return oss.NewClient(oss.LoadDefaultConfig().
		WithRegion("cn-hangzhou").WithEndpoint(s.URL).
		WithHttpClient(&http.Client{Transport: transport}).
		WithRetryer(retry.NewStandard(func(o *retry.RetryOptions) { o.Backoff = retry.NewFixedDelayBackoff(0) })).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret")), change...)
}

func (s *service) put(key string, data []byte, kind string) *stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(time.Minute)
	o := &stored{data: data, etag: digestOf(data).etag(), kind: kind, modified: s.clock, headers: http.Header{}, noCRC: s.noCRC}
	s.objects[key] = o
	return o
}

// ops lists the operations seen since the last call, with part numbers.
func (s *service) ops() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ops []string
	for _, c := range s.log {
		if c.op == "PART" {
			c.op += strconv.Itoa(c.part)
		}
		ops = append(ops, c.op)
	}
	s.log = nil
	return ops
}

func (s *service) calls(op string) []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.log), func(c call) bool { return c.op != op })
}

func (s *service) object(key string) *stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[key]
}

func (s *service) uploads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, readErr := io.ReadAll(r.Body)
	q := r.URL.Query()
	part, _ := strconv.Atoi(q.Get("partNumber"))
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	key, _ = url.PathUnescape(key)
	c := call{op: operationOf(r.Method, q), key: key, part: part, bytes: len(body), headers: r.Header.Clone()}

	s.mu.Lock()
	s.log = append(s.log, c)
	n := len(s.log)
	s.mu.Unlock()
	f := s.faultOf(n, c)
	if f.hangUp || readErr != nil {
		panic(http.ErrAbortHandler)
	}
	if f.turn {
		body[len(body)/2] ^= 1
	}
	answer := httptest.NewRecorder()
	answer.Header().Set("x-oss-request-id", fmt.Sprintf("R%d", n))
	if f.status != 0 {
		fail(answer, f.status, f.code)
	} else {
		s.handle(answer, c, q, body)
	}
	if f.lost {
		panic(http.ErrAbortHandler)
	}
	if f.late != 0 {
		answer = httptest.NewRecorder()
		fail(answer, f.late, "InternalError")
	}
	if f.mangle != nil {
		f.mangle(answer)
	}
	s.deliver(w, r, answer, f)
}

// inject sets the hook for faults, of which one call is made at a time.
func (s *service) inject(hook func(n int, c call) *fault) {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.fault = hook
}

func (s *service) faultOf(n int, c call) *fault {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	if s.fault != nil {
		if f := s.fault(n, c); f != nil {
			return f
		}
	}
	return &fault{}
}

func (s *service) deliver(w http.ResponseWriter, r *http.Request, answer *httptest.ResponseRecorder, f *fault) {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	data := answer.Body.Bytes()
	if w.Header().Get("Content-Length") == "" && !slices.Contains(answer.Header()["Transfer-Encoding"], "chunked") {
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	}
	w.WriteHeader(answer.Code)
	if r.Method == http.MethodHead {
		return
	}
	if f.cut == 0 || f.cut > len(data) {
		w.Write(data)
		return
	}
	w.Write(data[:f.cut])
	w.(http.Flusher).Flush()
	if f.stall {
		<-r.Context().Done()
	}
	panic(http.ErrAbortHandler)
}

func operationOf(method string, q url.Values) string {
	switch {
	case method == "POST" && q.Has("uploads"):
		return "INIT"
	case method == "POST":
		return "COMPLETE"
	case method == "PUT" && q.Has("uploadId"):
		return "PART"
	case method == "GET" && q.Has("uploadId"):
		return "LIST"
	case method == "DELETE":
		return "ABORT"
	}
	return method
}

func fail(w *httptest.ResponseRecorder, status int, code string) {
	if code == "" {
		code = "InternalError"
	}
	text := fmt.Sprintf("<Error><Code>%s</Code><Message>no</Message><RequestId>%s</RequestId></Error>", code, w.Header().Get("x-oss-request-id"))
	w.Header().Set("x-oss-err", base64.StdEncoding.EncodeToString([]byte(text)))
	w.WriteHeader(status)
	io.WriteString(w, text)
}
