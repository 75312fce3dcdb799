package iter

import "cmp"

// position is a place in a listing: that of an entry, or the exclusive marker at which a page begins. uploadID is
// empty in listings of other things than uploads.
type position struct{ marker, uploadID string }

// precedes tells whether a listing that went on from p could still come to q. An upload id that is empty stands after
// all uploads of the key, since that is where the service goes on from a key-marker alone.
func (p position) precedes(q position, compare func(a, b string) int) bool {
	if c := compare(p.marker, q.marker); c != 0 {
		return c < 0
	}
	if p.uploadID == "" || q.uploadID == "" {
		return p.uploadID != ""
	}
	return p.uploadID < q.uploadID
}

// compareDecimals orders decimal numbers without leading zeros; the empty string comes first.
func compareDecimals(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
