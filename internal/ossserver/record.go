package ossserver

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Kinds of objects, as x-oss-object-type and <Type> name them.
const (
	kindNormal     = "Normal"
	kindMultipart  = "Multipart"
	kindAppendable = "Appendable"
	kindSymlink    = "Symlink"

	// kindMarker is a delete marker, a version that says "no object".
	kindMarker = "DeleteMarker"
)

// objectRecord is what the database keeps of one version of an object. What
// listings need comes first and is binary, so that a page costs no JSON.
type objectRecord struct {
	kind     string
	etag     string // without quotes
	size     int64
	modified int64 // Unix seconds
	crc      uint64
	blob     uint64 // 0 for delete markers alone
	class    string
	order    uint64 // versions of a key ascend in it; 0: from before versioning
	null     bool   // the version id is "null"
	restored restoration
	attributes

	// version is the id that answers tell, empty in a bucket that never had
	// versioning. It is not stored: it follows from the bucket.
	version string
}

// attributes are what a client says about an object beside its bytes.
type attributes struct {
	Headers    headerValues `json:"h,omitempty"` // Content-Type and the like, canonical names
	Meta       headerValues `json:"m,omitempty"` // x-oss-meta-, lower-case names without the prefix
	Tags       string       `json:"t,omitempty"` // as in x-oss-tagging
	ACL        string       `json:"a,omitempty"` // empty for default
	Encryption encryption   `json:"e,omitzero"`
	Target     string       `json:"l,omitempty"` // key that a symlink leads to
	MD5        string       `json:"d,omitempty"` // Content-MD5, of sequential uploads alone
}

func (o *objectRecord) encode() ([]byte, error) {
	attributes, err := json.Marshal(&o.attributes)
	if err != nil {
		return nil, err
	}
	order := o.order << 1
	if o.null {
		order |= 1
	}
	out := make([]byte, 0, 96+len(attributes))
	out = appendText(out, o.kind)
	out = appendText(out, o.etag)
	out = appendText(out, o.class)
	out = binary.AppendUvarint(out, uint64(o.size))
	out = binary.AppendUvarint(out, uint64(o.modified))
	out = binary.BigEndian.AppendUint64(out, o.crc)
	out = binary.AppendUvarint(out, o.blob)
	out = binary.AppendUvarint(out, order)
	out = binary.AppendUvarint(out, uint64(o.restored.ready))
	out = binary.AppendUvarint(out, uint64(o.restored.end))
	return append(out, attributes...), nil
}

// decodeListed reads the part of a record that listings show.
func decodeListed(record []byte) (o objectRecord, attributes []byte, err error) {
	d := decoder{rest: record}
	o.kind, o.etag, o.class = d.text(), d.text(), d.text()
	o.size, o.modified = int64(d.uvarint()), int64(d.uvarint())
	o.crc, o.blob = d.uint64(), d.uvarint()
	order := d.uvarint()
	o.order, o.null = order>>1, order&1 == 1
	o.restored = restoration{ready: int64(d.uvarint()), end: int64(d.uvarint())}
	return o, d.rest, d.err
}

func decodeObject(record []byte) (*objectRecord, error) {
	o, rest, err := decodeListed(record)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(rest, &o.attributes); err != nil {
		return nil, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	return &o, nil
}

// releaseObject drops the body of a version whose record goes.
func (tx *transaction) releaseObject(record []byte) error {
	old, _, err := decodeListed(record)
	if err != nil || old.kind == kindMarker {
		return err
	}
	return tx.release(old.blob)
}

// lastModified is the time of the last change, as headers tell it.
func (o *objectRecord) lastModified() time.Time { return time.Unix(o.modified, 0) }
