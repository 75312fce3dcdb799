//go:build !failpoint

package chaos

import "pgregory.net/rapid"

// diskActions are the moves that need a gate before the disk.
func (*machine) diskActions() map[string]func(*rapid.T) { return nil }
