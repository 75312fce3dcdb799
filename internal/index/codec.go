package index

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"github.com/osssync/osssync/plan"
)

// recordVersion is the first byte of every record. It grows when the layout
// changes; rows of another version are as if they were not there.
const recordVersion = 1

// Flags of a record.
const (
	flagOwned = 1 << iota
	flagRacy
	flagTimed // the remote version has a time
	flagMount
	flagDenied
	flagSums    // ETag, MD5 and CRC-64 as numbers, of which the first two are one
	flagHeaders // the headers digest as a number

	allFlags = flagOwned | flagRacy | flagTimed | flagMount | flagDenied | flagSums | flagHeaders
)

// Lengths of the numbers in bytes.
const (
	crcLen    = 8
	digestLen = 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errRecord = errors.New("damaged record")

// encode lays a row out as: version, flags, the four numbers of the stat and the
// size of the object as varints, its time in seconds, then ETag, MD5, CRC-64 and
// headers digest, and a CRC-32C over path and all before. The four are texts, each
// with its length; flags say which are numbers, as nearly all are, of fixed length.
// Rows written before there were such flags have texts alone.
func encode(row *plan.Base) []byte {
	var flags byte
	if row.Owned {
		flags |= flagOwned
	}
	if row.Racy {
		flags |= flagRacy
	}
	if !row.Remote.Modified.IsZero() {
		flags |= flagTimed
	}
	if row.Mount {
		flags |= flagMount
	}
	if row.Denied {
		flags |= flagDenied
	}
	crc, numeric := crcOf(row.Sums.CRC64)
	if numeric && row.Remote.ETag == row.Sums.MD5 && isHex(row.Sums.MD5, md5.Size, upperHex) {
		flags |= flagSums
	}
	if isHex(row.Headers, digestLen, lowerHex) {
		flags |= flagHeaders
	}
	b := make([]byte, 0, 160)
	b = append(b, recordVersion, flags)
	b = binary.AppendVarint(b, row.Local.Size)
	b = binary.AppendVarint(b, row.Local.MtimeNs)
	b = binary.AppendVarint(b, row.Local.CtimeNs)
	b = binary.AppendUvarint(b, row.Local.Inode)
	b = binary.AppendVarint(b, row.Remote.Size)
	if flags&flagTimed != 0 {
		b = binary.AppendVarint(b, row.Remote.Modified.Unix())
	}
	if flags&flagSums != 0 {
		b = appendUnhex(b, row.Sums.MD5)
		b = binary.BigEndian.AppendUint64(b, crc)
	} else {
		b = appendText(appendText(appendText(b, row.Remote.ETag), row.Sums.MD5), row.Sums.CRC64)
	}
	if flags&flagHeaders != 0 {
		b = appendUnhex(b, row.Headers)
	} else {
		b = appendText(b, row.Headers)
	}
	return binary.LittleEndian.AppendUint32(b, checksum([]byte(row.Path), b))
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

const (
	upperHex = "0123456789ABCDEF"
	lowerHex = "0123456789abcdef"
)

// isHex reports whether s is n bytes in the given digits.
func isHex(s string, n int, digits string) bool {
	if len(s) != 2*n {
		return false
	}
	for i := range len(s) {
		if strings.IndexByte(digits, s[i]) < 0 {
			return false
		}
	}
	return true
}

// appendUnhex appends the bytes that s, of which isHex is true, stands for.
func appendUnhex(b []byte, s string) []byte {
	b, _ = hex.AppendDecode(b, []byte(s))
	return b
}

// crcOf reads a decimal number as [strconv.FormatUint] writes it.
func crcOf(s string) (crc uint64, ok bool) {
	crc, err := strconv.ParseUint(s, 10, 64)
	return crc, err == nil && (s[0] >= '1' && s[0] <= '9' || s == "0")
}

// checksum covers the path too, so that a record can never be taken for another's.
func checksum(path, b []byte) uint32 {
	return crc32.Update(crc32.Checksum(path, castagnoli), castagnoli, b)
}

// decoder reads records. The zero value is ready; it is for one goroutine.
type decoder struct {
	b       []byte // what is left of the record
	bad     bool
	texts   []byte // of the row, which share one allocation
	headers string // of the row before: most have the same
}

// decode is the strict inverse of encode: what it takes, encode would write, or
// wrote before there were numbers. Nothing of b stays in the row.
func (d *decoder) decode(path, b []byte) (plan.Base, error) {
	if len(b) < 6 || b[0] != recordVersion {
		return plan.Base{}, errRecord
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if checksum(path, body) != sum {
		return plan.Base{}, errRecord
	}
	flags := body[1]
	d.b, d.bad = body[2:], false
	row := plan.Base{Owned: flags&flagOwned != 0, Racy: flags&flagRacy != 0, Mount: flags&flagMount != 0, Denied: flags&flagDenied != 0}
	row.Local = plan.Stat{Size: d.varint(), MtimeNs: d.varint(), CtimeNs: d.varint(), Inode: d.uvarint()}
	row.Remote.Size = d.varint()
	if flags&flagTimed != 0 {
		row.Remote.Modified = time.Unix(d.varint(), 0).UTC()
	}
	d.sums(&row, path, flags)
	d.digest(&row, flags)
	if d.bad || len(d.b) != 0 || flags&^allFlags != 0 || flags&flagTimed != 0 && row.Remote.Modified.IsZero() {
		return plan.Base{}, errRecord
	}
	return row, nil
}

// sums reads path, ETag, MD5 and CRC-64 of the row.
func (d *decoder) sums(row *plan.Base, path []byte, flags byte) {
	var etag, md5Sum []byte
	d.texts = append(d.texts[:0], path...)
	if flags&flagSums != 0 {
		etag = d.take(md5.Size)
		d.texts = hex.AppendEncode(d.texts, etag)
		upper(d.texts[len(path):])
		if crc := d.take(crcLen); crc != nil {
			d.texts = strconv.AppendUint(d.texts, binary.BigEndian.Uint64(crc), 10)
		}
		text := string(d.texts)
		row.Path, text = text[:len(path)], text[len(path):]
		row.Remote.ETag = text[:2*len(etag)]
		row.Sums = plan.Sums{MD5: row.Remote.ETag, CRC64: text[2*len(etag):]}
		return
	}
	etag, md5Sum = d.text(), d.text()
	d.texts = append(append(append(d.texts, etag...), md5Sum...), d.text()...)
	text := string(d.texts)
	row.Path, text = text[:len(path)], text[len(path):]
	row.Remote.ETag, text = text[:len(etag)], text[len(etag):]
	row.Sums = plan.Sums{MD5: text[:len(md5Sum)], CRC64: text[len(md5Sum):]}
}

// digest reads the headers digest of the row.
func (d *decoder) digest(row *plan.Base, flags byte) {
	var digits []byte
	if flags&flagHeaders != 0 {
		d.texts = hex.AppendEncode(d.texts[:0], d.take(digestLen))
		digits = d.texts
	} else {
		digits = d.text()
	}
	if string(digits) != d.headers {
		d.headers = string(digits)
	}
	row.Headers = d.headers
}

func upper(digits []byte) {
	for i, c := range digits {
		if c >= 'a' {
			digits[i] = c - 'a' + 'A'
		}
	}
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	d.skip(n)
	return v
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	d.skip(n)
	return v
}

// skip goes past a number of n bytes, if that is the shortest form of it.
func (d *decoder) skip(n int) {
	if n <= 0 || n > 1 && d.b[n-1] == 0 {
		d.bad, d.b = true, nil
		return
	}
	d.b = d.b[n:]
}

func (d *decoder) text() []byte { return d.take(d.uvarint()) }

// take returns the next n bytes, valid as long as the record.
func (d *decoder) take(n uint64) []byte {
	if d.bad || n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return nil
	}
	taken := d.b[:n]
	d.b = d.b[n:]
	return taken
}
