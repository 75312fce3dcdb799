package index

import "iter"

// Paths yields the paths of the rows in their order without reading the rows: what
// probably is there, for whoever can use a hint. It ends early where [Index.Rows]
// ends with an error.
func (x *Index) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		if x == nil || x.db == nil {
			return
		}
		tx, err := x.begin(false)
		if err != nil {
			return
		}
		defer x.end(tx, false)
		r := reading{tx: tx}
		for {
			path, more := "", false
			err := sound(func() error {
				k, _ := r.step()
				path, more = string(k), k != nil
				return nil
			})
			if err != nil || !more || !yield(path) {
				return
			}
		}
	}
}
