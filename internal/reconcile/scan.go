package reconcile

import "sync/atomic"

// Scan counts what planning has seen. The planner writes, anybody may read at the
// same time.
type Scan struct {
	Walked   atomic.Int64 // items of the local walk
	Listed   atomic.Int64 // objects
	Compared atomic.Int64 // paths decided
	Changes  atomic.Int64 // of those, how many are to be changed
	Hashed   atomic.Int64 // bytes of local files read
	Headed   atomic.Int64 // objects looked at
}
