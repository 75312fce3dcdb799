package iter

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// listing is what makes one of the five listings different from the others.
type listing[T any] struct {
	what    string   // for errors, such as `objects "oss://bucket/prefix"`
	root    *element // the shape of an answer
	start   position // where the caller wants it to begin
	request func(from position) *oss.OperationInput
	verify  func(a *answer) error // that the answer is about what was asked for
	entry   func(a *answer, r *row) (T, error)
	place   func(T) position
	compare func(a, b string) int // order of markers
	prefix  string                // of all names
	only    string                // if not empty: the one name that is wanted
}

// each is the sequence. All its state is in the range, or in the caller's cursor.
//
// RACE: the pages of a listing are no snapshot. What is created or removed behind the place that was reached does not
// show, and a page that a cursor takes up again may have changed. What stays as it is shows exactly once.
func (l *listing[T]) each(ctx context.Context, c Invoker, paging Paging) Seq2[T, error] {
	return func(yield func(T, error) bool) {
		cursor := paging.Cursor
		if cursor == nil {
			cursor = new(Cursor)
		}
		if *cursor == (Cursor{}) {
			cursor.turn(l.start)
		}
		r := reader[T]{listing: l, invoker: c, paging: paging}
		for !cursor.Done {
			next, err := r.read(ctx, cursor.page())
			if err != nil {
				var none T
				yield(none, fmt.Errorf("list %s page %d: %w", l.what, r.pages+1, err))
				return
			}
			for _, e := range r.entries {
				p := l.place(e)
				if l.only != "" && p.marker != l.only || !cursor.last().precedes(p, l.compare) {
					continue
				}
				cursor.handOut(p)
				if !yield(e, nil) {
					return
				}
			}
			if cursor.Done = !r.answer.truncated || r.past(next); !cursor.Done {
				cursor.turn(next)
			}
		}
	}
}

// reader is the state of one range over a listing. Only one page is in memory.
type reader[T any] struct {
	*listing[T]
	invoker Invoker
	paging  Paging
	body    bytes.Buffer
	answer  answer
	entries []T      // of the page, in order
	last    position // of the last entry of the pages before
	pages   int      // that were read
}

// read fetches the page that begins at from and returns where the next one begins, if there is one. After an error the
// same page may be read again.
func (r *reader[T]) read(ctx context.Context, from position) (next position, err error) {
	header, attempts, err := fetch(ctx, r.invoker, r.request(from), r.paging, &r.body)
	if err != nil {
		return next, err
	}
	size := int64(r.body.Len())
	if next, err = r.decode(from); err != nil {
		return next, notListing(header, size, err)
	}
	r.pages++
	date, _ := http.ParseTime(header.Get("Date")) // zero if there is none
	r.paging.OnPage(Page{
		Number:    r.pages,
		Entries:   len(r.entries),
		Truncated: r.answer.truncated,
		Attempts:  attempts,
		Date:      date,
		RequestID: header.Get(oss.HeaderOssRequestID),
	})
	return next, nil
}

// decode makes entries of the body and judges the page as a whole.
func (r *reader[T]) decode(from position) (next position, err error) {
	a := &r.answer
	if err := a.parse(r.body.Bytes(), r.root); err != nil {
		return next, err
	}
	if err := r.verify(a); err != nil {
		return next, err
	}
	// A later page is as well-formed as the one that was asked for, but with it entries would be missing. A service may
	// leave the marker out.
	if !a.head.at[headMarker].absent() && !a.echoes(headMarker, from.marker) {
		return next, fmt.Errorf("it begins at %.256q, not at %.256q", a.text(&a.head, headMarker), from.marker)
	}
	if err := r.collect(from); err != nil {
		return next, err
	}
	if !a.truncated {
		return next, nil
	}
	if next, err = a.next(); err != nil {
		return next, err
	}
	if !from.precedes(next, r.compare) {
		return next, fmt.Errorf("next page at %.256q, not after %.256q", next.marker, from.marker)
	}
	return next, nil
}

// collect turns the rows of the answer into entries in ascending order. The service sends entries and common prefixes
// apart, each in order; anything else is refused rather than sorted, for it means that the listing cannot be trusted.
func (r *reader[T]) collect(from position) error {
	r.entries = slices.Grow(r.entries[:0], len(r.answer.rows))
	var tails [prefixRow + 1]position
	mixed := false
	for i := range r.answer.rows {
		row := &r.answer.rows[i]
		e, err := r.entry(&r.answer, row)
		if err != nil {
			return fmt.Errorf("entry %d: %w", i+1, err)
		}
		p := r.place(e)
		if !strings.HasPrefix(p.marker, r.prefix) {
			return fmt.Errorf("%.256q does not start with %.256q", p.marker, r.prefix)
		}
		// A marker inside a common prefix leaves keys under it that come after the marker, though the prefix itself
		// comes before.
		within := row.kind == prefixRow && strings.HasPrefix(from.marker, p.marker) && from.marker != p.marker
		if !within && !from.precedes(p, r.compare) {
			return fmt.Errorf("%.256q is not after the marker %.256q", p.marker, from.marker)
		}
		if tail := &tails[row.kind]; tail.precedes(p, r.compare) {
			*tail = p
		} else {
			return disorder(*tail, p)
		}
		mixed = mixed || row.kind != r.answer.rows[0].kind
		r.entries = append(r.entries, e)
	}
	if mixed {
		slices.SortStableFunc(r.entries, func(a, b T) int { return r.compare(r.place(a).marker, r.place(b).marker) })
	}
	last := r.last
	for _, e := range r.entries {
		p := r.place(e)
		if !last.precedes(p, r.compare) {
			return disorder(last, p)
		}
		last = p
	}
	r.last = last
	return nil
}

// past tells that entries of the one name that is wanted cannot come any more: they are contiguous, and the first of
// all names that start with it.
func (r *reader[T]) past(next position) bool {
	if r.only == "" {
		return false
	}
	found := slices.ContainsFunc(r.entries, func(e T) bool { return r.place(e).marker == r.only })
	return !found || r.compare(next.marker, r.only) > 0
}

func disorder(last, p position) error {
	if last.marker == p.marker && p.uploadID != "" {
		return fmt.Errorf("upload %.64q of %.256q after %.64q", p.uploadID, p.marker, last.uploadID)
	}
	return fmt.Errorf("%.256q after %.256q", p.marker, last.marker)
}

// failed is the sequence of nothing but an error.
func failed[T any](err error) Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}
