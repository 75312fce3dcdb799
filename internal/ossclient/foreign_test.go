package ossclient

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// D2: the page of a proxy is no answer, whatever was asked and whatever its status.
func TestD2_ForeignAnswers(t *testing.T) {
	for _, status := range []int{200, 204, 403, 404} {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
				requests++
				w.Header().Del(requestID)
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(status)
				if status != 204 {
					io.WriteString(w, "<html>login</html>")
				}
			})
			for name, do := range map[string]func() error{
				"HEAD": func() error { return head(t.Context(), c) },
				"GET":  func() error { _, err := get(t.Context(), c); return err },
				"PUT":  func() error { return put(t.Context(), c, strings.NewReader("x")) },
			} {
				requests = 0
				var page *ForeignAnswerError
				if err := do(); !errors.As(err, &page) || page.Status != status || requests != 1 {
					t.Errorf("%s, status %d: %v after %d requests", name, status, err, requests)
				}
			}
		})
	}
}

func TestForeignTroubleIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			if requests++; requests == 1 {
				w.Header().Del(requestID)
				w.WriteHeader(http.StatusBadGateway)
			}
		})
		if err := head(t.Context(), c); err != nil || requests != 2 {
			t.Errorf("%v after %d requests", err, requests)
		}
	})
}
