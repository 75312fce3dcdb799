package reconcile

import (
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/index"
)

// A transaction of the index holds at most writeBatch changes of about writeDelay.
// What a crash loses, of the transaction under way and of the next, the next plan
// looks at again.
const (
	writeBatch = 1000
	writeDelay = 2 * time.Second
)

// indexWriter collects what results say of the index and writes it behind them, so
// that no transfer waits for the disk unless a whole batch does.
type indexWriter struct {
	now     func() time.Time
	changes []index.Change
	since   time.Time // when the first of changes came

	batches chan []index.Change
	ended   chan struct{}
	err     error // why the writing ended; to be read after ended
	told    bool  // that error
}

// newIndexWriter starts writing; close ends it.
func newIndexWriter(write func([]index.Change) error, now func() time.Time) *indexWriter {
	w := &indexWriter{now: now, batches: make(chan []index.Change), ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		for changes := range w.batches {
			if w.err = write(changes); w.err != nil {
				return
			}
		}
	}()
	return w
}

// note takes a result. The error is that of a batch before, and is told once.
func (w *indexWriter) note(result *apply.Result) error {
	if len(w.changes) == 0 {
		w.since = w.now()
	}
	switch {
	case result.Row != nil:
		w.changes = append(w.changes, index.Change{Path: result.Row.Path, Row: result.Row})
	case result.Forget:
		w.changes = append(w.changes, index.Change{Path: result.Action.Where()})
	}
	if len(w.changes) < writeBatch && w.now().Sub(w.since) < writeDelay {
		return nil
	}
	err := w.hand()
	w.told = err != nil
	return err
}

// hand gives what was collected to the writing.
func (w *indexWriter) hand() error {
	select {
	case w.batches <- w.changes:
		w.changes = make([]index.Change, 0, writeBatch)
		return nil
	case <-w.ended:
		return w.err
	}
}

// close writes what is left and waits for the end of the writing.
func (w *indexWriter) close() error {
	_ = w.hand() // its error is w.err
	close(w.batches)
	<-w.ended
	if w.told {
		return nil
	}
	return w.err
}
