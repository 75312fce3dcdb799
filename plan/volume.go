package plan

import (
	"fmt"

	"github.com/osssync/osssync/spec"
)

// The guards of this file bound what one plan moves: whoever fills the bucket of a
// pull must not fill the disk, and a push from a wrong folder not the bucket. No
// flag relaxes them; the spec names the number.

// guardMaxObjects stops a plan that moves more objects than the spec allows.
func guardMaxObjects(_ *Header, s *Summary, limits spec.Guard, _ Allowances) *Trip {
	n := s.Upload.Objects + s.Download.Objects
	if limits.MaxObjects == 0 || n <= int64(limits.MaxObjects) {
		return nil
	}
	return &Trip{
		Guard: "max-objects",
		Fact:  fmt.Sprintf("this plan moves %d %s, above the limit (%d)", n, Plural(n, "object"), limits.MaxObjects),
		Hint:  fmt.Sprintf("to go on: guard.maxObjects: %d in the spec", n),
	}
}

// guardMaxObjectSize stops a plan that moves an object larger than the spec allows.
func guardMaxObjectSize(_ *Header, s *Summary, limits spec.Guard, _ Allowances) *Trip {
	if limits.MaxObjectSize == 0 || s.Largest <= limits.MaxObjectSize {
		return nil
	}
	return &Trip{
		Guard: "max-object-size",
		Fact:  fmt.Sprintf("this plan moves %q of %d %s, above the limit (%d)", s.LargestAt, s.Largest, Plural(s.Largest, "byte"), limits.MaxObjectSize),
		Hint:  fmt.Sprintf("exclude it; or to go on: guard.maxObjectSize: %d in the spec", s.Largest),
	}
}

// guardMaxTotalSize stops a plan that moves more bytes than the spec allows.
func guardMaxTotalSize(_ *Header, s *Summary, limits spec.Guard, _ Allowances) *Trip {
	n := s.Upload.Bytes + s.Download.Bytes
	if limits.MaxTotalSize == 0 || n <= limits.MaxTotalSize {
		return nil
	}
	return &Trip{
		Guard: "max-total-size",
		Fact:  fmt.Sprintf("this plan moves %d %s, above the limit (%d)", n, Plural(n, "byte"), limits.MaxTotalSize),
		Hint:  fmt.Sprintf("to go on: guard.maxTotalSize: %d in the spec", n),
	}
}

// guardVolume judges by these guards a plan that is not whole yet. What they count
// only grows, so what stops it now would stop it in the end.
func guardVolume(p *Policy, soFar *Summary) error {
	for _, guard := range []func(*Header, *Summary, spec.Guard, Allowances) *Trip{guardMaxObjects, guardMaxObjectSize, guardMaxTotalSize} {
		if t := guard(nil, soFar, p.Guard, Allowances{}); t != nil {
			t.Fact += ", and was not made to its end"
			t.Hint = "read what the source holds; a limit on what one plan moves stands under `guard:` in the spec"
			return &GuardError{Mapping: p.Mapping, Trips: []Trip{*t}}
		}
	}
	return nil
}
