package reconcile

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"golang.org/x/sync/errgroup"

	"github.com/osssync/osssync/plan"
)

// touchedPaths is what a plan of some paths is made from.
type touchedPaths struct {
	sources
	paths   []string // sorted
	shields []string // prefixes below which the walk could not see
	gone    int64    // rows without anything at their place
	unclear bool     // a name is file and directory at once, as far as the index tells
}

// looked yields what differs from the index, in path order, with the objects of the
// index looked at, as many at a time as the evidence of a plan is.
func (t *touchedPaths) looked(ctx context.Context) iter.Seq2[plan.Touched, error] {
	return func(yield func(plan.Touched, error) bool) {
		var batch []plan.Touched
		flush := func() bool {
			if err := t.look(ctx, batch); err != nil {
				yield(plan.Touched{}, err)
				return false
			}
			for _, one := range batch {
				if !yield(one, nil) {
					return false
				}
			}
			batch = batch[:0]
			return true
		}
		for one, err := range aside(ctx, t.differing) {
			if err != nil {
				yield(plan.Touched{}, err)
				return
			}
			if batch = append(batch, one); len(batch) == looks && !flush() {
				return
			}
		}
		flush()
	}
}

// look fills in the objects of rows.
func (t *touchedPaths) look(ctx context.Context, batch []plan.Touched) error {
	group, ctx := errgroup.WithContext(ctx)
	for i := range batch {
		if one := &batch[i]; one.Base != nil && !one.Base.Denied && one.Local.Problem == "" {
			group.Go(func() (err error) {
				one.Remote, err = t.head(ctx, one.Local.Path)
				return err
			})
		}
	}
	return group.Wait()
}

// head returns the object at a path that the index names, or nil if there is none
// any more.
func (t *touchedPaths) head(ctx context.Context, path string) (*plan.Remote, error) {
	t.scan.Headed.Add(1)
	res, err := t.client.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: oss.Ptr(t.mapping.Bucket), Key: oss.Ptr(t.mapping.Prefix + path)})
	switch {
	case gone(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("head %q: %w", path, err)
	}
	return &plan.Remote{
		Path: path,
		Version: plan.Version{
			Size: res.ContentLength, ETag: strings.Trim(oss.ToString(res.ETag), `"`), Modified: oss.ToTime(res.LastModified).UTC(),
		},
		Type:     plan.ObjectType(oss.ToString(res.ObjectType)),
		Archived: isArchived(oss.ToString(res.StorageClass), oss.ToString(res.Restore)),
	}, nil
}

// differing yields what the walk of the paths shows and the index does not know to
// be the same, with the rows.
func (t *touchedPaths) differing(ctx context.Context) iter.Seq2[plan.Touched, error] {
	return func(yield func(plan.Touched, error) bool) {
		rows := heldRows(t.index.RowsOf(t.paths))
		defer rows.stop()
		options := t.walkOptions()
		options.Only = t.paths
		for entry, err := range t.root.Walk(ctx, options) {
			one := plan.Touched{Local: localOf(entry)}
			if err == nil {
				t.scan.Walked.Add(1)
				one.Base, err = rows.upTo(entry.Path, t.miss)
			}
			due := false
			if err == nil {
				due, err = t.due(&one)
			}
			if err != nil {
				yield(plan.Touched{}, err)
				return
			}
			if due && !yield(one, nil) {
				return
			}
		}
		err := rows.rest(t.miss)
		if err == nil {
			err = t.root.Check() // what was walked is the tree at the path only if it still stands there
		}
		if err != nil {
			yield(plan.Touched{}, err)
		}
	}
}

// due reports whether something is to be decided about one. A name that is a file
// and lies below one, or has others below it, is left to a plan of all paths if the
// bucket may have both.
func (t *touchedPaths) due(one *plan.Touched) (bool, error) {
	path := one.Local.Path
	if one.Local.Problem != "" {
		t.shields = append(t.shields, strings.TrimSuffix(path, "/")+"/")
		return true, nil
	}
	if one.Base == nil {
		return true, nil
	}
	if !one.Base.Racy && one.Base.Local == one.Local.Stat {
		return false, nil
	}
	nested, err := t.nested(path)
	t.unclear = t.unclear || nested
	return !nested, err
}

// nested reports whether the index has a row at a name above path, or below it.
func (t *touchedPaths) nested(path string) (bool, error) {
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		if _, found, err := t.index.Row(path[:i]); found || err != nil {
			return found, err
		}
	}
	for _, err := range t.index.RowsOf([]string{path + "/"}) {
		return err == nil, err
	}
	return false, nil
}

// miss counts a row that nothing stands at, as far as that could be seen. Where a
// file system was mounted is not a file.
func (t *touchedPaths) miss(row *plan.Base) {
	kept := t.shields[:0]
	hidden := row.Mount || row.Denied || !t.visible(row.Path)
	for _, prefix := range t.shields {
		below := strings.HasPrefix(row.Path, prefix)
		hidden = hidden || below
		if below || row.Path < prefix {
			kept = append(kept, prefix)
		}
	}
	t.shields = kept
	if !hidden {
		t.gone++
	}
}

// rowCursor stands on the next row of the index.
type rowCursor struct {
	next func() (plan.Base, error, bool)
	stop func()
	row  plan.Base
	err  error
	more bool
}

func heldRows(rows iter.Seq2[plan.Base, error]) *rowCursor {
	c := &rowCursor{}
	c.next, c.stop = iter.Pull2(rows)
	c.advance()
	return c
}

func (c *rowCursor) advance() { c.row, c.err, c.more = c.next() }

// upTo goes on to path, tells missed the rows before it, and returns the row there,
// or nil.
func (c *rowCursor) upTo(path string, missed func(*plan.Base)) (*plan.Base, error) {
	for c.more && c.err == nil && c.row.Path < path {
		missed(&c.row)
		c.advance()
	}
	if !c.more || c.err != nil || c.row.Path != path {
		return nil, c.err
	}
	row := c.row
	c.advance()
	return &row, c.err
}

// rest tells missed all rows that are left.
func (c *rowCursor) rest(missed func(*plan.Base)) error {
	for ; c.more && c.err == nil; c.advance() {
		missed(&c.row)
	}
	return c.err
}
