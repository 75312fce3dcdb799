package ossserver

import (
	"bytes"
	"net/http"
	"time"

	bolt "go.etcd.io/bbolt"
)

// listObjectVersions lists all versions and delete markers by key, and within a
// key from new to old.
func (s *Server) listObjectVersions(c *call) error {
	l, err := parseListing(c.query)
	if err != nil {
		return err
	}
	l.after, l.owner = c.query.get("key-marker"), true
	idMarker := c.query.get("version-id-marker")
	if l.after == "" && idMarker != "" {
		return invalidArgument("A version-id marker cannot be specified without a key marker.")
	}
	if err := checkVersionID(idMarker); err != nil {
		return err
	}
	p := &versionPage{now: s.now()}
	err = s.store.view(func(tx *transaction) error { return tx.versionPage(p, c.bucket, l, idMarker) })
	if err != nil {
		return err
	}
	w := newDocument()
	w.open("ListVersionsResult")
	l.writeHead(w, c.bucket)
	w.text("KeyMarker", l.encoding.encode(l.after))
	w.text("VersionIdMarker", idMarker)
	if p.truncated {
		w.text("NextKeyMarker", l.encoding.encode(p.last))
		w.optional("NextVersionIdMarker", p.lastID)
	}
	w.flag("IsTruncated", p.truncated)
	p.commons.end("ListVersionsResult")
	c.writeXML(http.StatusOK, w.bytes(), p.versions.bytes(), p.commons.bytes())
	return nil
}

// versionPage is what a listing of versions found, already in XML. The id to go
// on behind is not "null" for a null version, which could be replaced before the
// next page is asked for: it stands for a place in the order.
type versionPage struct {
	versions, commons xmlWriter
	now               time.Time
	last, lastID      string
	truncated         bool
}

func (tx *transaction) versionPage(p *versionPage, bucket string, l listing, idMarker string) error {
	b, err := tx.bucket(bucket)
	if err != nil {
		return err
	}
	w := walk{
		prefix: []byte(l.prefix), delimiter: []byte(l.delimiter), after: []byte(l.after), limit: l.limit,
		nameOf: func(k []byte) []byte { key, _ := splitVersionKey(k); return key },
		seekOf: uploadSeek,
	}
	if idMarker != "" {
		if w.start, err = behindVersion(b, []byte(l.after), idMarker); err != nil {
			return err
		}
	}
	p.truncated, err = w.run(newVersionCursor(b), func(e entry) error {
		p.last, p.lastID = string(e.name), ""
		if e.common {
			p.commons.commonPrefix(l.encoding.encode(p.last))
			return nil
		}
		_, order := splitVersionKey(e.key)
		p.lastID = versionID(order)
		return p.versions.version(&l, p.last, e.value, isLatest(b, e.name, e.key), p.now)
	})
	return err
}

// isLatest reports whether a version, given by its database key, is the current
// one: that in the bucket of objects, or a delete marker before all others.
func isLatest(b *bolt.Bucket, key, version []byte) bool {
	if record := b.Bucket(inObjects).Get(key); record != nil {
		o, _, err := decodeListed(record)
		return err == nil && bytes.Equal(versionKey(key, o.order), version)
	}
	first, _ := newest(b, key)
	return bytes.Equal(first, version)
}

// behindVersion returns the database key to go on at behind a version. It need
// not be there any more; with "null" it must, to say where that is.
func behindVersion(b *bolt.Bucket, key []byte, id string) ([]byte, error) {
	if id != nullVersion {
		order, err := parseVersionID(id)
		return append(versionKey(key, order), 0), err
	}
	null, err := locate(b, key, nullVersion)
	if err != nil {
		return nil, err
	}
	if null.record == nil {
		return nil, invalidArgument("The version-id-marker names no version.")
	}
	o, _, err := decodeListed(null.record)
	return append(versionKey(key, o.order), 0), err
}

func (w *xmlWriter) version(l *listing, key string, record []byte, latest bool, now time.Time) error {
	o, _, err := decodeListed(record)
	if err != nil {
		return err
	}
	element := "Version"
	if o.kind == kindMarker {
		element = "DeleteMarker"
	}
	w.open(element)
	w.text("Key", l.encoding.encode(key))
	w.text("VersionId", o.id())
	w.flag("IsLatest", latest)
	w.text("LastModified", formatUnix(o.modified))
	if o.kind != kindMarker {
		w.content(&o, now)
	}
	w.owner()
	w.end(element)
	return nil
}

// versionCursor walks the bucket of objects and that of versions together, in
// the order of the keys of the latter.
type versionCursor struct {
	objects, older *bolt.Cursor
	key, record    []byte // next of the objects, as versionKey
	olderKey, old  []byte // next of the older versions
}

func newVersionCursor(b *bolt.Bucket) *versionCursor {
	return &versionCursor{objects: b.Bucket(inObjects).Cursor(), older: b.Bucket(inVersions).Cursor()}
}

// Seek goes to the first version at or behind a database key, which is one of
// versionKey, or of uploadSeek where all of a name is meant.
func (c *versionCursor) Seek(at []byte) (key, value []byte) {
	name := at
	if end := bytes.Index(at, []byte{0, 0}); end >= 0 {
		name = at[:end]
	}
	c.setObject(c.objects.Seek(bytes.ReplaceAll(name, []byte{0, 0xFF}, []byte{0})))
	for c.key != nil && bytes.Compare(c.key, at) < 0 {
		c.setObject(c.objects.Next())
	}
	c.olderKey, c.old = c.older.Seek(at)
	return c.head()
}

// Next goes to the next version.
func (c *versionCursor) Next() (key, value []byte) {
	if c.objectFirst() {
		c.setObject(c.objects.Next())
	} else {
		c.olderKey, c.old = c.older.Next()
	}
	return c.head()
}

func (c *versionCursor) objectFirst() bool {
	return c.key != nil && (c.olderKey == nil || bytes.Compare(c.key, c.olderKey) < 0)
}

func (c *versionCursor) head() (key, value []byte) {
	if c.objectFirst() {
		return c.key, c.record
	}
	return c.olderKey, c.old
}

func (c *versionCursor) setObject(key, record []byte) {
	c.key, c.record = nil, record
	if key == nil {
		return
	}
	// A record that cannot be read is told by who decodes it next.
	o, _, _ := decodeListed(record)
	c.key = versionKey(key, o.order)
}
