package iter

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

// failing answers the first n requests with fault.
func failing(n int, fault func(http.ResponseWriter)) func(int, http.ResponseWriter, *http.Request) bool {
	return func(i int, w http.ResponseWriter, _ *http.Request) bool {
		if i <= n {
			fault(w)
		}
		return i <= n
	}
}

func status(code int, name string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { refuse(w, code, name) }
}

func hangUp(http.ResponseWriter) { panic(http.ErrAbortHandler) }

func torn(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "500")
	fmt.Fprint(w, "<ListBucketResult><Name>bucket</Name>")
	_ = http.NewResponseController(w).Flush() // else nothing is sent at all
	panic(http.ErrAbortHandler)
}

func tornGzip(w http.ResponseWriter) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	fmt.Fprint(z, "<ListBucketResult><Name>bucket</Name>")
	z.Flush() // without Close: no checksum
}

func TestAttempts(t *testing.T) {
	tests := []struct {
		name        string
		fails       int
		fault       func(http.ResponseWriter)
		maxAttempts int
		requests    int
		ok          bool
	}{
		{"EDGE-16 503 twice, 3 attempts", 2, status(503, "ServiceUnavailable"), 3, 3, true},
		{"EDGE-16 503 twice, 2 attempts", 2, status(503, "ServiceUnavailable"), 2, 2, false},
		{"EDGE-16 404", 1, status(404, "NoSuchBucket"), 3, 1, false},
		{"EDGE-16 one attempt", 1, status(503, "ServiceUnavailable"), 1, 1, false},
		{"IT-5 negative is one attempt", 1, status(503, "ServiceUnavailable"), -1, 1, false},
		{"IT-5 zero is three attempts", 9, status(500, "InternalError"), 0, 3, false},
		{"IT-5 IT-8 ten attempts are ten requests", 99, status(500, "InternalError"), 10, 10, false},
		{"IT-6 500", 1, status(500, "InternalError"), 2, 2, true},
		{"IT-6 504", 1, status(504, "GatewayTimeout"), 2, 2, true},
		{"IT-6 400", 1, status(400, "InvalidArgument"), 3, 1, false},
		{"IT-6 401", 1, status(401, "Unauthorized"), 3, 1, false},
		{"IT-6 403", 1, status(403, "AccessDenied"), 3, 1, false},
		{"IT-6 409", 1, status(409, "Conflict"), 3, 1, false},
		{"IT-6 307", 1, status(307, "TemporaryRedirect"), 3, 1, false},
		{"IT-6 malformed", 1, func(w http.ResponseWriter) { fmt.Fprint(w, "<ListBucketResult>") }, 3, 1, false},
		{"IT-7 429", 1, status(429, "QpsLimitExceeded"), 2, 2, true},
		{"IT-7 connection lost", 1, hangUp, 2, 2, true},
		{"IT-7 torn body", 2, torn, 3, 3, true},
		{"IT-7 torn body for ever", 9, torn, 3, 3, false},
		{"IT-7 torn gzip", 1, tornGzip, 3, 2, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &service{objects: abc(), fault: failing(test.fails, test.fault)}
			var delays []time.Duration
			paging := Paging{MaxAttempts: test.maxAttempts, Sleep: noWait(&delays)}
			got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: paging}))
			if (err == nil) != test.ok || test.ok && len(got) != 10 {
				t.Errorf("%d objects, %v", len(got), err)
			}
			if n := len(s.requests()); n != test.requests || len(delays) != n-1 {
				t.Errorf("%d requests and %d pauses, want %d requests", n, len(delays), test.requests)
			}
		})
	}
}

func TestIT5_AttemptsStartAnewWithEachPage(t *testing.T) {
	s := &service{objects: abc()}
	s.fault = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n%3 != 0 {
			refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable")
		}
		return n%3 != 0
	}
	paging := Paging{PageSize: 5, Sleep: noWait(nil)}
	got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: paging}))
	if err != nil || len(got) != 10 || len(s.requests()) != 6 {
		t.Errorf("%d objects in %d requests, %v", len(got), len(s.requests()), err)
	}
}

func TestIT7_UnreachableServer(t *testing.T) {
	s := &service{}
	c := serve(t, s)
	s.Close()
	var delays []time.Duration
	_, err := gather(Buckets(t.Context(), c, BucketsOptions{Paging: Paging{Sleep: noWait(&delays)}}))
	if len(delays) != 2 {
		t.Errorf("%d pauses, %v", len(delays), err)
	}
	if text := err.Error(); !strings.HasPrefix(text, "list buckets page 1: attempt 3: ") || !strings.Contains(text, "connection refused") {
		t.Error(text)
	}
}

func TestIT7_DelaysGrowWithFullJitter(t *testing.T) {
	for attempt, ceiling := range map[int]time.Duration{
		1: 400 * time.Millisecond, 2: 800 * time.Millisecond, 6: 12800 * time.Millisecond,
		7: 20 * time.Second, 64: 20 * time.Second, 1000: 20 * time.Second,
	} {
		longest := time.Duration(0)
		for range 1000 {
			d := delay(attempt, io.EOF)
			if d < 0 || d >= ceiling {
				t.Fatalf("attempt %d: %v", attempt, d)
			}
			longest = max(longest, d)
		}
		// That no draw of a thousand falls into the upper half has the odds 2^-1000.
		if longest < ceiling/2 {
			t.Errorf("attempt %d: longest of 1000 is %v", attempt, longest)
		}
	}
}

func TestIT7_RetryAfterIsHonoured(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"5":                        5 * time.Second,
		"0":                        0,
		"-5":                       0,
		"soon":                     0,
		"9999999":                  time.Minute,
		"999999999999999999999999": 0,
		aDate.Add(30 * time.Second).Format(http.TimeFormat):       30 * time.Second,
		aDate.Add(-time.Hour).Format(http.TimeFormat):             0,
		aDate.Add(10000 * 24 * time.Hour).Format(http.TimeFormat): time.Minute,
	} {
		s := &service{fault: failing(1, func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", value)
			refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable")
		})}
		var delays []time.Duration
		if _, err := gather(Buckets(t.Context(), serve(t, s), BucketsOptions{Paging: Paging{Sleep: noWait(&delays)}})); err != nil {
			t.Fatal(err)
		}
		if d := delays[0]; d < want || d > max(want, 400*time.Millisecond) {
			t.Errorf("Retry-After %q: %v", value, d)
		}
	}
}

func TestIT7_ContextEndsTheWait(t *testing.T) {
	s := &service{fault: failing(9, status(503, "ServiceUnavailable"))}
	ctx, cancel := context.WithCancel(t.Context())
	paging := Paging{MaxAttempts: 5, Sleep: func(ctx context.Context, d time.Duration) error {
		cancel()
		return sleep(ctx, time.Hour)
	}}
	_, err := gather(Buckets(ctx, serve(t, s), BucketsOptions{Paging: paging}))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "context canceled while waiting after status 503") {
		t.Error(err)
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestIT7_TheDefaultSleepWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if err := sleep(t.Context(), time.Hour); err != nil || time.Since(start) != time.Hour {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestDeadlineOfTheContextIsFinal(t *testing.T) {
	s := &service{}
	ctx, cancel := context.WithCancel(t.Context())
	s.fault = func(_ int, _ http.ResponseWriter, r *http.Request) bool {
		cancel()
		<-r.Context().Done()
		return true
	}
	_, err := gather(Buckets(ctx, serve(t, s), BucketsOptions{Paging: Paging{Sleep: noWait(nil)}}))
	if !errors.Is(err, context.Canceled) || len(s.requests()) != 1 {
		t.Errorf("%d requests, %v", len(s.requests()), err)
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		status   int
		code     string
		notFound bool
	}{
		{404, "NoSuchBucket", true},
		{404, "NoSuchUpload", true},
		{404, "BadErrorResponse", true},
		{400, "NoSuchKey", true},
		// Hazard D30: not allowed to know is not the same as absent.
		{403, "AccessDenied", false},
		{400, "InvalidArgument", false},
		{503, "ServiceUnavailable", false},
	}
	for _, test := range tests {
		s := &service{fault: failing(1, status(test.status, test.code))}
		_, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{MaxAttempts: 1}}))
		if errors.Is(err, ErrNotFound) != test.notFound {
			t.Errorf("%d %s: not found is %t", test.status, test.code, !test.notFound)
		}
		if errors.Is(err, ErrNotListing) {
			t.Errorf("%d %s is no listing", test.status, test.code)
		}
		var service *oss.ServiceError
		if !errors.As(err, &service) || service.StatusCode != test.status || service.Code != test.code {
			t.Errorf("%d %s: %v", test.status, test.code, err)
		}
	}
}

func TestRefusalIsOneBoundedLine(t *testing.T) {
	s := &service{fault: failing(1, func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, "<Error><Code>Access\x1b[2J\nDenied</Code><Message>%s</Message></Error>", strings.Repeat("no\n", 1<<20))
	})}
	_, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{}))
	text := err.Error()
	if strings.ContainsAny(text, "\n\x1b") || len(text) > 2000 {
		t.Errorf("%d bytes: %.300q", len(text), text)
	}
	var service *oss.ServiceError
	if !errors.As(err, &service) || len(service.Snapshot) != maxSnapshot {
		t.Errorf("snapshot of %d bytes", len(service.Snapshot))
	}
}

func TestInvalidArgumentsSendNothing(t *testing.T) {
	s := &service{}
	c := serve(t, s)
	var failures []error
	for _, err := range ObjectUploads(t.Context(), c, "bucket", "", ObjectUploadsOptions{}) {
		failures = append(failures, err)
	}
	for _, err := range Parts(t.Context(), c, "bucket", "key", "", PartsOptions{}) {
		failures = append(failures, err)
	}
	for _, err := range Objects(t.Context(), c, "Not A Bucket", ObjectsOptions{Paging: Paging{Sleep: noWait(nil)}}) {
		failures = append(failures, err)
	}
	if len(failures) != 3 || failures[0] == nil || failures[1] == nil || failures[2] == nil || len(s.requests()) != 0 {
		t.Errorf("%d requests, %v", len(s.requests()), failures)
	}
}

func TestTornBodySaysHowMuchCame(t *testing.T) {
	s := &service{fault: failing(9, torn)}
	_, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{MaxAttempts: 1}}))
	const want = `list objects "oss://bucket/" page 1: answer torn after 37 B: unexpected EOF`
	if err == nil || err.Error() != want || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrNotListing) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestUntrustedCertificateIsFinal(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	cfg := oss.LoadDefaultConfig().WithRegion("cn-hangzhou").WithEndpoint(server.URL).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret"))
	var delays []time.Duration
	_, err := gather(Buckets(t.Context(), oss.NewClient(cfg), BucketsOptions{Paging: Paging{Sleep: noWait(&delays)}}))
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); !untrusted || len(delays) != 0 {
		t.Errorf("%d pauses, %v", len(delays), err)
	}
}
