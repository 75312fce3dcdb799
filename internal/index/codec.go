package index

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
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

	allFlags = flagOwned | flagRacy | flagTimed | flagMount
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errRecord = errors.New("damaged record")

// encode lays a row out as: version, flags, the four numbers of the stat and the
// size of the object as varints, its time in seconds, then ETag, MD5, CRC-64 and
// headers digest, each with its length, and a CRC-32C over path and all before.
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
	for _, s := range []string{row.Remote.ETag, row.Sums.MD5, row.Sums.CRC64, row.Headers} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return binary.LittleEndian.AppendUint32(b, checksum(row.Path, b))
}

// checksum covers the path too, so that a record can never be taken for another's.
func checksum(path string, b []byte) uint32 {
	return crc32.Update(crc32.Checksum([]byte(path), castagnoli), castagnoli, b)
}

// decode is the strict inverse of encode: what it takes, encode would write.
func decode(path string, b []byte) (plan.Base, error) {
	if len(b) < 6 || b[0] != recordVersion {
		return plan.Base{}, errRecord
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if checksum(path, body) != sum {
		return plan.Base{}, errRecord
	}
	flags := body[1]
	d := decoder{b: body[2:]}
	row := plan.Base{Path: path, Owned: flags&flagOwned != 0, Racy: flags&flagRacy != 0, Mount: flags&flagMount != 0}
	row.Local = plan.Stat{Size: d.varint(), MtimeNs: d.varint(), CtimeNs: d.varint(), Inode: d.uvarint()}
	row.Remote.Size = d.varint()
	if flags&flagTimed != 0 {
		row.Remote.Modified = time.Unix(d.varint(), 0).UTC()
	}
	row.Remote.ETag, row.Sums.MD5, row.Sums.CRC64, row.Headers = d.text(), d.text(), d.text(), d.text()
	if d.bad || len(d.b) != 0 || flags&^allFlags != 0 || flags&flagTimed != 0 && row.Remote.Modified.IsZero() {
		return plan.Base{}, errRecord
	}
	return row, nil
}

type decoder struct {
	b   []byte
	bad bool
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

func (d *decoder) text() string {
	n := d.uvarint()
	if d.bad || n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}
