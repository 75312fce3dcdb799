package index

import (
	"errors"
	"fmt"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"

	"github.com/osssync/osssync/internal/disk"
)

// sound makes one call into bbolt, which trusts its file. On a damaged one it
// panics, or touches memory that the file does not back; both become errors that
// wrap [ErrDamaged]. No code of a caller may run inside: its panics are its own.
func sound(call func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // of this goroutine alone
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return call()
}

// begin starts a transaction, which end has to end.
func (x *Index) begin(writable bool) (tx *bolt.Tx, err error) {
	if x.stuck.Load() {
		return nil, ErrDamaged
	}
	err = sound(func() error {
		tx, err = x.db.Begin(writable)
		return err
	})
	if errors.Is(err, ErrDamaged) {
		x.stuck.Store(true)
		return nil, err
	}
	return tx, err
}

// commit names a transaction of bbolt, which writes its file itself.
const commit = "commit"

func (x *Index) end(tx *bolt.Tx, keep bool) (err error) {
	if keep {
		err = disk.Step(commit, x.db.Path(), func() error { return sound(tx.Commit) })
	}
	if tx.DB() != nil && !errors.Is(err, ErrDamaged) { // a Commit that was made has ended it, also if it failed
		err = errors.Join(err, sound(tx.Rollback))
	}
	if errors.Is(err, ErrDamaged) {
		x.stuck.Store(true)
	}
	return err
}

func (x *Index) view(look func(*bolt.Tx) error) error {
	tx, err := x.begin(false)
	if err != nil {
		return err
	}
	err = sound(func() error { return look(tx) })
	return errors.Join(err, x.end(tx, false))
}

func (x *Index) update(change func(*bolt.Tx) error) error {
	tx, err := x.begin(true)
	if err != nil {
		return err
	}
	if err := sound(func() error { return change(tx) }); err != nil {
		return errors.Join(err, x.end(tx, false))
	}
	return x.end(tx, true)
}
