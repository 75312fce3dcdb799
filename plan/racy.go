package plan

import "time"

// Clock ticks of file systems: how long after a change a second change may carry
// the same time stamp. Linux stamps with its timer tick, 10 ms at the coarsest;
// FAT has 2 s, and file systems with whole seconds count as that.
const (
	fineTick   = 20 * time.Millisecond
	coarseTick = 2 * time.Second
)

// Racy reports whether a file whose reading began at readAt could have been
// written once more without its Stat showing it. An index row made from such a
// reading must not be trusted; git calls entries like it racily clean.
func Racy(s Stat, readAt time.Time) bool {
	tick := fineTick
	if s.MtimeNs%int64(time.Second) == 0 && s.CtimeNs%int64(time.Second) == 0 {
		tick = coarseTick
	}
	return max(s.MtimeNs, s.CtimeNs) > readAt.Add(-tick).UnixNano()
}
