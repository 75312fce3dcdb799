package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counter gives each play a folder of its own.
type counter struct{ atomic.Int64 }

func (c *counter) next() int { return int(c.Add(1)) }

// level is the one that the environment asks for.
func level(t *testing.T) Level {
	t.Helper()
	l, err := LevelOf(os.Getenv("CHAOS"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// bubble runs f where time passes only while everybody waits, and where nothing
// that f began may outlive it. The folder is removed.
func bubble(t *testing.T, dir string, n int, f func(dir string) error) (err error) {
	t.Helper()
	dir = filepath.Join(dir, strconv.Itoa(n))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	synctest.Test(t, func(*testing.T) {
		defer func() {
			if broken := recover(); broken != nil {
				err = fmt.Errorf("panic: %v", broken)
			}
		}()
		err = f(filepath.Join(dir, "world"))
	})
	return err
}
