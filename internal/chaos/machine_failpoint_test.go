//go:build failpoint

package chaos

import (
	"path"

	"pgregory.net/rapid"
)

// diskActions are the moves that need a gate before the disk.
func (m *machine) diskActions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"lock a folder": func(*rapid.T) {
			if folder := path.Dir(m.name()); folder != "." {
				m.denied[folder] = true
			}
		},
		"unlock all folders": func(*rapid.T) { clear(m.denied) },
		"kill in a call": func(*rapid.T) {
			op := rapid.SampledFrom(diskOps).Draw(m.t, "call")
			m.apply(how{disk: []diskFault{{op: op, nth: rapid.IntRange(1, 25).Draw(m.t, "number"), do: killed}}})
		},
		"apply with faults of the disk": func(*rapid.T) {
			op := rapid.SampledFrom(diskOps).Draw(m.t, "call")
			f := diskFault{op: op, nth: rapid.IntRange(1, 25).Draw(m.t, "number"), ever: rapid.Bool().Draw(m.t, "ever")}
			f.do = rapid.SampledFrom(diskFaultsOf(op)).Draw(m.t, "trouble")
			m.t.Log(f)
			m.apply(how{disk: []diskFault{f}})
		},
	}
}
