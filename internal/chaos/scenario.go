package chaos

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/osssync/osssync/internal/ossserver"
)

// scenario is a schedule without faults in its last step, whose apply is swept
// with single faults.
type scenario struct{ name, text string }

// scenarios are small, so that all faults in all their requests can be tried: a
// file of 204801 bytes goes in three parts.
var scenarios = []scenario{
	{"first push", "push,managed,page=0,workers=1; local+a=3 local+b/c=5"},
	{"push in pages", "push,all,page=1,workers=1; local+a=3 local+b=4 local+c=5 remote+d=6; local+b=7 local-a local+e=1"},
	{"push replaces", "push,managed,page=0,workers=1; local+a=3; local~a"},
	{"push over another writer's", "push,all,page=0,workers=1; local+a=3; remote+a=4 local+b=1"},
	{"push in parts", "push,managed,page=0,workers=1; local+a=204801"},
	{"push in parts replaces", "push,managed,page=0,workers=1; local+a=3; local+a=204801"},
	{"push goes on", "push,managed,page=0,workers=1; local+a=204801 !UploadPart#2+/before/403;"},
	{"push begins anew", "push,managed,page=0,workers=1; local+a=204801 !UploadPart#2+/before/403; local~a"},
	{"push of headers", "push,managed,page=0,workers=1; local+a.html=3 headers=1; headers=2"},
	{"push with deletes", "push,managed,page=0,workers=1; local+a=3 local+b=4; local-a local+c=1"},
	{"push of a folder for a file", "push,all,page=0,workers=1; local+a=3 local+b=4; local-a local+a/b=5"},
	{"push of a folder", "push,all,page=0,workers=1; local+a/b=3 local+c=4; local-c local+d=1"},
	{"push with a filter", "push,all,page=0,workers=1; local+a/b=3 local+c=4 local+d=5; exclude=a/ local-c"},
	{"push to versions", "push,managed,page=0,workers=1; local+a=3 local+b=4 versions=Enabled; local~a local-b local+c=5"},
	{"abort of old uploads", "push,never,page=0,workers=1; local+a=3 remote*a remote*b; wait=3h local+c=1"},
	{"saved push", "push,all,page=0,workers=1; local+a=3 local+b=4; local-a local+c=5 saved"},
	{"push without state", "push,managed,page=0,workers=1; local+a=3 local+b=204801; lose"},
	{"first pull", "pull,managed,page=0,workers=1; remote+a=3 remote+b/c=5"},
	{"pull in pages", "pull,all,page=1,workers=1; remote+a=3 remote+b=4 remote+c=5 local+d=6; remote+b=7 remote-a remote+e=1"},
	{"pull replaces", "pull,managed,page=0,workers=1; remote+a=3; remote+a=4"},
	{"pull over another writer's", "pull,all,page=0,workers=1; remote+a=3; local+a=4"},
	{"pull in ranges", "pull,managed,page=0,workers=1; remote+a=204801"},
	{"pull goes on", "pull,managed,page=0,workers=1; remote+a=204801 !GetObject#2+/before/403;"},
	{"pull with deletes", "pull,managed,page=0,workers=1; remote+a=3 remote+b=4; remote-a remote+c=1"},
	{"pull with a filter", "pull,all,page=0,workers=1; remote+a/b=3 remote+c=4 remote+d=5; exclude=a/ remote-c"},
	{"saved pull", "pull,all,page=0,workers=1; remote+a=3 remote+b=4; remote-a remote+c=5 saved"},
}

// rehearse plays s without further faults in a new folder dir, and returns what
// its last apply came to.
func rehearse(dir string, s schedule) (last *outcome, err error) {
	w, err := openWorld(dir, s.scene)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	for _, step := range s.steps {
		if last, err = w.advance(step); err != nil {
			return nil, err
		}
	}
	return last, nil
}

// singles yields s with each fault of the catalogue in each of the requests of
// its last apply, one at a time; a connection of the first of them also again and
// again, so that no later attempt makes up for it.
func (s schedule) singles(counts map[ossserver.Operation]int) iter.Seq[schedule] {
	last := len(s.steps) - 1
	return func(yield func(schedule) bool) {
		for _, op := range slices.Sorted(maps.Keys(counts)) {
			for n := range counts[op] {
				for _, f := range faultsOn(op, n+1) {
					for _, ever := range []bool{false, true} {
						if ever && (n > 0 || f.do != closed) {
							continue
						}
						f.ever = ever
						if !yield(s.without(last, func(n *step) bool { n.faults = []fault{f}; return true })) {
							return
						}
					}
				}
			}
		}
	}
}

// schedule is the scenario as a schedule.
func (s scenario) schedule() (schedule, error) {
	parsed, err := parseSchedule(s.text)
	if err != nil {
		return parsed, fmt.Errorf("scenario %q: %w", s.name, err)
	}
	return parsed, nil
}
