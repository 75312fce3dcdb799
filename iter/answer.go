package iter

import (
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// maxInterned bounds the strings an answer keeps to share them between entries: types, storage classes, owners. There
// are a handful of them; a server that sends a new one each time gains nothing.
const maxInterned = 256

// answer is one page of a listing as it was sent: well-formed, with the elements that are required, but not yet judged
// against what was asked. Its memory is used again for the next page.
type answer struct {
	scanner
	encoded   bool // names are percent-encoded
	truncated bool

	interned map[string]string
	scratch  []byte
}

// parse reads body, which it changes and keeps.
func (a *answer) parse(body []byte, root *element) error {
	a.scanner = scanner{body: body, rows: a.rows[:0]}
	a.encoded, a.truncated = false, false
	if !utf8.Valid(body) {
		return errors.New("text that is not UTF-8")
	}
	if err := a.scan(root); err != nil {
		return err
	}
	switch encoding := string(a.text(&a.head, headEncoding)); encoding {
	case "":
	case "url":
		a.encoded = true
	default:
		return fmt.Errorf("unknown encoding %.64q of names", encoding)
	}
	// Where the shape does not require the element, its absence means that there is no more.
	if at := a.head.at[headTruncated]; !at.absent() {
		switch flag := string(a.body[at.start:at.end]); flag {
		case "true":
			a.truncated = true
		case "false":
		default:
			return fmt.Errorf("truncated is %.64q, neither true nor false", flag)
		}
	}
	if at := a.head.at[headCount]; !at.absent() {
		if count := string(a.body[at.start:at.end]); count != strconv.Itoa(len(a.rows)) {
			return fmt.Errorf("count of %.64q with %d entries", count, len(a.rows))
		}
	}
	return nil
}

// text is the text in a slot as it was sent, empty if there is none. It is valid until the next parse.
func (a *answer) text(r *row, s slot) []byte {
	at := r.at[s]
	return a.body[at.start:at.end]
}

// shared is the text in a slot as a string that entries with the same text share.
func (a *answer) shared(r *row, s slot) string {
	text := a.text(r, s)
	if known, ok := a.interned[string(text)]; ok {
		return known
	}
	fresh := string(text)
	if len(a.interned) < maxInterned {
		if a.interned == nil {
			a.interned = make(map[string]string)
		}
		a.interned[fresh] = fresh
	}
	return fresh
}

// appendName appends the name in a slot to dst, decoded if the answer says that names are encoded.
func (a *answer) appendName(dst []byte, r *row, s slot) ([]byte, error) {
	if !a.encoded {
		return append(dst, a.text(r, s)...), nil
	}
	return appendDecoded(dst, a.text(r, s))
}

// nameWith is the name in one slot of a row and the text in another as two strings of one allocation, which halves what
// a page takes. Both stay in memory for as long as either.
func (a *answer) nameWith(r *row, name, with slot) (string, string, error) {
	both, err := a.appendName(a.scratch[:0], r, name)
	if err != nil {
		return "", "", err
	}
	n := len(both)
	a.scratch = append(both, a.text(r, with)...)
	shared := string(a.scratch)
	return shared[:n], shared[n:], nil
}

// next is where the answer says that the next page begins.
func (a *answer) next() (position, error) {
	if a.head.at[headNext].absent() {
		return position{}, errors.New("truncated without a marker of the next page")
	}
	marker, err := a.appendName(nil, &a.head, headNext)
	if err != nil {
		return position{}, fmt.Errorf("marker of the next page: %w", err)
	}
	return position{string(marker), string(a.text(&a.head, headNextID))}, nil
}

// time is the ISO 8601 time in a slot.
func (a *answer) time(r *row, s slot) (t time.Time, err error) {
	text := a.text(r, s)
	if err := t.UnmarshalText(text); err != nil || t.IsZero() {
		return time.Time{}, fmt.Errorf("time %.64q", text)
	}
	return t.UTC(), nil
}

// number is the decimal number of at most the given bits in a slot, without sign or leading zeros.
func (a *answer) number(r *row, s slot, bits int) (uint64, error) {
	text := a.text(r, s)
	n, err := strconv.ParseUint(string(text), 10, bits)
	if err != nil || text[0] == '0' && len(text) > 1 {
		return 0, fmt.Errorf("number %.64q", text)
	}
	return n, nil
}

// unquoted is an ETag without its quotes.
func unquoted(etag string) string {
	if n := len(etag); n >= 2 && etag[0] == '"' && etag[n-1] == '"' {
		return etag[1 : n-1]
	}
	return etag
}
