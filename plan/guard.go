package plan

import (
	"fmt"
	"strings"

	"github.com/osssync/osssync/spec"
)

// Allowances relax guards for one run.
type Allowances struct {
	Deletes     int64 // up to this many deletes pass, whatever the limits say; 0: none beyond them
	EmptySource bool  // the source, or a place in it where a file system was mounted, may be empty
}

// Trip is a guard that a plan ran into.
type Trip struct {
	Guard string // its name, such as "empty-source" or "max-deletes"
	Fact  string // what was found
	Hint  string // how to go on if it is meant
}

// GuardError refuses a whole plan. Nothing was changed.
type GuardError struct {
	Mapping string
	Trips   []Trip
}

func (e *GuardError) Error() string {
	facts := make([]string, len(e.Trips))
	for i, t := range e.Trips {
		facts[i] = t.Fact
	}
	return fmt.Sprintf("mapping %q stopped by a guard: %s", e.Mapping, strings.Join(facts, "; "))
}

// minDeletesForPercent is the number of deletes up to which no percentage is
// judged: a small tree may lose a file.
const minDeletesForPercent = 10

// guards are judged in this order, all of them.
var guards = []func(h *Header, s *Summary, limits spec.Guard, allow Allowances) *Trip{
	guardMissingRequired,
	guardEmptySource,
	guardUnmounted,
	guardMaxDeletes,
	guardMaxObjects,
	guardMaxObjectSize,
	guardMaxTotalSize,
}

// Guard judges a whole plan before its first change. It returns nil or a
// [GuardError] with every guard that stops it.
func Guard(h *Header, s *Summary, limits spec.Guard, allow Allowances) error {
	var trips []Trip
	for _, guard := range guards {
		if t := guard(h, s, limits, allow); t != nil {
			trips = append(trips, *t)
		}
	}
	if len(trips) == 0 {
		return nil
	}
	return &GuardError{Mapping: h.Mapping, Trips: trips}
}

// guardEmptySource stops a plan that would delete because its source has nothing
// at all: an unmounted disk, a failed build and a wrong bucket look like this.
func guardEmptySource(h *Header, s *Summary, _ spec.Guard, allow Allowances) *Trip {
	if allow.EmptySource || s.Deletes() == 0 {
		return nil
	}
	source, target, noun, have, n := h.Root, "oss://"+h.Bucket+"/"+h.Prefix, "object", s.LocalFiles, s.RemoteObjects
	if h.Direction == spec.Pull.String() {
		source, target, noun, have, n = target, source, "file", s.RemoteObjects, s.LocalFiles
	}
	if have > 0 {
		return nil
	}
	return &Trip{
		Guard: "empty-source",
		Fact:  fmt.Sprintf("source %s is empty, but %s has %d %s, %d to be deleted", source, target, n, Plural(n, noun), s.Deletes()),
		Hint:  "if it is meant to be empty: --allow-empty-source",
	}
}

// guardMissingRequired stops whatever it is if the source lacks a file that the
// spec requires: what is there is not what is meant to be moved.
func guardMissingRequired(h *Header, s *Summary, _ spec.Guard, _ Allowances) *Trip {
	if s.Missing == 0 {
		return nil
	}
	source, lacks := h.Root, fmt.Sprintf("%q", s.MissingAt)
	if h.Direction == spec.Pull.String() {
		source = "oss://" + h.Bucket + "/" + h.Prefix
	}
	if s.Missing > 1 {
		lacks = fmt.Sprintf("%d files, such as %q,", s.Missing, s.MissingAt)
	}
	why := ""
	if s.MissingWhy != "" {
		why = fmt.Sprintf("; what has the name %q does not count: %s", s.MissingAt, s.MissingWhy.Text())
	}
	return &Trip{
		Guard: "missing-required",
		Fact:  fmt.Sprintf("source %s lacks %s that the spec requires%s", source, lacks, why),
		Hint:  "an unfinished build, an unmounted disk and a wrong folder look like this; if the file is gone for good, take it out of `require:`",
	}
}

// guardUnmounted stops a plan that would delete because a file system that was
// mounted inside the tree is not there: the directory it was mounted on is empty.
func guardUnmounted(h *Header, s *Summary, _ spec.Guard, allow Allowances) *Trip {
	if allow.EmptySource || s.Unmounted == 0 || s.Deletes() == 0 {
		return nil
	}
	return &Trip{
		Guard: "unmounted",
		Fact: fmt.Sprintf("another file system was mounted at %q in %s at an earlier apply and is not now; %d %s due there",
			s.UnmountedAt, h.Root, s.Unmounted, Plural(s.Unmounted, "delete")),
		Hint: "mount it again; if it is gone for good: --allow-empty-source",
	}
}

// guardMaxDeletes stops a plan that would delete more than the spec allows. With
// prune: managed the share is of what this mapping put there: what others have
// beside it makes no mass delete small.
func guardMaxDeletes(h *Header, s *Summary, limits spec.Guard, allow Allowances) *Trip {
	n, of, noun, whose := s.Deletes(), s.RemoteObjects, "object", ""
	if s.DeleteLocal.Objects > 0 {
		of, noun = s.LocalFiles, "file"
	}
	if h.Prune == spec.PruneManaged.String() && s.OwnedRows < of {
		of, whose = s.OwnedRows, " that this mapping put there"
	}
	over := n > int64(limits.MaxDeletes) ||
		n > minDeletesForPercent && n*100 > of*int64(limits.MaxDeletePercent)
	if !over || n <= allow.Deletes {
		return nil
	}
	percent := 100.0
	if of > 0 {
		percent = float64(n) * 100 / float64(of)
	}
	return &Trip{
		Guard: "max-deletes",
		Fact: fmt.Sprintf("this plan deletes %d of %d %s%s (%.1f %%), above the limit (%d, or %d %% of more than %d)",
			n, of, Plural(of, noun), whose, percent, limits.MaxDeletes, limits.MaxDeletePercent, minDeletesForPercent),
		Hint: fmt.Sprintf("read them in the plan, those of a saved one with osssync show --deletes PLAN; to go on: --allow-deletes=%d", n),
	}
}
