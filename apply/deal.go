package apply

import (
	"iter"

	"github.com/osssync/osssync/plan"
)

// hand is how many rows are dealt together: enough that what is under way at once lies
// in many places of the key space, and less than a megabyte of rows.
const hand = 1024

// deal gives the rows so that those which follow each other, and so are under way
// together, lie apart: a service that keeps neighbouring keys in one place has
// fewer of them to serve there at once. Of each 1,024 rows every (1,024/lanes)th comes first,
// then the ones after these, and so on; what is left at the end, and with it all of a
// short pass, keeps its order.
func deal(rows iter.Seq2[plan.Action, error], lanes int) iter.Seq2[plan.Action, error] {
	return func(yield func(plan.Action, error) bool) {
		held := make([]plan.Action, 0, hand)
		step := max(1, hand/lanes)
		for a, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			if held = append(held, a); len(held) < hand {
				continue
			}
			for first := range step {
				for i := first; i < hand; i += step {
					if !yield(held[i], nil) {
						return
					}
				}
			}
			held = held[:0]
		}
		for _, a := range held {
			if !yield(a, nil) {
				return
			}
		}
	}
}
