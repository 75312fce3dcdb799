package safety_test

import (
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/osssync/osssync/internal/safety"
)

// A module without tests proves nothing, so there is no page for it.
func ExamplePage() {
	_, err := safety.Page(fstest.MapFS{"a/a_test.go": {Data: []byte("package a\n")}})
	first, _, _ := strings.Cut(err.Error(), "\n")
	fmt.Println(first)
	// Output:
	// safety page: row C1 (two applies on one machine) without a test, and no limit
}
