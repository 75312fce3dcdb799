package ossclient

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// M14: a caller that retries by itself, and so allows one attempt, does not meet
// the refusal that corrects the clock.
func TestM14_ClockSkewWithOneAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			requests++
			now := time.Now().Add(time.Hour)
			w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
			signed, err := time.Parse("20060102T150405Z", r.Header.Get("x-oss-date"))
			if err != nil || now.Sub(signed) > 15*time.Minute {
				refusal(w, 403, "RequestTimeTooSkewed")
			}
		})
		for range 2 {
			out, err := c.InvokeOperation(t.Context(), &oss.OperationInput{OpName: "ListObjects", Method: "GET", Bucket: oss.Ptr("bucket")},
				func(o *oss.Options) { o.RetryMaxAttempts = oss.Ptr(1) })
			if err != nil {
				t.Fatal(err)
			}
			out.Body.Close()
		}
		if requests != 3 {
			t.Errorf("%d requests for two calls, want 3", requests)
		}
	})
}
