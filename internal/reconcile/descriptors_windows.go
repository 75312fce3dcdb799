package reconcile

import "math"

// descriptorLimit returns how many descriptors this process may have open: on
// Windows there is no limit but memory.
func descriptorLimit() int { return math.MaxInt }
