package watch

import (
	"maps"
	"slices"
	"time"
)

// Format is the version of [Status] as JSON. Fields may be added under the same
// number; nothing else changes.
const Format = 1

// State says in one word how a mapping is doing.
type State string

// The states.
const (
	Starting   State = "starting"    // not every path was looked at yet
	InSync     State = "in-sync"     // all that is known agrees
	Settling   State = "settling"    // paths changed and have to be quiet for a while
	Working    State = "working"     // a pass runs
	Degraded   State = "degraded"    // kept, with less than was asked for: Reason says what is lacking
	Holding    State = "waiting"     // another run has the lock
	BackingOff State = "backing-off" // trouble; tried again at NextPass
	Stopped    State = "halted"      // nothing is done until Reason is put right
)

// Status is all that a watch tells of itself: one value for one process.
type Status struct {
	Format   int       `json:"format"`
	Tool     string    `json:"tool"`
	PID      int       `json:"pid"`
	Host     string    `json:"host"`
	Spec     string    `json:"spec"` // path of the spec
	Started  time.Time `json:"started"`
	Written  time.Time `json:"written"`           // when this was true
	Ended    bool      `json:"ended,omitempty"`   // the process ended in order
	Reloaded time.Time `json:"reloaded,omitzero"` // when the spec in use was read

	// SpecError says why the spec as it stands now is not in use; "" if it is.
	SpecError string `json:"spec_error,omitempty"`

	// Hanging names a mapping whose goroutine gave no sign of life for two minutes.
	Hanging string `json:"hanging,omitempty"`

	LogDropped int64           `json:"log_dropped"` // lines that nobody took
	Mappings   []MappingStatus `json:"mappings"`    // in the order of the spec
}

// MappingStatus is the status of one mapping. Times that were not reached are zero.
type MappingStatus struct {
	Name      string    `json:"name"`
	Direction string    `json:"direction"`
	Local     string    `json:"local"`
	Remote    string    `json:"remote"` // oss://bucket/prefix/
	State     State     `json:"state"`
	Since     time.Time `json:"since"` // of the state
	Reason    string    `json:"reason,omitempty"`
	Hint      string    `json:"hint,omitempty"`

	LastPass      time.Time `json:"last_pass,omitzero"`      // end of the last pass over everything that came to its end
	LastConverged time.Time `json:"last_converged,omitzero"` // when both sides were last known to agree
	NextPass      time.Time `json:"next_pass,omitzero"`      // over everything
	Watching      bool      `json:"watching"`                // events come

	Pending  int64      `json:"pending"`             // paths that wait to be looked at; a folder counts as one
	InFlight []Transfer `json:"in_flight,omitempty"` // at most 64
	Done     Amount     `json:"done"`                // of the pass that runs
	Total    Amount     `json:"total"`

	Extra int64 `json:"extra"` // at the target and not at the source, left there
	Kept  int64 `json:"kept"`  // changes of others, left there

	Errors  []Failure `json:"errors,omitempty"`  // the last ones, at most 20, oldest first
	Changes []Change  `json:"changes,omitempty"` // the last ones, at most 50, oldest first
	Counts  Counts    `json:"counts"`            // since the process began
}

// Amount is a number of actions and the bytes that they move.
type Amount struct {
	Actions int64 `json:"actions"`
	Bytes   int64 `json:"bytes"`
}

// Transfer is one object under way.
type Transfer struct {
	Path  string `json:"path"`
	Done  int64  `json:"done"` // bytes
	Total int64  `json:"total"`
}

// Failure is trouble of a pass.
type Failure struct {
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"` // one word, as in Counts.Faults
	Error  string    `json:"error"`
	Hint   string    `json:"hint,omitempty"`
	Repeat int64     `json:"repeat,omitempty"` // times in a row beyond the first
}

// Change is what became of one path.
type Change struct {
	Time    time.Time `json:"time"`
	Action  string    `json:"action"` // as in plan files: "upload", "delete-remote", ...
	Path    string    `json:"path"`   // with U+FFFD where it is not UTF-8
	Reason  string    `json:"reason"`
	Outcome string    `json:"outcome"` // "done", "skipped", "held" or "failed"
	Bytes   int64     `json:"bytes"`   // moved
	Error   string    `json:"error,omitempty"`
}

// Counts only grow.
type Counts struct {
	Uploaded   int64 `json:"uploaded"`
	Downloaded int64 `json:"downloaded"`
	Deleted    int64 `json:"deleted"`
	Headers    int64 `json:"headers"` // set on objects
	Aborted    int64 `json:"aborted"` // multipart uploads
	Skipped    int64 `json:"skipped"`
	Held       int64 `json:"held"`
	Failed     int64 `json:"failed"`
	Bytes      int64 `json:"bytes"` // moved

	Events  int64 `json:"events"`
	Lost    int64 `json:"lost"`    // times that events were lost
	Batches int64 `json:"batches"` // passes over some paths
	Passes  int64 `json:"passes"`  // over everything
	Drift   int64 `json:"drift"`   // changes of others that were found

	Faults map[string]int64 `json:"faults,omitempty"` // passes that ended with trouble, by kind
}

// see counts a change.
func (c *Counts) see(change *Change) {
	c.Bytes += change.Bytes
	switch change.Outcome {
	case "skipped":
		c.Skipped++
	case "held":
		c.Held++
	case "failed":
		c.Failed++
	case "done":
		c.did(change.Action)
	}
}

func (c *Counts) did(action string) {
	switch action {
	case "upload", "resume-upload":
		c.Uploaded++
	case "download":
		c.Downloaded++
	case "set-meta":
		c.Headers++
	case "delete-remote", "delete-local":
		c.Deleted++
	case "abort-upload":
		c.Aborted++
	}
}

// Changed is how many changes were done.
func (c *Counts) Changed() int64 {
	return c.Uploaded + c.Downloaded + c.Deleted + c.Headers + c.Aborted
}

// Bounds of what a status holds.
const (
	maxErrors   = 20
	maxChanges  = 50
	maxInFlight = 64
)

// Health sums a status up.
type Health uint8

// The levels of health, the gravest last.
const (
	HealthInSync  Health = iota // both sides of every mapping agree
	HealthPending               // something is to be done, or is left undone as the spec says
	HealthTrouble               // degraded, halted, failing, or with a spec that is not in use; or hanging
)

// Health returns that of the worst mapping.
func (s *Status) Health() Health {
	worst := HealthInSync
	if s.SpecError != "" || s.Hanging != "" {
		worst = HealthTrouble
	}
	for i := range s.Mappings {
		worst = max(worst, s.Mappings[i].Health())
	}
	return worst
}

// Health returns that of one mapping.
func (m *MappingStatus) Health() Health {
	switch {
	case m.State == Degraded, m.State == Stopped, m.State == BackingOff:
		return HealthTrouble
	case m.State != InSync, m.Pending > 0, m.Kept > 0:
		return HealthPending
	}
	return HealthInSync
}

// clone returns a copy that shares nothing.
func (s *Status) clone() Status {
	c := *s
	c.Mappings = slices.Clone(s.Mappings)
	for i := range c.Mappings {
		c.Mappings[i] = c.Mappings[i].clone()
	}
	return c
}

func (m *MappingStatus) clone() MappingStatus {
	c := *m
	c.InFlight, c.Errors, c.Changes = slices.Clone(m.InFlight), slices.Clone(m.Errors), slices.Clone(m.Changes)
	c.Counts = m.Counts.clone()
	return c
}

// keep appends to a list that forgets its oldest items beyond most.
func keep[T any](list []T, item T, most int) []T {
	if len(list) >= most {
		list = slices.Delete(list, 0, len(list)-most+1)
	}
	return append(list, item)
}

func (c *Counts) clone() Counts {
	d := *c
	d.Faults = maps.Clone(c.Faults)
	return d
}
