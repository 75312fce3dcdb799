package plan

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/osssync/osssync/spec"
)

func TestL16_VolumeGuards(t *testing.T) {
	var s Summary
	s.count(&Download{Path: "small", Remote: Version{Size: 10}})
	s.count(&Download{Path: "big", Remote: Version{Size: 70}})
	s.count(&ResumeUpload{Upload: Upload{Path: "half", Local: Stat{Size: 40}}, Bytes: 20})
	for _, row := range []struct {
		name   string
		limits spec.Guard
		want   []Trip
	}{
		{"no limits", spec.Guard{}, nil},
		{"at the limits", spec.Guard{MaxObjects: 3, MaxObjectSize: 70, MaxTotalSize: 100}, nil},
		{"one object too many", spec.Guard{MaxObjects: 2}, []Trip{
			{"max-objects", "this plan moves 3 objects, above the limit (2)", "to go on: guard.maxObjects: 3 in the spec"},
		}},
		{"one byte too many", spec.Guard{MaxTotalSize: 99}, []Trip{
			{"max-total-size", "this plan moves 100 bytes, above the limit (99)", "to go on: guard.maxTotalSize: 100 in the spec"},
		}},
		{"the largest is too large", spec.Guard{MaxObjectSize: 69}, []Trip{
			{"max-object-size", `this plan moves "big" of 70 bytes, above the limit (69)`, "exclude it; or to go on: guard.maxObjectSize: 70 in the spec"},
		}},
	} {
		var got []Trip
		var stopped *GuardError
		if err := Guard(&Header{}, &s, row.limits, Allowances{Deletes: 1000, EmptySource: true}); errors.As(err, &stopped) {
			got = stopped.Trips
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// A source without end stops growing the plan where a guard would stop it anyway;
// short of that the plan is whole, so that the guard tells the number.
func TestL16_M19_SourceWithoutEnd(t *testing.T) {
	for _, row := range []struct {
		limits spec.Guard
		rows   int // that a draft took; 0: all
		guard  string
	}{
		{spec.Guard{}, 0, ""},
		{spec.Guard{MaxObjects: 50}, 0, ""},
		{spec.Guard{MaxObjects: 1}, 11, "max-objects"},
		{spec.Guard{MaxObjects: 20}, 21, "max-objects"},
		{spec.Guard{MaxTotalSize: 159}, 16, "max-total-size"},
		{spec.Guard{MaxObjectSize: 9}, 11, "max-object-size"},
	} {
		p := policy(spec.Pull, all)
		p.Mapping, p.Guard = "m", row.limits
		d := NewDraft(p, new(memory))
		d.full = 10
		var err error
		n := 0
		for n < 50 && err == nil {
			s := state(fmt.Sprintf("k%02d", n), lNone, rA)
			n++
			err = d.Add(s, p.Diff(s, &Evidence{}))
		}
		if row.rows == 0 {
			if err != nil {
				t.Errorf("%+v: %v", row.limits, err)
			}
			continue
		}
		var stopped *GuardError
		if !errors.As(err, &stopped) || stopped.Mapping != "m" || stopped.Trips[0].Guard != row.guard || n != row.rows {
			t.Errorf("%+v: after %d rows %v", row.limits, n, err)
		}
	}
}
