package reconcile

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// count yields the numbers below n, and then err if it is not nil.
func count(n int, err error) func(context.Context) iter.Seq2[int, error] {
	return func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
			if err != nil {
				yield(0, err)
			}
		}
	}
}

// gathered are the items of seq up to most, and its error.
func gathered(seq iter.Seq2[int, error], most int) (items []int, err error) {
	for item, err := range seq {
		if err != nil {
			return items, err
		}
		if items = append(items, item); len(items) == most {
			break
		}
	}
	return items, nil
}

func TestAsideIsTheSequence(t *testing.T) {
	failure := errors.New("broken off")
	for _, n := range []int{0, 1, batchLen - 1, batchLen, batchLen + 1, 10*batchLen + 3} {
		for _, end := range []error{nil, failure} {
			want, wantErr := gathered(count(n, end)(ctx), -1)
			seq := aside(ctx, count(n, end))
			for range 2 { // it can be ranged over again
				got, err := gathered(seq, -1)
				if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, wantErr) {
					t.Errorf("%d items, then %v: %v (-want +got):\n%s", n, end, err, diff)
				}
			}
		}
	}
}

// Whoever leaves the loop finds the sequence ended, however long it would have been;
// TestMain looks for goroutines that are left.
func TestAsideEndsWithItsLoop(t *testing.T) {
	left := make(chan struct{})
	seq := aside(ctx, func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			defer close(left)
			for i := 0; yield(i, nil); i++ {
			}
			<-ctx.Done()
		}
	})
	if items, err := gathered(seq, 3); len(items) != 3 || err != nil {
		t.Fatal(items, err)
	}
	select {
	case <-left:
	default:
		t.Error("the sequence goes on")
	}
}

// A sequence that its context ends is not one that came to its end.
func TestAsideIsNotWholeWithoutItsContext(t *testing.T) {
	cause := errors.New("cancelled for a reason")
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	seq := aside(ctx, func(ctx context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range 100 * batchLen {
				if !yield(i, nil) {
					return
				}
			}
		}
	})
	n := 0
	var end error
	for _, err := range seq {
		if n++; n == 1 {
			cancel(cause)
		}
		end = err
	}
	if !errors.Is(end, cause) {
		t.Errorf("after %d items: %v, want %v", n, end, cause)
	}
}
