package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/resumable"
)

func client(endpoint string, change ...func(*oss.Config)) *oss.Client {
	c := oss.LoadDefaultConfig().
		WithRegion("cn-hangzhou").WithEndpoint(endpoint).WithUsePathStyle(true).WithRetryMaxAttempts(1).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret"))
	for _, f := range change {
		f(c)
	}
	return oss.NewClient(c)
}

// server answers every request the same way.
func server(t *testing.T, answer http.HandlerFunc) *oss.Client {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return client(s.URL)
}

// refusal is an answer of the service with an error code.
func refusal(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message><RequestId>1</RequestId></Error>", code)
	}
}

func put(ctx context.Context, c *oss.Client) error {
	_, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key"), Body: strings.NewReader("content")})
	return err
}

func get(ctx context.Context, c *oss.Client) error {
	res, err := c.GetObject(ctx, &oss.GetObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key")})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// list ends as a listing does that is tried once.
func list(ctx context.Context, c *oss.Client) error {
	options := iter.ObjectsOptions{Paging: iter.Paging{MaxAttempts: 1}}
	for _, err := range iter.Objects(ctx, c, "bucket", options) {
		if err != nil {
			return err
		}
	}
	return nil
}

// upload sends a small file through the engine.
func upload(ctx context.Context, t *testing.T, c *oss.Client, opts resumable.UploadOptions) error {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := resumable.Upload(ctx, c, "bucket", "key", name, opts)
	return err
}

// sort is what the package says of an error.
type sort struct {
	kind  fault.Kind
	stops bool
	hint  string // a part of it
}

func check(t *testing.T, err error, want sort) {
	t.Helper()
	if err == nil {
		t.Fatal("there was no error")
	}
	for _, err := range []error{err, fmt.Errorf("object %q: %w", "key", err), errors.Join(errors.New("other"), err)} {
		if got := fault.Of(err); got != want.kind {
			t.Errorf("kind %d, want %d: %v", got, want.kind, err)
		}
		if got := fault.Stops(err); got != want.stops {
			t.Errorf("stops the run: %v, want %v: %v", got, want.stops, err)
		}
		if got := fault.Hint(err); !strings.Contains(got, want.hint) || want.hint == "" && got != "" {
			t.Errorf("hint %q, want %q: %v", got, want.hint, err)
		}
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   sort
	}{
		{403, "AccessDenied", sort{fault.Denied, true, "lacks a right"}},
		{403, "InvalidAccessKeyId", sort{fault.Denied, true, "is none of this service"}},
		{403, "SignatureDoesNotMatch", sort{fault.Denied, true, "OSS_ACCESS_KEY_SECRET"}},
		{403, "SecurityTokenExpired", sort{fault.Denied, true, "fresh temporary credentials"}},
		{403, "InvalidSecurityToken", sort{fault.Denied, true, "the session token is malformed"}},
		{403, "RequestTimeTooSkewed", sort{fault.Denied, true, "clock"}},
		{403, "UserDisable", sort{fault.Denied, true, "check the access key"}},
		{401, "Unauthorized", sort{fault.Denied, true, "check the access key"}},
		{403, "InvalidObjectState", sort{fault.Other, false, ""}},
		{409, "FileImmutable", sort{fault.Other, false, ""}},
		{404, "NoSuchBucket", sort{fault.NoBucket, true, "never creates a bucket"}},
		{404, "NoSuchKey", sort{fault.Other, false, ""}},
		{400, "InvalidArgument", sort{fault.Other, false, ""}},
		{412, "PreconditionFailed", sort{fault.Moved, false, "plan again"}},
		{408, "RequestTimeout", sort{fault.Remote, true, "run again"}},
		{429, "TooManyRequests", sort{fault.Remote, true, "run again"}},
		{500, "InternalError", sort{fault.Remote, true, "run again"}},
		{503, "ServiceUnavailable", sort{fault.Remote, true, "run again"}},
	} {
		t.Run(fmt.Sprint(c.status, " ", c.code), func(t *testing.T) {
			remote := server(t, refusal(c.status, c.code))
			check(t, put(t.Context(), remote), c.want)
			check(t, get(t.Context(), remote), c.want)
			check(t, list(t.Context(), remote), c.want)
			check(t, upload(t.Context(), t, remote, resumable.UploadOptions{}), c.want)
		})
	}
}

// Only the message tells a bucket of another region from a missing right.
func TestOtherRegion(t *testing.T) {
	for _, c := range []struct {
		status        int
		code, message string
	}{
		{403, "AccessDenied", "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint."},
		{400, "InvalidArgument", "Invalid signing region in Authorization header."},
	} {
		t.Run(c.code, func(t *testing.T) {
			remote := server(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(c.status)
				fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message><RequestId>1</RequestId></Error>", c.code, c.message)
			})
			want := sort{fault.OtherRegion, true, "set the region of the store"}
			check(t, put(t.Context(), remote), want)
			check(t, list(t.Context(), remote), want)
		})
	}
}

func TestPageOfAProxy(t *testing.T) {
	remote := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html><body>Please log in</body></html>")
	})
	check(t, list(t.Context(), remote), sort{fault.Remote, true, "proxy or login page"})
}

func TestRedirect(t *testing.T) {
	remote := server(t, refusal(307, "TemporaryRedirect"))
	check(t, put(t.Context(), remote), sort{fault.Remote, true, "run again"})
}

func TestTransport(t *testing.T) {
	unreachable := sort{fault.Remote, true, "run again"}
	t.Run("connection refused", func(t *testing.T) {
		closed := httptest.NewServer(nil)
		closed.Close()
		check(t, put(t.Context(), client(closed.URL)), unreachable)
		check(t, list(t.Context(), client(closed.URL)), unreachable)
	})
	t.Run("unknown host", func(t *testing.T) {
		unknown := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "oss.invalid", IsNotFound: true}}
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, unknown }}
		remote := client("http://oss.invalid", func(c *oss.Config) { c.WithHttpClient(&http.Client{Transport: transport}) })
		check(t, put(t.Context(), remote), sort{fault.Remote, true, "region or endpoint"})
	})
	t.Run("unknown authority", func(t *testing.T) {
		s := httptest.NewUnstartedServer(nil)
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		defer s.Close()
		check(t, put(t.Context(), client(s.URL)), sort{fault.Remote, true, "certificate"})
	})
	t.Run("connection dropped", func(t *testing.T) {
		drop := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		check(t, put(t.Context(), server(t, drop)), unreachable)
		check(t, list(t.Context(), server(t, drop)), unreachable)
	})
	t.Run("body cut", func(t *testing.T) {
		cut := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "half")
		}
		check(t, get(t.Context(), server(t, cut)), unreachable)
		check(t, list(t.Context(), server(t, cut)), unreachable)
	})
	t.Run("deadline", func(t *testing.T) {
		hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		check(t, get(ctx, server(t, hang)), unreachable)
	})
}

func TestInterrupted(t *testing.T) {
	want := sort{fault.Interrupted, true, ""}
	for name, do := range map[string]func(context.Context, *oss.Client) error{
		"put": put, "get": get, "list": list,
		"upload": func(ctx context.Context, c *oss.Client) error {
			return upload(ctx, t, c, resumable.UploadOptions{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			remote := server(t, func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				cancel()
				<-r.Context().Done()
			})
			check(t, do(ctx, remote), want) // within the request
			check(t, do(ctx, remote), want) // before it
		})
	}
}

func TestMoved(t *testing.T) {
	remote := server(t, refusal(500, "InternalError"))
	err := upload(t.Context(), t, remote, resumable.UploadOptions{Expect: &resumable.Fingerprint{Size: 1}})
	check(t, err, sort{fault.Moved, false, "plan again"})

	root, err := localfs.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	_, err = root.Hash(t.Context(), "none", localfs.Stat{})
	check(t, err, sort{fault.Moved, false, "plan again"})
	check(t, fmt.Errorf("root: %w: %w", localfs.ErrRootReplaced, fs.ErrNotExist), sort{fault.Moved, false, "plan again"})
	check(t, resumable.ErrRemoteChanged, sort{fault.Moved, false, "plan again"})
}

func TestIntegrity(t *testing.T) {
	remote := server(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("ETag", `"00000000000000000000000000000000"`)
	})
	err := upload(t.Context(), t, remote, resumable.UploadOptions{})
	check(t, err, sort{fault.Integrity, false, "altered bytes"})
	// It stays one, whatever else went wrong at the same time.
	check(t, errors.Join(put(t.Context(), server(t, refusal(503, "Busy"))), err), sort{fault.Integrity, false, "altered bytes"})
}

func TestNothing(t *testing.T) {
	if fault.Of(nil) != fault.Other || fault.Stops(nil) || fault.Hint(nil) != "" {
		t.Error("no error is sorted as one")
	}
	check(t, errors.New("anything"), sort{fault.Other, false, ""})
}

// A clock that is wrong is told beside the one that is right.
func TestM14_HintNamesBothClocks(t *testing.T) {
	err := &oss.ServiceError{StatusCode: 403, Code: "RequestTimeTooSkewed", Timestamp: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)}
	got := fault.Hint(err)
	if !strings.Contains(got, "2026-05-04 10:00:00 UTC") || !strings.Contains(got, "it says 20") || fault.Of(err) != fault.Denied {
		t.Errorf("%q", got)
	}
}
