package reconcile

import "iter"

// primed reads the first item of seq now and hands it out first when the result
// is ranged over, which must happen at most once. stop ends seq and is to be
// called in any case.
func primed[T any](seq iter.Seq2[T, error]) (rest iter.Seq2[T, error], stop func(), err error) {
	next, stop := iter.Pull2(seq)
	first, err, ok := next()
	if err != nil {
		return nil, stop, err
	}
	return func(yield func(T, error) bool) {
		for item, err := first, error(nil); ok; item, err, ok = next() {
			if !yield(item, err) || err != nil {
				return
			}
		}
	}, stop, nil
}
