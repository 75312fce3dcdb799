package ossclient

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/spec"
)

// service refuses tokens other than the newest, and hands out newer ones.
type service struct {
	issued, refused atomic.Int32
	never           atomic.Bool // takes no token
	code            string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/keys" {
		io.WriteString(w, `{"AccessKeyId":"i","AccessKeySecret":"`+canarySecret+`","SecurityToken":"`+canaryToken+strconv.Itoa(int(s.issued.Add(1)))+`"}`)
		return
	}
	w.Header().Set(requestID, "0")
	token := r.Header.Get(oss.HeaderOssSecurityToken)
	if !s.never.Load() && token == canaryToken+strconv.Itoa(int(s.issued.Load())) && s.issued.Load() > 1 {
		return
	}
	s.refused.Add(1)
	text := "<Error><Code>" + s.code + "</Code><Message>token " + token + "</Message></Error>"
	if r.Method == http.MethodHead {
		w.Header().Set(oss.HeaderOssERR, base64.StdEncoding.EncodeToString([]byte(text)))
	}
	w.Header().Set(renewedHeader, "yes") // of somebody who wants to be asked for ever
	w.WriteHeader(http.StatusForbidden)
	io.WriteString(w, text)
}

// M13: a token that the service takes for expired is replaced, once, and the request
// signed again.
func TestM13_ExpiredTokenIsReplaced(t *testing.T) {
	for _, code := range []string{"SecurityTokenExpired", "InvalidSecurityToken"} {
		s := &service{code: code}
		server := httptest.NewServer(s)
		defer server.Close()
		c, err := Open(spec.Store{Name: "s", Region: "r", Endpoint: server.URL}, Options{Getenv: environment("ALIBABA_CLOUD_CREDENTIALS_URI", server.URL+"/keys")})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := head(t.Context(), c); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if err := put(t.Context(), c, strings.NewReader("x")); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if issued, refused := s.issued.Load(), s.refused.Load(); issued != 2 || refused != 1 {
			t.Errorf("%s: %d tokens issued, %d requests refused", code, issued, refused)
		}
		if c.Endpoint() != server.URL || !strings.Contains(c.Keys().Origin(), "ALIBABA_CLOUD_CREDENTIALS_URI") {
			t.Errorf("%s, %s", c.Endpoint(), c.Keys().Origin())
		}
		// The replacement of a refused token is not replaced itself.
		s.never.Store(true)
		s.refused.Store(0)
		err = put(t.Context(), c, strings.NewReader("x"))
		if fault.Of(err) != fault.Denied || strings.Contains(err.Error(), "canary") || s.refused.Load() != 1 || s.issued.Load() != 2 {
			t.Errorf("%s: %v after %d refusals, %d tokens", code, err, s.refused.Load(), s.issued.Load())
		}
	}
}

// M13: so it is for callers that retry on their own.
func TestM13_ExpiredTokenIsReplacedForASingleAttempt(t *testing.T) {
	s := &service{code: "SecurityTokenExpired"}
	server := httptest.NewServer(s)
	defer server.Close()
	c, err := Open(spec.Store{Name: "s", Region: "r", Endpoint: server.URL}, Options{Getenv: environment("ALIBABA_CLOUD_CREDENTIALS_URI", server.URL+"/keys")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	listing := &oss.OperationInput{OpName: "ListObjectsV2", Method: http.MethodGet, Bucket: oss.Ptr("bucket")}
	if _, err := c.InvokeOperation(t.Context(), listing, once); err != nil || s.issued.Load() != 2 || s.refused.Load() != 1 {
		t.Errorf("%v after %d refusals, %d tokens", err, s.refused.Load(), s.issued.Load())
	}
}

// A source that has no keys any more ends a request without it being sent.
func TestM13_SourceThatFails(t *testing.T) {
	for status, kind := range map[int]fault.Kind{http.StatusForbidden: fault.Denied, http.StatusServiceUnavailable: fault.Remote} {
		keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, `{"Code":"NoPermission","Message":"`+canarySecret+`"}`)
		}))
		defer keys.Close()
		c, err := Open(spec.Store{Name: "s", Region: "r", Endpoint: "http://127.0.0.1:1"}, Options{Getenv: environment("ALIBABA_CLOUD_CREDENTIALS_URI", keys.URL)})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		err = put(t.Context(), c, strings.NewReader("x"))
		if refusal := new(credential.RefusalError); !errors.As(err, &refusal) || fault.Of(err) != kind || !fault.Stops(err) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v is of kind %d, want %d", err, fault.Of(err), kind)
		}
	}
}
