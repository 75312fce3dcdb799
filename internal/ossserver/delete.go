package ossserver

import (
	"encoding/xml"
	"net/http"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// maxDeleteDocument is the documented size limit of a batch delete's body.
const maxDeleteDocument = 2 << 20

// deletion is what a delete did. The zero value stands for a bucket that never
// had versioning.
type deletion struct {
	version string // the one that is gone, or the new delete marker
	marker  bool   // it is a delete marker
}

func (s *Server) deleteObject(c *call) error {
	var d deletion
	err := s.store.update(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		d, err = tx.deleteObject(b, c.key, c.version, s.now().Unix())
		return err
	})
	if err != nil {
		return err
	}
	if d.version != "" {
		c.Header().Set("X-Oss-Version-Id", d.version)
	}
	if d.marker {
		c.Header().Set("X-Oss-Delete-Marker", "true")
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}

// deleteObject removes a version for good; there need not be one. Without a
// version it removes the object, which where versions are kept means to put a
// delete marker before them.
func (tx *transaction) deleteObject(b *bolt.Bucket, key, version string, now int64) (deletion, error) {
	settings, err := decodeBucketRecord(b)
	if err != nil {
		return deletion{}, err
	}
	if version == "" && settings.Versioning != "" {
		return tx.putMarker(b, []byte(key), now)
	}
	p, err := locate(b, []byte(key), version)
	if err != nil {
		return deletion{}, err
	}
	var d deletion
	if settings.Versioning != "" {
		d.version = version
	}
	if p.record != nil {
		old, _, err := decodeListed(p.record)
		if err != nil {
			return d, err
		}
		d.marker = old.kind == kindMarker
	}
	if err := tx.remove(b, []byte(key), p); err != nil {
		return d, err
	}
	return d, promote(b, []byte(key))
}

// putMarker makes a delete marker the current version of a key.
func (tx *transaction) putMarker(b *bolt.Bucket, key []byte, now int64) (deletion, error) {
	o := &objectRecord{kind: kindMarker, modified: now}
	if err := tx.makeRoom(b, key, o); err != nil {
		return deletion{}, err
	}
	record, err := o.encode()
	if err != nil {
		return deletion{}, err
	}
	return deletion{version: o.version, marker: true}, putOlder(b, key, o, record)
}

type deleteDocument struct {
	XMLName xml.Name        `xml:"Delete"`
	Quiet   bool            `xml:"Quiet"`
	Objects []ObjectVersion `xml:"Object"`
}

// maxHiddenKey is the longest that a key can become in hideControls, which makes
// two digits behind the mark of a byte.
const maxHiddenKey = maxKeyLength * (len(controlMark) + 2)

func parseDeleteDocument(doc []byte) (*deleteDocument, error) {
	var d deleteDocument
	if err := unmarshalDocument(hideControls(doc), &d); err != nil {
		return nil, err
	}
	if len(d.Objects) == 0 || len(d.Objects) > maxBatchDelete {
		return nil, malformedXML()
	}
	for i := range d.Objects {
		o := &d.Objects[i]
		if len(o.Key) > maxHiddenKey {
			return nil, invalidObjectName(strings.ToValidUTF8(o.Key[:maxKeyLength], ""))
		}
		o.Key = showControls(o.Key)
		if err := checkKey(o.Key); err != nil {
			return nil, err
		}
		if err := checkVersionID(o.VersionID); err != nil {
			return nil, err
		}
	}
	return &d, nil
}

// deleteMultipleObjects deletes all keys in one commit, or none.
func (s *Server) deleteMultipleObjects(c *call) error {
	encoding, err := parseNameEncoding(c.query)
	if err != nil {
		return err
	}
	if err := c.checkLength(); err != nil {
		return err
	}
	if c.request.ContentLength < 0 {
		return missingContentLength()
	}
	if c.request.Header.Get("Content-Md5") == "" {
		e := newError(http.StatusBadRequest, "MissingArgument", "Missing Some Required Arguments.").with("ArgumentName", "Content-MD5")
		e.ec = "0016-00000606"
		return e
	}
	doc, err := c.readDocument(maxDeleteDocument)
	if err != nil {
		return err
	}
	d, err := parseDeleteDocument(doc)
	if err != nil {
		return err
	}
	c.deletes = d.Objects
	var done []deletion
	err = s.store.update(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		done = done[:0]
		for _, o := range d.Objects {
			deleted, err := tx.deleteObject(b, o.Key, o.VersionID, s.now().Unix())
			if err != nil {
				return err
			}
			done = append(done, deleted)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if d.Quiet {
		c.Header().Set("Content-Length", "0")
		c.WriteHeader(http.StatusOK)
		return nil
	}
	w := newDocument()
	w.open("DeleteResult")
	encoding.element(w)
	for i, o := range d.Objects {
		w.open("Deleted")
		w.text("Key", encoding.encode(o.Key))
		w.optional("VersionId", o.VersionID)
		if done[i].marker {
			w.flag("DeleteMarker", true)
			w.text("DeleteMarkerVersionId", done[i].version)
		}
		w.end("Deleted")
	}
	w.end("DeleteResult")
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}
