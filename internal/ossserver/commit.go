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
// run twice and must set its results anew. After a failed commit nothing is
// applied again.
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
	results, undone, err := st.transact(group)
	if undone && len(group) > 1 && st.db.haltReason() == nil {
		for _, c := range group {
			st.commitGroup([]*change{c})
		}
		return
	}
	for i, c := range group {
		if err != nil {
			c.result <- err
		} else {
			c.result <- results[i]
		}
	}
}

// transact applies a group in one transaction. An error is that of the whole
// group; undone reports that nothing of it can have come into force.
//
// When the commit itself fails that is not known, so no change may be applied
// again: a second time it would find its own result and drop what that refers to.
// The files of the group are left to the next sweep, which knows.
func (st *store) transact(group []*change) (results []error, undone bool, err error) {
	if st.db.haltReason() != nil {
		return nil, true, writingEnded()
	}
	tx, err := st.db.begin(true)
	if err != nil {
		return nil, false, err
	}
	results = make([]error, len(group))
	if _, err = st.db.watch(func() error { return st.apply(tx, group, results) }); err != nil {
		return nil, true, errors.Join(err, st.db.rollback(tx))
	}
	if err := st.db.commit(tx); err != nil {
		return nil, false, err
	}
	return results, false, nil
}

func (st *store) apply(tx *bolt.Tx, group []*change, results []error) error {
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
}
