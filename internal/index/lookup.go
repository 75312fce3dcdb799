package index

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/osssync/osssync/plan"
)

// Row returns the row of a path, and whether there is a whole one.
func (x *Index) Row(path string) (row plan.Base, found bool, err error) {
	var d decoder
	err = x.between([]stretch{{path, path + "\x00"}}, func(path, record []byte) bool {
		var damage error
		row, damage = d.decode(path, record)
		found = damage == nil
		return false
	})
	if err != nil {
		return plan.Base{}, false, fmt.Errorf("index row %q: %w", path, err)
	}
	return row, found, nil
}

// RowsOf yields the rows of the given paths and of all that is below them, in the
// order of the rows' bytes; "" is everything, and of a path that ends in a slash it
// is only what is below it. What is said of damage at
// [Index.Rows] holds here too.
func (x *Index) RowsOf(paths []string) iter.Seq2[plan.Base, error] {
	if slices.Contains(paths, "") {
		return x.Rows()
	}
	return func(yield func(plan.Base, error) bool) {
		var d decoder
		last := ""
		err := x.between(stretches(paths), func(path, record []byte) bool {
			row, err := d.decode(path, record)
			if err != nil || row.Path <= last {
				return true
			}
			last = row.Path
			return yield(row, nil)
		})
		if err != nil {
			yield(plan.Base{}, fmt.Errorf("index rows: %w", err))
		}
	}
}

// between shows the rows of stretches, as they are now, until show wants no more.
func (x *Index) between(stretches []stretch, show func(path, record []byte) (more bool)) error {
	return x.read(func(p *pass) error {
		for _, s := range stretches {
			p.seek(s.from)
			for {
				path, record, err := p.next()
				if err != nil {
					return err
				}
				if path == nil || string(path) >= s.to {
					break
				}
				if !show(path, record) {
					return nil
				}
			}
		}
		return nil
	})
}

// stretch is the keys from from to right before to.
type stretch struct{ from, to string }

// stretches returns where the rows of paths and below them are, in their order and
// apart from one another. "a" and what is below "a/" are two: "a-b" is between.
func stretches(paths []string) []stretch {
	var all []stretch
	for _, p := range paths {
		dir, below := strings.CutSuffix(p, "/")
		if all = append(all, stretch{dir + "/", dir + "0"}); !below { // "0" follows "/"
			all = append(all, stretch{p, p + "\x00"})
		}
	}
	slices.SortFunc(all, func(a, b stretch) int { return strings.Compare(a.from, b.from) })
	apart := all[:0]
	for _, s := range all {
		if n := len(apart); n > 0 && s.from < apart[n-1].to {
			apart[n-1].to = max(apart[n-1].to, s.to)
			continue
		}
		apart = append(apart, s)
	}
	return apart
}
