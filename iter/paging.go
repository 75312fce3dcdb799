package iter

import (
	"context"
	"time"
)

const (
	defaultMaxAttempts = 3
	// The service's own defaults, and those of its Python SDK. Up to 1,000 may be asked for everywhere.
	defaultBucketsPage = 100
	defaultObjectsPage = 100
	defaultUploadsPage = 1000
	defaultPartsPage   = 1000
)

// Paging says how the pages of a listing are fetched. It is part of the options of all five iterators. The zero value
// is right for most callers.
type Paging struct {
	// PageSize is the number of entries asked for in one request (max-keys, max-uploads, max-parts). It limits one
	// answer, never the sequence. Zero is 100 for buckets and objects and 1,000 for uploads and parts; any other value
	// is sent as it is. The service takes 1 to 1,000 and bills a request per page, so 1,000 is cheapest for long
	// listings.
	PageSize int

	// MaxAttempts is the number of requests that may be sent for one page, the first one included; it starts anew with
	// each page. Zero is 3, a negative value is 1. Answers of status 5xx and 429, failures of the transport and bodies
	// that break off are tried again; other answers and answers that are no listing are final.
	MaxAttempts int

	// Sleep waits between two attempts for d, or until ctx ends, and then returns the error of ctx. Nil waits on the
	// clock. Delays grow from under 0.4 s to at most 20 s with full jitter, and are never shorter than the Retry-After
	// of the answer, of which at most a minute is honoured.
	Sleep func(ctx context.Context, d time.Duration) error

	// Cursor, if not nil, is where the sequence starts and is kept up to date while it is read. See [Cursor].
	Cursor *Cursor

	// OnPage, if not nil, is called for each page that was fetched and found to be whole, before its entries are
	// handed out, in the goroutine that ranges over the sequence.
	OnPage func(Page)
}

func (p Paging) withDefaults(pageSize int) Paging {
	if p.PageSize == 0 {
		p.PageSize = pageSize
	}
	if p.MaxAttempts == 0 {
		p.MaxAttempts = defaultMaxAttempts
	}
	if p.Sleep == nil {
		p.Sleep = sleep
	}
	if p.OnPage == nil {
		p.OnPage = func(Page) {}
	}
	return p
}

// Page tells what is known of one answer of the service besides its entries.
type Page struct {
	Number    int       // from 1, counted within one range over the sequence
	Entries   int       // as the service sent them, prefixes included
	Truncated bool      // the service has more
	Attempts  int       // requests that were sent for this page, at least 1
	Date      time.Time // the service's clock when it answered, in seconds; zero if the answer had no Date
	RequestID string    // x-oss-request-id; empty if the answer had none
}

// Cursor is a position in a listing, by which a range that was left or that failed can be taken up again, in this
// process or, since it is plain data, in another: with the same options and the same Cursor nothing that was handed out
// comes again and nothing is left out. What was created or removed in between may show or not, as in any listing.
//
// The zero value is the beginning, which the markers of the options set. A sequence with a Cursor in its options starts
// at the Cursor each time it is ranged over and moves it on; one without starts at the markers. Taking up asks for the
// page that was being read once more, and passes over its entries up to the last one handed out.
//
// A Cursor must not be used by two ranges at a time.
type Cursor struct {
	Marker       string // marker of the page being read: a bucket name, a key, or a part number in decimals
	UploadID     string // upload-id-marker of that page, for listings of uploads
	Last         string // entry handed out last, as a marker; empty if there was none
	LastUploadID string // its upload id, for listings of uploads
	Done         bool   // the listing was read to its end; ranging on gives nothing
}

func (c *Cursor) page() position { return position{c.Marker, c.UploadID} }
func (c *Cursor) last() position { return position{c.Last, c.LastUploadID} }

func (c *Cursor) turn(to position)   { c.Marker, c.UploadID = to.marker, to.uploadID }
func (c *Cursor) handOut(p position) { c.Last, c.LastUploadID = p.marker, p.uploadID }
