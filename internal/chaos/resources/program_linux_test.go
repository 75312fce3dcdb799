package resources

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/osssync/osssync/internal/chaos/crash"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := workshop(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// The program is built once for all tests, where everybody may run it.
var (
	workshop = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "osssync-resources") })
	built    = sync.OnceValues(func() (string, error) {
		if inside := os.Getenv(insideVariable); inside != "" {
			return inside, nil
		}
		dir, err := workshop()
		if err == nil {
			err = os.Chmod(dir, 0o755)
		}
		if err != nil {
			return "", err
		}
		return crash.Build(context.Background(), dir, "")
	})
)

func program(t *testing.T) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
