package reconcile

import (
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Notice is something that whoever runs a plan has to know, though it stops
// nothing.
type Notice struct {
	Fact, Hint string
}

// locker is a lock file that is not taken yet.
type locker interface {
	TryLock() (bool, error)
	Unlock() error
}

// excludes takes a lock that is held a second time, as another process would. Some
// network file systems grant every lock that they are asked for.
func excludes(second locker) bool {
	got, err := second.TryLock()
	if got {
		second.Unlock() // of a lock that means nothing
	}
	return err != nil || !got
}

// testLock looks whether the lock that p holds keeps others away.
func (p *Plan) testLock() {
	name := filepath.Join(p.state, lockFile)
	var second locker = flock.New(name)
	if p.session.secondLock != nil {
		second = p.session.secondLock(name)
	}
	if p.alone = excludes(second); p.alone {
		return
	}
	p.Notices = append(p.Notices, Notice{
		Fact: fmt.Sprintf("locks mean nothing in the state folder %q: two applies at once would not notice each other", p.session.opts.StateDir),
		Hint: "choose a --state-dir on a disk of this machine",
	})
}
