// Package ground holds what the tests of the harness stand on: the seed of what they
// draw, and folders in memory.
//
//	random := rand.New(rand.NewPCG(ground.Seed(t), 0))
//	dir := ground.Memory(t)
package ground

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Seed is that of the environment variable OSSSYNC_SEED, or a new one. It is logged,
// so that a failure can be played again.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("OSSSYNC_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("OSSSYNC_SEED=%d", seed)
	return seed
}

// Memory returns a folder for the test, in memory where the system has a file
// system for that. It is removed with the test.
func Memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "osssync")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
