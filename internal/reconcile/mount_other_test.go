//go:build !linux

package reconcile

import "testing"

func mount(t *testing.T, _ string) (unmount func()) {
	t.Helper()
	t.Skip("mounts on Linux only")
	return nil
}
