package stage

import (
	"fmt"
	"os"
)

// Level is how much the tests of crashes, power losses, full disks and races try.
// Its numbers stand here and nowhere else.
type Level struct {
	Name        string
	CrashPoints int // chosen of all, over all scenes
	Kills       int // at random times
	PowerLosses int // states drawn
	TornIndexes int // states drawn of the index file alone
	SpaceSteps  int // of 4 KiB, by which a full disk grows
	Rounds      int // of each race
}

// levels go from a taste, for every test run, to what a release has to pass.
var levels = []Level{
	{Name: "", CrashPoints: 6, Kills: 2, PowerLosses: 300, TornIndexes: 10, SpaceSteps: 3, Rounds: 20},
	{Name: "pr", CrashPoints: 200, Kills: 20, PowerLosses: 10_000, TornIndexes: 500, SpaceSteps: 20, Rounds: 1_000},
	{Name: "nightly", CrashPoints: 1_000, Kills: 1_000, PowerLosses: 1_000_000, TornIndexes: 20_000, SpaceSteps: 100, Rounds: 10_000},
	{Name: "release", CrashPoints: 10_000, Kills: 10_000, PowerLosses: 1_000_000, TornIndexes: 100_000, SpaceSteps: 100, Rounds: 100_000},
}

// LevelAsked returns the level that the environment variable CHAOS names: pr,
// nightly, release, or nothing for a taste of some seconds.
func LevelAsked() (Level, error) {
	name := os.Getenv("CHAOS")
	for _, l := range levels {
		if l.Name == name {
			return l, nil
		}
	}
	return Level{}, fmt.Errorf("CHAOS=%q: one of pr, nightly, release", name)
}
