package ossserver

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync/atomic"
	"syscall"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// ErrDamaged says that names.db, or what belongs to it, is not as a server wrote
// it. An Open that ends in it has changed nothing.
var ErrDamaged = errors.New("damaged database")

// database is a bbolt database that does not trust its file, and that stops
// writing where it cannot know what is in it.
type database struct {
	*bolt.DB
	file *os.File
	log  *slog.Logger
	seal func(*bolt.Tx) error // Commit; a test puts another there

	halted     atomic.Pointer[error] // why nothing is written any more
	stuck      atomic.Bool           // bbolt panicked and may hold its locks, for which its Close would wait for ever
	unreadable atomic.Bool           // it did so where every transaction begins
}

// openDatabase opens a file as bolt.Open does. An error of what is in it wraps
// ErrDamaged.
func openDatabase(path string, options bolt.Options, log *slog.Logger) (*database, error) {
	db := &database{log: log, seal: (*bolt.Tx).Commit}
	options.FreelistType = bolt.FreelistMapType // the cost of the default grows with the free pages
	options.OpenFile = func(name string, flag int, mode os.FileMode) (file *os.File, err error) {
		db.file, err = os.OpenFile(name, flag, mode)
		return db.file, err
	}
	panicked, err := sound(func() (err error) {
		db.DB, err = bolt.Open(path, 0o600, &options)
		return err
	})
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, ErrLocked
	case panicked: // which left the file open
		return nil, errors.Join(err, unlock(db.file), db.file.Close())
	case errors.As(err, new(syscall.Errno)): // says nothing of what is in the file
		return nil, err
	default:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
}

// Close closes the file. After a panic of bbolt the mapping stays until the
// process ends.
func (db *database) Close() error {
	if db.stuck.Load() {
		return errors.Join(unlock(db.file), db.file.Close())
	}
	return db.DB.Close()
}

// sound makes one call into bbolt, which trusts its file. On a damaged one it
// panics, or touches memory that the file does not back; both become errors that
// wrap ErrDamaged.
func sound(call func() error) (panicked bool, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // of this goroutine alone
	defer func() {
		if r := recover(); r != nil {
			panicked, err = true, fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return false, call()
}

// watch is sound for a database that is open: a panic ends all writing.
func (db *database) watch(call func() error) (panicked bool, err error) {
	if panicked, err = sound(call); panicked {
		db.stuck.Store(true)
		db.halt(err)
	}
	return panicked, err
}

// halt ends all writing until the database is opened again, which judges what is
// there.
func (db *database) halt(reason error) {
	if db.halted.CompareAndSwap(nil, &reason) {
		db.log.Error("writing ended until the server is started again", "err", reason)
	}
}

// haltReason returns why writing has ended, nil while it has not.
func (db *database) haltReason() error {
	if reason := db.halted.Load(); reason != nil {
		return *reason
	}
	return nil
}

// View runs a read of the database as it stands now.
func (db *database) View(look func(*bolt.Tx) error) error {
	tx, err := db.begin(false)
	if err != nil {
		return err
	}
	_, err = db.watch(func() error { return look(tx) })
	return errors.Join(err, db.rollback(tx))
}

// Update runs a change in a transaction of its own.
func (db *database) Update(change func(*bolt.Tx) error) error {
	tx, err := db.begin(true)
	if err != nil {
		return err
	}
	if _, err := db.watch(func() error { return change(tx) }); err != nil {
		return errors.Join(err, db.rollback(tx))
	}
	return db.commit(tx)
}

// begin starts a transaction, which rollback or commit has to end.
func (db *database) begin(writable bool) (tx *bolt.Tx, err error) {
	if reason := db.haltReason(); reason != nil && (writable || db.unreadable.Load()) {
		return nil, reason
	}
	panicked, err := db.watch(func() error {
		tx, err = db.DB.Begin(writable)
		return err
	})
	if panicked {
		db.unreadable.Store(true)
	}
	return tx, err
}

func (db *database) rollback(tx *bolt.Tx) error {
	_, err := db.watch(tx.Rollback)
	return err
}

// commit makes a transaction durable. When that fails, the disk may have it
// nonetheless: the last step is a sync, behind the page that puts it in force. So
// unless the database shows the state before it, writing ends.
func (db *database) commit(tx *bolt.Tx) error {
	id := tx.ID()
	panicked, err := db.watch(func() error { return db.seal(tx) })
	if err == nil || panicked {
		return err
	}
	inForce := true
	look := db.View(func(now *bolt.Tx) error {
		inForce = now.ID() >= id
		return nil
	})
	if look != nil || inForce {
		db.halt(err)
	}
	return fmt.Errorf("commit: %w", err)
}
