package apply

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/osssync/osssync/plan"
)

func numberedRows(n int, end error) iter.Seq2[plan.Action, error] {
	return func(yield func(plan.Action, error) bool) {
		for i := range n {
			if !yield(&plan.Upload{Path: fmt.Sprintf("%06d", i), Local: plan.Stat{Size: int64(i)}}, nil) {
				return
			}
		}
		if end != nil {
			yield(nil, end)
		}
	}
}

// TestDeal wants each row once, rows that are under way together apart, none before
// its 1,024, and a short pass in its order.
func TestDeal(t *testing.T) {
	for _, n := range []int{0, 1, 500, hand, 3*hand + 7} {
		for _, lanes := range []int{1, 3, 32, 256} {
			var got []int
			for a, err := range deal(numberedRows(n, nil), lanes) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, int(a.(*plan.Upload).Local.Size))
			}
			for i, row := range got {
				whole := i/hand*hand+hand <= n
				switch {
				case row/hand != i/hand || !whole && row != i:
					t.Fatalf("%d rows, %d lanes: row %d at %d", n, lanes, row, i)
				case whole:
					for _, other := range got[max(i/hand*hand, i-lanes/2):i] {
						if apart := max(row-other, other-row); lanes > 1 && apart < hand/lanes-1 {
							t.Fatalf("%d rows, %d lanes: %d and %d together", n, lanes, other, row)
						}
					}
				}
			}
			slices.Sort(got)
			if got = slices.Compact(got); len(got) != n {
				t.Errorf("%d of %d rows, %d lanes", len(got), n, lanes)
			}
		}
	}
}

func TestDealEnds(t *testing.T) {
	broken := errors.New("broken")
	given := 0
	for a, err := range deal(numberedRows(hand+5, broken), 4) {
		if err != nil {
			if a != nil || !errors.Is(err, broken) || given != hand {
				t.Errorf("%v, %v after %d rows", a, err, given)
			}
			return
		}
		given++
	}
	t.Errorf("no error after %d rows", given)
}
