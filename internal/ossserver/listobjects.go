package ossserver

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

const defaultPage = 100

// listing is a request for a page of objects, in either version.
type listing struct {
	prefix, delimiter, after string
	limit                    int
	encoding                 nameEncoding
	owner                    bool
}

// page is what a listing found, already in XML.
type page struct {
	objects, commons xmlWriter
	count            int
	truncated        bool
	last             string // name of the last entry
}

func parseListing(q query) (listing, error) {
	l := listing{prefix: q.get("prefix"), delimiter: q.get("delimiter")}
	var err error
	if l.limit, err = parseLimit(q, "max-keys", defaultPage); err != nil {
		return l, err
	}
	for _, name := range []string{"prefix", "delimiter", "marker", "start-after", "key-marker", "version-id-marker"} {
		if len(q.get(name)) > maxKeyLength {
			return l, invalidArgument("The length of the parameter %s must not exceed %d.", name, maxKeyLength)
		}
	}
	l.encoding, err = parseNameEncoding(q)
	return l, err
}

// parseLimit reads a page size, 1 to maxPage.
func parseLimit(q query, name string, absent int) (int, error) {
	v := q.get(name)
	if v == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > maxPage {
		return 0, invalidArgument("Argument %s must be an integer between 1 and %d.", name, maxPage)
	}
	return n, nil
}

func (s *Server) listObjects(c *call) error {
	l, err := parseListing(c.query)
	if err != nil {
		return err
	}
	l.after, l.owner = c.query.get("marker"), true
	p, err := s.listPage(c.bucket, l)
	if err != nil {
		return err
	}
	w := newDocument()
	w.open("ListBucketResult")
	l.writeHead(w, c.bucket)
	w.text("Marker", l.encoding.encode(l.after))
	if p.truncated {
		w.text("NextMarker", l.encoding.encode(p.last))
	}
	c.writePage(w, p)
	return nil
}

func (s *Server) listObjectsV2(c *call) error {
	l, err := parseListing(c.query)
	if err != nil {
		return err
	}
	startAfter, token := c.query.get("start-after"), c.query.get("continuation-token")
	l.after, l.owner = startAfter, c.query.get("fetch-owner") == "true"
	if token != "" {
		if l.after, err = decodeToken(token); err != nil {
			return err
		}
	}
	p, err := s.listPage(c.bucket, l)
	if err != nil {
		return err
	}
	w := newDocument()
	w.open("ListBucketResult")
	l.writeHead(w, c.bucket)
	w.optional("StartAfter", l.encoding.encode(startAfter))
	w.optional("ContinuationToken", token)
	if p.truncated {
		w.text("NextContinuationToken", encodeToken(p.last))
	}
	w.number("KeyCount", int64(p.count))
	c.writePage(w, p)
	return nil
}

func (l *listing) writeHead(w *xmlWriter, bucket string) {
	w.text("Name", bucket)
	w.text("Prefix", l.encoding.encode(l.prefix))
	w.number("MaxKeys", int64(l.limit))
	w.text("Delimiter", l.encoding.encode(l.delimiter))
	l.encoding.element(w)
}

func (c *call) writePage(head *xmlWriter, p *page) {
	head.flag("IsTruncated", p.truncated)
	p.commons.end("ListBucketResult")
	c.writeXML(http.StatusOK, head.bytes(), p.objects.bytes(), p.commons.bytes())
}

// entrySize is about what an object takes in XML, to allocate a page at once.
const entrySize = 320

func (s *Server) listPage(bucket string, l listing) (*page, error) {
	now, p := s.now(), &page{objects: xmlWriter{buf: make([]byte, 0, l.limit*entrySize)}}
	err := s.store.view(func(tx *transaction) error {
		b, err := tx.bucket(bucket)
		if err != nil {
			return err
		}
		w := walk{prefix: []byte(l.prefix), delimiter: []byte(l.delimiter), after: []byte(l.after), limit: l.limit}
		p.truncated, err = w.run(b.Bucket(inObjects).Cursor(), func(e entry) error {
			p.count, p.last = p.count+1, string(e.name)
			if e.common {
				p.commons.commonPrefix(l.encoding.encode(p.last))
				return nil
			}
			return p.objects.object(&l, p.last, e.value, now)
		})
		return err
	})
	return p, err
}

func (w *xmlWriter) commonPrefix(prefix string) {
	w.open("CommonPrefixes")
	w.text("Prefix", prefix)
	w.end("CommonPrefixes")
}

func (w *xmlWriter) object(l *listing, key string, record []byte, now time.Time) error {
	o, _, err := decodeListed(record)
	if err != nil {
		return err
	}
	w.open("Contents")
	w.text("Key", l.encoding.encode(key))
	w.text("LastModified", formatUnix(o.modified))
	w.content(&o, now)
	if l.owner {
		w.owner()
	}
	w.end("Contents")
	return nil
}

// content writes what listings of objects and of versions tell about content.
func (w *xmlWriter) content(o *objectRecord, now time.Time) {
	w.text("ETag", quote(o.etag))
	w.text("Type", o.kind)
	w.number("Size", o.size)
	w.text("StorageClass", o.class)
	w.optional("RestoreInfo", o.restored.state(now))
}

// ownerID stands for the one account that owns everything.
const ownerID = "1000000000000000"

func (w *xmlWriter) owner() {
	w.open("Owner")
	w.text("ID", ownerID)
	w.text("DisplayName", ownerID)
	w.end("Owner")
}

// Continuation tokens carry the last name of the page before. Their alphabet
// has neither "+" nor "%", which clients decode once too often.

func encodeToken(last string) string { return base64.RawURLEncoding.EncodeToString([]byte(last)) }

func decodeToken(token string) (string, error) {
	last, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(last) == 0 {
		return "", invalidArgument("The continuation-token %q is not valid.", token)
	}
	return string(last), nil
}
