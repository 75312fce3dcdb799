package listing

import (
	"context"
	"errors"

	"github.com/osssync/osssync/iter"
)

// page is what a request brought. A page that is truncated has objects.
type page struct {
	objects   []iter.Object
	truncated bool // there is more
	attempts  int
	err       error // final; then there is nothing else
}

// fetch reads the page that begins after a key, with the checks and attempts of
// [iter.Objects].
func fetch(ctx context.Context, c iter.Invoker, bucket, after string, opts *Options) page {
	var p page
	var last iter.Page
	options := iter.ObjectsOptions{Prefix: opts.Prefix, Marker: after}
	options.PageSize = opts.PageSize
	options.OnPage = func(seen iter.Page) {
		last = seen
		p.attempts += seen.Attempts
		p.objects = make([]iter.Object, 0, seen.Entries)
	}
	for object, err := range iter.Objects(ctx, c, bucket, options) {
		if err != nil {
			if cause := errors.Unwrap(err); cause != nil {
				err = cause // without the number that the page has there
			}
			return page{err: err}
		}
		p.objects = append(p.objects, object)
		// Pages without an entry that are not the last are passed over by the
		// sequence.
		if len(p.objects) == last.Entries {
			break
		}
	}
	p.truncated = last.Truncated
	return p
}
