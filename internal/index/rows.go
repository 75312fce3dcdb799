package index

import (
	"fmt"
	"iter"

	"github.com/osssync/osssync/plan"
)

// Rows yields the rows in the order of their paths' bytes. Damaged records, and
// what damage has put out of order, are left out: they are as if they had never
// been written. The error that may end the sequence wraps [ErrDamaged] if pages
// are lost. What was yielded before it is true nevertheless, since a row is a
// fact about two versions and carries its own checksum. Memory is that of some
// pages, however many rows there are.
func (x *Index) Rows() iter.Seq2[plan.Base, error] {
	return func(yield func(plan.Base, error) bool) {
		var d decoder
		last := ""
		err := x.each(func(path, record []byte) bool {
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

// Paths yields the paths of the rows in their order without reading the rows: what
// probably is there, for whoever can use a hint. It ends early where [Index.Rows]
// ends with an error.
func (x *Index) Paths() iter.Seq[string] {
	return func(yield func(string) bool) {
		x.each(func(path, _ []byte) bool { return yield(string(path)) })
	}
}

// each shows all rows, as they are now, until show wants no more.
func (x *Index) each(show func(path, record []byte) (more bool)) error {
	return x.read(func(p *pass) error {
		for {
			path, record, err := p.next()
			if path == nil || err != nil || !show(path, record) {
				return err
			}
		}
	})
}

// read has use go over the rows, as they are now. Where there is no index there are none,
// and use is not called.
func (x *Index) read(use func(p *pass) error) error {
	if x == nil || x.db == nil {
		return nil
	}
	tx, err := x.begin(false)
	if err != nil {
		return err
	}
	defer x.end(tx, false)
	p, err := x.newPass(tx)
	if err != nil {
		return err
	}
	return use(p)
}
