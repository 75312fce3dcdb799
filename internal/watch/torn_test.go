package watch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path"
	"strings"
)

// Files of the churn consist of pages, which tell what they belong to and carry a
// checksum. So any content shows by itself whether some file ever had it, and nothing
// has to be remembered of millions of them:
//
//   - One that is written beside and renamed into its place ("w...") is whole, always.
//   - One that is edited in place ("p...") is written page by page, from the first to
//     the last, all of one version and then all of the next. After each of these
//     writes it has a content of its own, which a program that reads it may take for
//     what was meant: first pages of a version with the rest of the version before,
//     or, if it was emptied first, first pages alone. Whatever mixes otherwise was put
//     together from readings at several times.
const (
	pageLen    = 4096
	pageMagic  = "churn\x001\n"
	pageHeader = len(pageMagic) + 8 + 4 + 2 + 2 + 4
	whole      = 'w'
	inPlace    = 'p'
)

// contentVersion is one version of a file.
type contentVersion struct {
	file    uint64
	version uint32
	pages   int
}

// page returns page i.
func (v contentVersion) page(i int) []byte {
	b := make([]byte, pageLen)
	n := copy(b, pageMagic)
	binary.LittleEndian.PutUint64(b[n:], v.file)
	binary.LittleEndian.PutUint32(b[n+8:], v.version)
	binary.LittleEndian.PutUint16(b[n+12:], uint16(i))
	binary.LittleEndian.PutUint16(b[n+14:], uint16(v.pages))
	state := v.file ^ uint64(v.version)<<32 ^ uint64(i)
	for at := pageHeader; at+8 <= pageLen; at += 8 {
		state = state*6364136223846793005 + 1442695040888963407
		binary.LittleEndian.PutUint64(b[at:], state)
	}
	binary.LittleEndian.PutUint32(b[n+16:], crc32.ChecksumIEEE(b))
	return b
}

// content returns all pages.
func (v contentVersion) content() []byte {
	var all []byte
	for i := range v.pages {
		all = append(all, v.page(i)...)
	}
	return all
}

var errTorn = errors.New("torn")

// parsePage reads one page.
func parsePage(b []byte) (v contentVersion, index int, err error) {
	if len(b) != pageLen || string(b[:len(pageMagic)]) != pageMagic {
		return v, 0, fmt.Errorf("%w: no page", errTorn)
	}
	n := len(pageMagic)
	v = contentVersion{binary.LittleEndian.Uint64(b[n:]), binary.LittleEndian.Uint32(b[n+8:]), int(binary.LittleEndian.Uint16(b[n+14:]))}
	index = int(binary.LittleEndian.Uint16(b[n+12:]))
	if string(v.page(index)) != string(b) {
		return v, index, fmt.Errorf("%w: a page with bytes of another", errTorn)
	}
	return v, index, nil
}

// checkContent returns an error if no file ever had the content that an object of
// that key has. between tells one that a file had between two writes to it.
func checkContent(key string, content []byte) (between bool, err error) {
	kind := path.Base(key)[0]
	if len(content)%pageLen != 0 {
		return false, fmt.Errorf("%w: %d bytes", errTorn, len(content))
	}
	var first, v contentVersion
	older := false
	for i := range len(content) / pageLen {
		next, index, err := parsePage(content[i*pageLen:][:pageLen])
		if err != nil {
			return false, fmt.Errorf("page %d: %w", i, err)
		}
		if i == 0 {
			first, v = next, next
		}
		if next.version+1 == v.version && !older {
			older, v = true, next
		}
		if next != v || index != i || next.file != first.file || next.pages != first.pages {
			return false, fmt.Errorf("%w: page %d of version %d after one of version %d", errTorn, i, next.version, v.version)
		}
	}
	short := len(content)/pageLen < first.pages || len(content) == 0
	switch {
	case len(content)/pageLen > first.pages, older && short:
		return false, fmt.Errorf("%w: %d pages", errTorn, len(content)/pageLen)
	case kind == whole && (older || short):
		return false, fmt.Errorf("%w: not whole", errTorn)
	case !strings.ContainsRune("wp", rune(kind)):
		return false, fmt.Errorf("%w: an object that is no file's", errTorn)
	}
	return older || short, nil
}
