package reconcile

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

func noted(n int) *apply.Result {
	return &apply.Result{Row: &plan.Base{Path: fmt.Sprintf("%06d", n)}}
}

// While a batch is written the next is collected; all are written in order.
func TestIndexWriterWritesBehind(t *testing.T) {
	writing, proceed := make(chan struct{}), make(chan struct{})
	var written []index.Change
	w := newIndexWriter(func(changes []index.Change) error {
		writing <- struct{}{}
		<-proceed
		written = append(written, changes...)
		return nil
	}, func() time.Time { return time.Time{} })
	const total = 2*writeBatch - 1
	for n := range total {
		if err := w.note(noted(n)); err != nil {
			t.Fatal(err)
		}
		if n == writeBatch {
			<-writing // and still more is taken
		}
	}
	go func() {
		proceed <- struct{}{}
		<-writing
		proceed <- struct{}{}
	}()
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	if len(written) != total || written[0].Path != "000000" || written[total-1].Path != fmt.Sprintf("%06d", total-1) {
		t.Errorf("%d changes written", len(written))
	}
}

func TestIndexWriterTellsAnErrorOnce(t *testing.T) {
	full := errors.New("disk full")
	w := newIndexWriter(func([]index.Change) error { return full }, func() time.Time { return time.Time{} })
	var told []error
	for n := range 3 * writeBatch {
		if err := w.note(noted(n)); err != nil {
			told = append(told, err)
			break
		}
	}
	if err := w.close(); err != nil {
		told = append(told, err)
	}
	if len(told) != 1 || !errors.Is(told[0], full) {
		t.Errorf("told %v", told)
	}
	w = newIndexWriter(func([]index.Change) error { return full }, func() time.Time { return time.Time{} })
	if err := errors.Join(w.note(noted(1)), w.close()); !errors.Is(err, full) {
		t.Errorf("the last batch: %v", err)
	}
}
