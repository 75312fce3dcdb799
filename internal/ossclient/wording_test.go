package ossclient

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// A refusal in JSON is an error with the status that it came with, whatever it says.
func TestM19_RefusalInJSON(t *testing.T) {
	for _, text := range []string{"null", `{"Error":null}`, `{"StatusCode":200,"Code":"NoSuchKey"}`, `[]`, ""} {
		c := client(t, Options{MaxAttempts: 1}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, text)
		})
		_, err := get(t.Context(), c)
		if answer, ok := errors.AsType[*oss.ServiceError](err); !ok || answer == nil || answer.StatusCode != http.StatusForbidden {
			t.Errorf("%q: %v", text, err)
		}
	}
}
