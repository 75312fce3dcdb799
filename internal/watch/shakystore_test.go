package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/spec"
)

const (
	shakyBucket = "bucket"
	shakyID     = "id"
	shakySecret = "secret"
)

// shakyStore is a store of which one request in fifty fails, and which may be
// restarted. It looks at all content that comes into its bucket.
type shakyStore struct {
	dir string
	web *httptest.Server

	mu     sync.Mutex
	server *ossserver.Server // nil: down
	reader *ossclient.Client // of it

	requests, faults, between, objects atomic.Int64
	torn                               atomic.Pointer[error] // the first
}

// faultHeader has a request fail in a way that the server is told.
const faultHeader = "X-Test-Fault"

func openShakyStore(dir string) (*shakyStore, error) {
	s := &shakyStore{dir: dir}
	if err := s.start(); err != nil {
		return nil, err
	}
	s.web = httptest.NewServer(s)
	return s, s.server.CreateBucket(shakyBucket)
}

func (s *shakyStore) start() error {
	server, err := ossserver.Open(ossserver.Options{
		Dir: filepath.Join(s.dir, "store"), Credentials: map[string]string{shakyID: shakySecret}, NoSync: true,
		Hooks: &ossserver.Hooks{Fault: func(r ossserver.Request) *ossserver.Fault {
			switch r.Header.Get(faultHeader) {
			case "dropped":
				return &ossserver.Fault{Drop: true}
			case "busy":
				return &ossserver.Fault{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable"}
			case "unanswered":
				return &ossserver.Fault{When: ossserver.AfterCommit, Drop: true}
			}
			return nil
		}},
	})
	if err != nil {
		return err
	}
	reader, err := ossclient.Open(spec.Store{Name: "box", Embedded: "/memory"}, ossclient.Options{
		Credentials: credentials.NewStaticCredentialsProvider(shakyID, shakySecret), DialContext: server.DialContext, UserAgent: "oracle", MaxAttempts: 1,
	})
	if err != nil {
		return errors.Join(err, server.Close())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server, s.reader = server, reader
	return nil
}

// stop ends the server, and breaks off what it is doing.
func (s *shakyStore) stop() error {
	s.mu.Lock()
	server, reader := s.server, s.reader
	s.server, s.reader = nil, nil
	s.mu.Unlock()
	s.web.CloseClientConnections()
	reader.Close()
	return server.Close()
}

func (s *shakyStore) close() error {
	err := s.stop()
	s.web.Close()
	return err
}

func (s *shakyStore) now() (*ossserver.Server, *ossclient.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.server, s.reader
}

func (s *shakyStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	server, reader := s.now()
	if server == nil {
		panic(http.ErrAbortHandler)
	}
	s.requests.Add(1)
	fault := ""
	if rand.IntN(50) == 0 {
		s.faults.Add(1)
		fault = []string{"dropped", "busy", "unanswered"}[rand.IntN(3)]
		r.Header.Set(faultHeader, fault)
	}
	if r.Method != http.MethodPut || r.Header.Get("X-Oss-Copy-Source") != "" {
		server.ServeHTTP(w, r)
		return
	}
	body := &bytes.Buffer{}
	r.Body = teeBody{io.TeeReader(r.Body, body), r.Body}
	status := &statusWriter{ResponseWriter: w}
	defer func() {
		key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/"), shakyBucket+"/")
		content, stored := body.Bytes(), status.code == http.StatusOK
		if fault == "unanswered" { // also where the server refused it
			content, stored = look(r.Context(), reader, key)
		}
		if stored {
			s.judge(key, content)
		}
	}()
	server.ServeHTTP(status, r)
}

// judge looks at content that an object has now.
func (s *shakyStore) judge(key string, content []byte) {
	s.objects.Add(1)
	between, err := checkContent(key, content)
	if between {
		s.between.Add(1)
	}
	if err != nil {
		err = fmt.Errorf("object %q: %w", key, err)
		s.torn.CompareAndSwap(nil, &err)
	}
}

// look returns the content of an object, if there is one.
func look(ctx context.Context, reader *ossclient.Client, key string) ([]byte, bool) {
	res, err := reader.GetObject(context.WithoutCancel(ctx), &oss.GetObjectRequest{Bucket: oss.Ptr(shakyBucket), Key: oss.Ptr(key)})
	if err != nil {
		return nil, false
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	return content, err == nil
}

// etags returns the ETags of the objects below a prefix, without quotes.
func (s *shakyStore) etags(ctx context.Context, prefix string) (map[string]string, error) {
	_, reader := s.now()
	etags := map[string]string{}
	for object, err := range iter.Objects(ctx, reader, shakyBucket, iter.ObjectsOptions{Prefix: prefix}) {
		if err != nil {
			return nil, err
		}
		etags[strings.TrimPrefix(object.Key, prefix)] = strings.ToLower(object.ETag)
	}
	return etags, nil
}

type teeBody struct {
	io.Reader
	io.Closer
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
