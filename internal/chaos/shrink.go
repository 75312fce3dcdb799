package chaos

import "slices"

// shrink returns a schedule that fails as well as s does, and from which nothing
// can be left out: no step, no fault, no edit. fails tells whether a schedule
// fails; it is asked at most budget times.
func shrink(s schedule, budget int, fails func(schedule) bool) schedule {
	for again := true; again; {
		again = false
		for smaller := range smallerThan(s) {
			if budget--; budget < 0 {
				return s
			}
			if fails(smaller) {
				s, again = smaller, true
				break
			}
		}
	}
	return s
}

// smallerThan yields the schedules that lack one thing of s, the largest first.
func smallerThan(s schedule) func(yield func(schedule) bool) {
	return func(yield func(schedule) bool) {
		for i := range s.steps {
			if !yield(s.without(i, func(*step) bool { return false })) {
				return
			}
		}
		for i, of := range s.steps {
			for j := range of.faults {
				if !yield(s.without(i, func(n *step) bool { n.faults = slices.Delete(n.faults, j, j+1); return true })) {
					return
				}
			}
			for j := range of.disk {
				if !yield(s.without(i, func(n *step) bool { n.disk = slices.Delete(n.disk, j, j+1); return true })) {
					return
				}
			}
			for j := range of.edits {
				if !yield(s.without(i, func(n *step) bool { n.edits = slices.Delete(n.edits, j, j+1); return true })) {
					return
				}
			}
			if of.saved && !yield(s.without(i, func(n *step) bool { n.saved = false; return true })) {
				return
			}
		}
		if s.scene.pageSize > 0 {
			s.scene.pageSize = 0
			if !yield(s) {
				return
			}
		}
		if s.scene.workers > 1 {
			s.scene.workers = 1
			yield(s)
		}
	}
}

// without returns a copy of s with step i changed, or left out where keep says so
// by returning false.
func (s schedule) without(i int, keep func(*step) bool) schedule {
	steps := slices.Clone(s.steps)
	next := step{edits: slices.Clone(steps[i].edits), saved: steps[i].saved, faults: slices.Clone(steps[i].faults), disk: slices.Clone(steps[i].disk)}
	if keep(&next) {
		steps[i] = next
	} else {
		steps = slices.Delete(steps, i, i+1)
	}
	return schedule{scene: s.scene, steps: steps}
}
