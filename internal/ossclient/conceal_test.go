package ossclient

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// A service may tell what it was sent; then the session token is not passed on.
func TestX1_EchoedToken(t *testing.T) {
	c := client(t, Options{MaxAttempts: 1}, func(w http.ResponseWriter, r *http.Request) {
		refusal := fmt.Sprintf("<Error><Code>AccessDenied</Code><Message>token %s, and %[1]s</Message><RequestId>5F</RequestId></Error>",
			r.Header.Get(oss.HeaderOssSecurityToken))
		w.Header().Set(requestID, "5F")
		if r.Method == http.MethodHead {
			w.Header().Set(oss.HeaderOssERR, base64.StdEncoding.EncodeToString([]byte(refusal)))
		}
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, refusal)
	})
	_, err := get(t.Context(), c)
	for _, err := range []error{err, head(t.Context(), c)} {
		var answer *oss.ServiceError
		if !errors.As(err, &answer) || answer.Message != "token [secret], and [secret]" || answer.Code != "AccessDenied" {
			t.Errorf("%v", err)
		}
		if text := fmt.Sprintf("%v %+v %#v", err, answer, *answer); strings.Contains(text, canaryToken) {
			t.Errorf("secret in %s", text)
		}
	}
}

// What cannot be read of a refusal stays an error of the connection.
func TestConcealKeepsErrors(t *testing.T) {
	broken := errors.New("broken")
	req := &http.Request{Header: http.Header{oss.HeaderOssSecurityToken: {"t"}}}
	answer := &http.Response{StatusCode: 403, Body: io.NopCloser(io.MultiReader(strings.NewReader("a t b"), failingReader{broken}))}
	new(transport).conceal(req, answer)
	if text, err := io.ReadAll(answer.Body); string(text) != "a [secret] b" || !errors.Is(err, broken) {
		t.Errorf("%q, %v", text, err)
	}
}
