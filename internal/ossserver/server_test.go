package ossserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"go.uber.org/goleak"
)

const (
	testKeyID  = "test-id"
	testSecret = "test-secret"
	testBucket = "bucket"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDirVariable); dir != "" {
		crashingServer(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// harness is a server of a test with a client of the official SDK that talks
// to it within the process.
type harness struct {
	*Server
	t       testing.TB
	dir     string
	hooks   *Hooks
	journal *Journal
	client  *oss.Client
	http    *http.Client
}

// newHarness opens a server with one bucket. Changes of options come first.
func newHarness(t testing.TB, change ...func(*Options)) *harness {
	t.Helper()
	h := &harness{t: t, dir: t.TempDir(), hooks: &Hooks{}, journal: &Journal{}}
	h.hooks.Log = h.journal.Record
	h.open(change...)
	if err := h.CreateBucket(testBucket); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *harness) open(change ...func(*Options)) {
	h.t.Helper()
	o := Options{Dir: h.dir, Credentials: map[string]string{testKeyID: testSecret}, NoSync: true, Hooks: h.hooks}
	for _, c := range change {
		c(&o)
	}
	s, err := Open(o)
	if err != nil {
		h.t.Fatal(err)
	}
	transport := &http.Transport{DialContext: s.DialContext, DisableCompression: true}
	h.t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Close(); err != nil {
			h.t.Error(err)
		}
	})
	h.Server = s
	h.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	h.client = h.newClient()
}

// newClient returns an SDK client; changes of its configuration come last.
func (h *harness) newClient(change ...func(*oss.Config)) *oss.Client {
	c := oss.LoadDefaultConfig().
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(testKeyID, testSecret)).
		WithRegion("cn-hangzhou").WithEndpoint("http://127.0.0.1").WithHttpClient(h.http).
		WithRetryMaxAttempts(1)
	for _, f := range change {
		f(c)
	}
	return oss.NewClient(c)
}

// put stores an object through the SDK.
func (h *harness) put(key, body string, change ...func(*oss.PutObjectRequest)) *oss.PutObjectResult {
	h.t.Helper()
	r := &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr(key), Body: strings.NewReader(body)}
	for _, f := range change {
		f(r)
	}
	result, err := h.client.PutObject(h.t.Context(), r)
	if err != nil {
		h.t.Fatalf("put %q: %v", key, err)
	}
	return result
}

// wantCode checks that an error is one of the service with this code.
func wantCode(t testing.TB, err error, status int, code string) *oss.ServiceError {
	t.Helper()
	var se *oss.ServiceError
	if !errors.As(err, &se) {
		t.Fatalf("got error %v, want service error %s", err, code)
	}
	if se.Code != code || se.StatusCode != status {
		t.Fatalf("got %d %s (%s), want %d %s", se.StatusCode, se.Code, se.Message, status, code)
	}
	if se.RequestID == "" {
		t.Error("no request id in the error")
	}
	return se
}

// contentFiles counts the files of the content folder.
func (h *harness) contentFiles() int {
	h.t.Helper()
	entries, err := os.ReadDir(filepath.Join(h.dir, "content"))
	if err != nil {
		h.t.Fatal(err)
	}
	return len(entries)
}

func TestOpenLocked(t *testing.T) {
	h := newHarness(t)
	start := time.Now()
	_, err := Open(Options{Dir: h.dir})
	if !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v, want ErrLocked", err)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestOpenErrors(t *testing.T) {
	if _, err := Open(Options{}); err == nil {
		t.Error("no directory: no error")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: file}); err == nil {
		t.Error("directory is a file: no error")
	}
}

func TestOpenPermissions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s, err := Open(Options{Dir: dir, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, name := range []string{"", "content", "names.db"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%q has mode %v", name, info.Mode())
		}
	}
}

func TestCloseTwiceAndAfter(t *testing.T) {
	s, err := Open(Options{Dir: t.TempDir(), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CreateBucket(testBucket); !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("create bucket: %v", err)
	}
	if _, err := s.DialContext(context.Background(), "", ""); err == nil {
		t.Error("dial: no error")
	}
}

// TestAccessLog: each request is one record, under the id that its answer names,
// and without what would let a reader send it again.
func TestAccessLog(t *testing.T) {
	var out bytes.Buffer
	h := newHarness(t, func(o *Options) { o.Log = slog.New(slog.NewJSONHandler(&out, nil)) })
	put := h.raw("PUT", "/"+testBucket+"/a%0Ab", []byte("body"))
	get := h.raw("GET", "/"+testBucket+"/nosuch", nil)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d records:\n%s", len(lines), out.String())
	}
	for i, want := range []map[string]any{
		{"id": put.header.Get("x-oss-request-id"), "method": "PUT", "operation": "PutObject", "bucket": testBucket, "key": "a\nb", "status": 200.0, "code": "", "received": 4.0, "sent": 0.0},
		{"id": get.header.Get("x-oss-request-id"), "method": "GET", "operation": "GetObject", "bucket": testBucket, "key": "nosuch", "status": 404.0, "code": "NoSuchKey", "received": 0.0, "sent": float64(len(get.body))},
	} {
		var got map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		for name, v := range want {
			if got[name] != v {
				t.Errorf("record %d: %s %v, want %v", i, name, got[name], v)
			}
		}
	}
	if text := out.String(); strings.Contains(text, testSecret) || strings.Contains(text, "Signature") {
		t.Errorf("signature or secret in the log: %s", text)
	}
}

func TestCreateBucketIdempotent(t *testing.T) {
	h := newHarness(t)
	h.put("a", "b")
	if err := h.CreateBucket(testBucket); err != nil {
		t.Fatal(err)
	}
	if ok, err := h.client.IsObjectExist(t.Context(), testBucket, "a"); err != nil || !ok {
		t.Fatalf("object gone: %v", err)
	}
	for _, name := range []string{"", "ab", "-abc", "abc-", "ABC", "a_b_c", strings.Repeat("a", 64)} {
		if err := h.CreateBucket(name); err == nil {
			t.Errorf("bucket %q: no error", name)
		}
	}
}
