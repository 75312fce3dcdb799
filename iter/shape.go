package iter

// element describes one element of an answer: which children it may have that matter to us, and where their text goes.
// The five answers are five such trees; everything not in the tree is passed over.
type element struct {
	name     string
	slot     slot      // where its text is kept; of an element with children only that it was there
	kind     kind      // not inherited: each such element begins a row of its own
	required bool      // its absence makes the document no listing
	children []element // none: holds text
}

func (e *element) child(name []byte) *element {
	for i := range e.children {
		if e.children[i].name == string(name) {
			return &e.children[i]
		}
	}
	return nil
}

// kind tells the rows of an answer apart.
type kind uint8

const (
	noRow     kind = iota
	entryRow       // a bucket, an object, an upload, a part
	prefixRow      // a common prefix
)

// slot numbers the texts of a row; the zero slot is nowhere.
type slot uint8

// Slots of the head: what an answer says once.
const (
	headBucket    slot = iota + 1 // name of the bucket
	headKey                       // key of the object, for parts
	headUploadID                  // upload of the parts
	headPrefix                    // prefix that was asked for
	headEncoding                  // "url" if names are percent-encoded
	headTruncated                 // whether there is more
	headNext                      // marker of the next page
	headNextID                    // upload-id-marker of the next page
	headCount                     // number of entries
	headOwner                     // there was an Owner (buckets)
	headBuckets                   // there was a list of buckets
	headMarker                    // marker at which the page begins
)

// prefixName is the only slot of a common prefix. The slots of entries stand with their listings.
const prefixName slot = 1

// slots is one more than the highest slot of any row.
const slots = 13

// span is a piece of the body. The zero span is no piece: no text starts at the first byte of a document.
type span struct{ start, end uint32 }

func (s span) absent() bool { return s.start == 0 }

// row is the texts of one entry, or of the head.
type row struct {
	kind kind
	at   [slots]span
}
