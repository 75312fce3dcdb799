package spec

import "time"

// Watch tells how `osssync watch` keeps a mapping in agreement. The zero value is
// not useful; Parse fills in the defaults, also where the spec has no `watch`.
type Watch struct {
	Enabled bool          // false: watch leaves the mapping alone unless it is named
	Settle  time.Duration // 1 second to 1 hour: how long a path must be quiet before it is looked at
	Rescan  time.Duration // 10 seconds to 7 days: time between two passes over everything, give or take a quarter
	Prune   bool          // whether watch may delete, within what Mapping.Prune and Guard allow
	Drift   Drift
}

// Drift tells what watch does about what others changed on the side that a mapping
// writes.
type Drift int

const (
	// DriftFix puts it right. It is the zero value and the default.
	DriftFix Drift = iota
	// DriftReport counts and shows it, and touches nothing.
	DriftReport
)

// String returns the word of the spec language: "fix" or "report".
func (d Drift) String() string { return nameOf(driftNames, d) }
