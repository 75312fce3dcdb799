package resumable

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// slowBody delivers one byte after each of its pauses; a pause ends early with ctx.
type slowBody struct {
	ctx    context.Context
	pauses []time.Duration
}

func (b *slowBody) Read(p []byte) (int, error) {
	if len(b.pauses) == 0 {
		return 0, io.EOF
	}
	pause := b.pauses[0]
	b.pauses = b.pauses[1:]
	if err := sleep(b.ctx, pause); err != nil {
		return 0, err
	}
	return copy(p, "x"), nil
}

func TestM11_PatientReader(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pauses []time.Duration
		idle   time.Duration // of the reader between two reads
		want   int
		err    error
	}{
		{"slow is not stalled", []time.Duration{59 * time.Second, 59 * time.Second, 59 * time.Second}, 0, 3, io.EOF},
		{"the owner may take its time", []time.Duration{time.Second, time.Second}, time.Hour, 2, io.EOF},
		{"stalled", []time.Duration{59 * time.Second, time.Hour}, 0, 1, os.ErrDeadlineExceeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				r := newPatientReader(&slowBody{ctx, tt.pauses}, time.Minute, cancel)
				n, err := 0, error(nil)
				for {
					start, k := time.Now(), 0
					if k, err = r.Read(make([]byte, 8)); err != nil {
						if waited := time.Since(start); err != io.EOF && waited != time.Minute {
							t.Errorf("gave up after %v", waited)
						}
						break
					}
					n += k
					if sleepErr := sleep(ctx, tt.idle); sleepErr != nil {
						t.Fatal(sleepErr)
					}
				}
				if n != tt.want || !errors.Is(err, tt.err) || errors.Is(err, context.Canceled) {
					t.Errorf("%d bytes, error %v; want %d and %v", n, err, tt.want, tt.err)
				}
			})
		})
	}
}

func TestPatientReaderIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(nil)
	r := newPatientReader(&slowBody{ctx, []time.Duration{time.Hour}}, time.Minute, cancel)
	if _, err := r.Read(make([]byte, 8)); !errors.Is(err, context.Canceled) || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestPause(t *testing.T) { // M10
	var waits []time.Duration
	l := limits{sleep: func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		return nil
	}}
	for n := range 100 {
		if err := l.pause(t.Context(), n+1); err != nil {
			t.Fatal(err)
		}
		if limit := min(firstPause<<min(n, 16), maxPause); waits[n] < 0 || waits[n] >= limit {
			t.Errorf("pause %d is %v, limit %v", n+1, waits[n], limit)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := (limits{}).withDefaults().sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}
