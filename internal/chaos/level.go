package chaos

import "fmt"

// Level is how much a run of the harness tries. Its numbers stand here and
// nowhere else.
type Level struct {
	Name      string // value of the environment variable CHAOS
	Schedules int    // random fault schedules, and a tenth of that with faults of the disk as well
	Machines  int    // random walks, of some dozen moves each
	Every     int    // of the single faults of a matrix one in so many; 1: all
}

// levels go from a taste, for every test run, to what a release has to pass.
var levels = []Level{
	{Name: "", Schedules: 20, Machines: 5, Every: 200},
	{Name: "pr", Schedules: 2_000, Machines: 100, Every: 1},
	{Name: "nightly", Schedules: 10_000, Machines: 1_000, Every: 1},
	{Name: "release", Schedules: 100_000, Machines: 10_000, Every: 1},
}

// LevelOf returns the level of a name, which is that of the environment variable
// CHAOS: "pr", "nightly", "release", or "" for a taste of some seconds.
func LevelOf(name string) (Level, error) {
	for _, l := range levels {
		if l.Name == name {
			return l, nil
		}
	}
	return Level{}, fmt.Errorf("level %q: one of pr, nightly, release", name)
}
