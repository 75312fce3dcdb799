package ossserver

import (
	"errors"
	"runtime"

	bolt "go.etcd.io/bbolt"
)

// maxGroup bounds how many changes share one commit.
const maxGroup = 1024

// transaction is the view of one change on the transaction it shares.
type transaction struct {
	*bolt.Tx
	addsFile bool      // the change refers to a file that is new
	removed  []removal // contents to unlink once the change is durable
}

// change is a waiting call of update.
type change struct {
	apply  func(*transaction) error
	tx     transaction
	result chan error
}

// update applies a change and returns when it is durable. Changes that wait
// at the same time share one commit, and so its disk syncs.
//
// An apply that returns an *apiError must not have changed anything: the
// changes of others go on in the same transaction. After any other error the
// transaction is rolled back and each change gets one of its own, so apply can
// run twice and must set its results anew.
func (st *store) update(apply func(*transaction) error) error {
	c := &change{apply: apply, result: make(chan error, 1)}
	st.changes <- c
	if err := <-c.result; err != nil {
		return err
	}
	st.reap(c.tx.removed)
	return nil
}

// updateWith is update for a change that gives a staged body its name. When the
// change is refused the body is discarded. After another error it may have been
// committed nonetheless, so its file is left to the next sweep, which knows.
func (st *store) updateWith(body *staged, apply func(*transaction) error) error {
	err := st.update(apply)
	if refused := (*apiError)(nil); errors.As(err, &refused) {
		st.discard(body)
	}
	return err
}

// commitAll is the only writer of the database, until the channel is closed.
// While it waits for the disk the next group gathers in the channel's senders,
// so groups grow with the load and a lone change waits for nobody.
func (st *store) commitAll() {
	defer close(st.finished)
	var group []*change
	for first := range st.changes {
		runtime.Gosched() // those that are about to send may join this group
		group = st.gather(append(group[:0], first))
		st.commitGroup(group)
	}
}

// gather appends the changes that wait.
func (st *store) gather(group []*change) []*change {
	for len(group) < maxGroup {
		select {
		case c, open := <-st.changes:
			if !open {
				return group
			}
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

func (st *store) commitGroup(group []*change) {
	results := make([]error, len(group))
	err := st.db.Update(func(tx *bolt.Tx) error {
		addsFile := false
		for i, c := range group {
			c.tx = transaction{Tx: tx}
			results[i] = c.apply(&c.tx)
			if refused := (*apiError)(nil); results[i] != nil && !errors.As(results[i], &refused) {
				return results[i]
			}
			addsFile = addsFile || c.tx.addsFile
		}
		if addsFile {
			return st.syncContentDir()
		}
		return nil
	})
	if err != nil && len(group) > 1 {
		for _, c := range group {
			st.commitGroup([]*change{c})
		}
		return
	}
	for i, c := range group {
		if err != nil {
			results[i] = err
		}
		c.result <- results[i]
	}
}
