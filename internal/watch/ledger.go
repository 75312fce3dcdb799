package watch

import (
	"fmt"
	"time"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/spec"
)

// deletePeriod is the time for which the guard's number of deletes holds: what no
// single pass may delete, many of them may not either while nobody looks.
const deletePeriod = 24 * time.Hour

// ledger is what the passes of one mapping remember of one another.
type ledger struct {
	root  string // that place is of
	place string // where the tree was; "": not known yet
	spent []spending
}

// spending is the deletes of one hour.
type spending struct {
	from    time.Time
	deletes int64
}

// misplaced halts a mapping whose root is on another file system than before: the
// folder that a disk was mounted on.
func (l *ledger) misplaced(m *spec.Mapping, place string) (Result, bool) {
	if _, err := disk.StatPath(m.Root); err != nil || l.place == "" || l.root != m.Root || place == l.place {
		return Result{}, false
	}
	return Result{
		Verdict: Halted, Fault: "root", Stirs: true, Retry: rootRetry,
		Reason: fmt.Sprintf("the root %q is on another file system than before", m.Root),
		Hint:   "an unmounted disk looks like this; it goes on by itself when the disk is back, or after a restart if it was moved for good",
	}, true
}

// overspent halts a mapping of which more would be deleted within a day than the
// guard lets one plan delete.
func (l *ledger) overspent(m *spec.Mapping, now time.Time, due int64) (Result, bool) {
	var sum int64
	for i := range l.spent {
		if now.Sub(l.spent[i].from) < deletePeriod+time.Hour { // deletes may be an hour younger than their entry
			sum += l.spent[i].deletes
		}
	}
	if due == 0 || sum+due <= int64(m.Guard.MaxDeletes) {
		return Result{}, false
	}
	return Result{
		Verdict: Halted, Fault: "guard", Stirs: true, Retry: Backoff{First: m.Watch.Rescan},
		Reason: fmt.Sprintf("%d deletes are due, and %d were done within %v: above guard.maxDeletes (%d)", due, sum, deletePeriod, m.Guard.MaxDeletes),
		Hint:   "look at them with `osssync plan`, and do them with `osssync apply` if they are meant",
	}, true
}

// spend notes deletes that were done.
func (l *ledger) spend(now time.Time, deletes int64) {
	if deletes == 0 {
		return
	}
	if n := len(l.spent); n > 0 && now.Sub(l.spent[n-1].from) < time.Hour {
		l.spent[n-1].deletes += deletes
		return
	}
	l.spent = keep(l.spent, spending{now, deletes}, int(deletePeriod/time.Hour)+2)
}
