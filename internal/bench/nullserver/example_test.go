package nullserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/osssync/osssync/internal/bench/nullserver"
)

func Example() {
	s := nullserver.New("bench")
	s.Load([]nullserver.Object{{Key: "www/a", Size: 3}}, "")

	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodPut, "/bench/www/b", strings.NewReader("content")),
		httptest.NewRequest(http.MethodHead, "/bench/www/a", nil),
	} {
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
	for o := range s.Objects() {
		fmt.Println(o.Key, o.Size)
	}
	fmt.Println(s.Requests())
	// Output:
	// www/a 3
	// www/b 7
	// head 1 · put 1
}
