package resumable

import "fmt"

// ledger is where one transfer finds and leaves its record.
type ledger struct {
	store Store
	lines Appender // the store, if it is one; else nil
	key   string
	want  binding // what a record must be bound to

	begun  []Window // of the intent that stands
	record uint32   // checksum of what was put last
}

// openLedger opens the given store, or the default one.
func openLedger(store Store, want binding, versionID string) (*ledger, error) {
	if store == nil {
		dir, err := DefaultStoreDir()
		if err != nil {
			return nil, fmt.Errorf("record store: %w", err)
		}
		if store, err = NewFileStore(dir); err != nil {
			return nil, err
		}
	}
	key := storeKey(want.Scope, want.Bucket, want.Key, versionID, want.File)
	want.Version = recordVersion
	// JSON holds no other bytes; the key above has the name as it is.
	want.File, want.Scope = string([]rune(want.File)), string([]rune(want.Scope))
	lines, _ := store.(Appender)
	return &ledger{store: store, lines: lines, key: key, want: want}, nil
}

// get returns the record, nil if there is none.
func (l *ledger) get() ([]byte, error) {
	data, err := l.store.Get(l.key)
	if err == nil && isNewer(data) {
		return nil, fmt.Errorf("record of %q: %w", l.want.File, ErrNewer)
	}
	return data, err
}

func (l *ledger) put(rec any) error {
	data, err := seal(rec)
	if err != nil {
		return err
	}
	l.record = checksum(data)
	return l.store.Put(l.key, data)
}

// append claims a range behind what was put last. There must be lines.
func (l *ledger) append(r rangeState) error {
	return l.lines.Append(l.key, r.line(l.record))
}

func (l *ledger) delete() error { return l.store.Delete(l.key) }
