package ossserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

func (s *Server) listMultipartUploads(c *call) error {
	limit, err := parseLimit(c.query, "max-uploads", maxPage)
	if err != nil {
		return err
	}
	encoding, err := parseNameEncoding(c.query)
	if err != nil {
		return err
	}
	l := uploadListing{
		prefix: c.query.get("prefix"), delimiter: c.query.get("delimiter"),
		keyMarker: c.query.get("key-marker"), idMarker: c.query.get("upload-id-marker"),
		limit: limit, encoding: encoding,
	}
	p, err := s.uploadPage(c.bucket, l)
	if err != nil {
		return err
	}
	w := newDocument()
	w.open("ListMultipartUploadsResult")
	encoding.element(w)
	w.text("Bucket", c.bucket)
	w.text("KeyMarker", encoding.encode(l.keyMarker))
	w.text("UploadIdMarker", l.idMarker)
	w.text("NextKeyMarker", encoding.encode(p.last))
	w.text("NextUploadIdMarker", p.lastID)
	w.text("Delimiter", encoding.encode(l.delimiter))
	w.text("Prefix", encoding.encode(l.prefix))
	w.number("MaxUploads", int64(limit))
	w.flag("IsTruncated", p.truncated)
	p.commons.end("ListMultipartUploadsResult")
	c.writeXML(http.StatusOK, w.bytes(), p.uploads.bytes(), p.commons.bytes())
	return nil
}

type uploadListing struct {
	prefix, delimiter   string
	keyMarker, idMarker string
	limit               int
	encoding            nameEncoding
}

type uploadPage struct {
	uploads, commons xmlWriter
	last, lastID     string
	truncated        bool
}

// uploadPage lists uploads behind the markers: those of greater keys, and with
// both markers also those of the same key with a greater id.
func (s *Server) uploadPage(bucket string, l uploadListing) (*uploadPage, error) {
	w := walk{
		prefix: []byte(l.prefix), delimiter: []byte(l.delimiter), after: []byte(l.keyMarker), limit: l.limit,
		nameOf: func(k []byte) []byte { key, _ := splitUploadKey(k); return key },
		seekOf: uploadSeek,
	}
	if l.keyMarker != "" && l.idMarker != "" {
		w.start = append(uploadKey(l.keyMarker, l.idMarker), 0)
	}
	p := &uploadPage{}
	err := s.store.view(func(tx *transaction) error {
		b, err := tx.bucket(bucket)
		if err != nil {
			return err
		}
		p.truncated, err = w.run(b.Bucket(inUploads).Cursor(), func(e entry) error {
			p.last, p.lastID = string(e.name), ""
			if e.common {
				p.commons.commonPrefix(l.encoding.encode(p.last))
				return nil
			}
			_, id := splitUploadKey(e.key)
			p.lastID = string(id)
			return p.uploads.upload(l.encoding.encode(p.last), p.lastID, e.value)
		})
		return err
	})
	return p, err
}

func (w *xmlWriter) upload(name, id string, record []byte) error {
	var u uploadRecord
	if err := json.Unmarshal(record, &u); err != nil {
		return fmt.Errorf("upload %s: %w: %w", id, errCorrupt, err)
	}
	w.open("Upload")
	w.text("Key", name)
	w.text("UploadId", id)
	w.text("StorageClass", u.Class)
	w.text("Initiated", formatUnix(u.Initiated))
	w.end("Upload")
	return nil
}

func (s *Server) listParts(c *call) error {
	limit, err := parseLimit(c.query, "max-parts", maxPage)
	if err != nil {
		return err
	}
	encoding, err := parseNameEncoding(c.query)
	if err != nil {
		return err
	}
	after, err := parsePartMarker(c.query)
	if err != nil {
		return err
	}
	id := c.query.get("uploadId")
	parts, count, last, truncated, upload := xmlWriter{}, 0, after, false, uploadRecord{}
	err = s.store.view(func(tx *transaction) error {
		b, u, err := tx.upload(c.target, id)
		if err != nil {
			return err
		}
		upload = *u
		return eachPart(b, id, after, func(number int, p partRecord) (bool, error) {
			if count++; count > limit {
				truncated = true
				return false, nil
			}
			last = number
			parts.part(number, &p)
			return true, nil
		})
	})
	if err != nil {
		return err
	}
	w := newDocument()
	w.open("ListPartsResult")
	encoding.element(w)
	w.text("Bucket", c.bucket)
	w.text("Key", encoding.encode(c.key))
	w.text("UploadId", id)
	w.text("StorageClass", upload.Class)
	upload.writeClientEncryption(w)
	w.number("PartNumberMarker", int64(after))
	w.number("NextPartNumberMarker", int64(last))
	w.number("MaxParts", int64(limit))
	w.flag("IsTruncated", truncated)
	parts.end("ListPartsResult")
	c.writeXML(http.StatusOK, w.bytes(), parts.bytes())
	return nil
}

// writeClientEncryption tells the metadata that clients which encrypt themselves
// need to go on with an upload.
func (u *uploadRecord) writeClientEncryption(w *xmlWriter) {
	for _, row := range [][2]string{
		{"ClientEncryptionKey", "key"}, {"ClientEncryptionStart", "start"}, {"ClientEncryptionCekAlg", "cek-alg"},
		{"ClientEncryptionWrapAlg", "wrap-alg"}, {"ClientEncryptionDataSize", "data-size"}, {"ClientEncryptionPartSize", "part-size"},
	} {
		w.optional(row[0], u.Attributes.Meta["client-side-encryption-"+row[1]])
	}
}

// parsePartMarker reads the part number behind which a listing begins.
func parsePartMarker(q query) (int, error) {
	v := q.get("part-number-marker")
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > maxPartNumber {
		return 0, invalidArgument("Argument part-number-marker must be an integer between 0 and %d.", maxPartNumber)
	}
	return n, nil
}

func (w *xmlWriter) part(number int, p *partRecord) {
	w.open("Part")
	w.number("PartNumber", int64(number))
	w.text("LastModified", formatUnix(p.modified))
	w.text("ETag", quote(p.etag()))
	w.text("HashCrc64ecma", strconv.FormatUint(p.crc, 10))
	w.number("Size", p.size)
	w.end("Part")
}
