package ossserver

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

func (s *Server) initiateMultipartUpload(c *call) error {
	encoding, err := parseNameEncoding(c.query)
	if err != nil {
		return err
	}
	o, forbid, err := s.newObject(c.bucket, c.request.Header)
	if err != nil {
		return err
	}
	id := newUploadID()
	err = s.store.update(func(tx *transaction) error {
		if err := tx.checkOverwrite(c.target, forbid); err != nil {
			return err
		}
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		v, err := json.Marshal(uploadRecord{Initiated: s.now().Unix(), Class: o.class, Forbid: forbid, Sequential: c.query.has("sequential"), Attributes: o.attributes})
		if err != nil {
			return err
		}
		return b.Bucket(inUploads).Put(uploadKey(c.key, id), v)
	})
	if err != nil {
		return err
	}
	o.Encryption.writeHeaders(c.Header())
	w := newDocument()
	w.open("InitiateMultipartUploadResult")
	encoding.element(w)
	w.text("Bucket", c.bucket)
	w.text("Key", encoding.encode(c.key))
	w.text("UploadId", id)
	w.end("InitiateMultipartUploadResult")
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}

func parsePartNumber(q query) (int, error) {
	n, err := strconv.Atoi(q.get("partNumber"))
	if err != nil || n < 1 || n > maxPartNumber {
		return 0, invalidArgument("PartNumber must be an integer between 1 and %d.", maxPartNumber)
	}
	return n, nil
}

func (s *Server) uploadPart(c *call) error {
	number, u, err := s.checkPart(c)
	if err != nil {
		return err
	}
	body, err := s.receive(c, noInline)
	if err != nil {
		return err
	}
	p, err := s.storePart(c, number, body)
	if err != nil {
		return err
	}
	c.Header().Set("Etag", quote(p.etag()))
	c.Header().Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(p.crc, 10))
	c.Header().Set("Content-Md5", base64.StdEncoding.EncodeToString(p.md5[:]))
	u.Attributes.Encryption.writeHeaders(c.Header())
	c.writeEmpty(http.StatusOK)
	return nil
}

// checkPart judges what can be judged before the body is sent.
func (s *Server) checkPart(c *call) (number int, u *uploadRecord, err error) {
	if number, err = parsePartNumber(c.query); err != nil {
		return 0, nil, err
	}
	err = s.store.view(func(tx *transaction) error {
		id := c.query.get("uploadId")
		var b *bolt.Bucket
		if b, u, err = tx.upload(c.target, id); err != nil {
			return err
		}
		return u.checkOrder(b, id, number)
	})
	return number, u, err
}

// storePart gives a staged body its number, and drops the part that had it.
func (s *Server) storePart(c *call, number int, body *staged) (partRecord, error) {
	id := c.query.get("uploadId")
	p := partRecord{file: body.file, size: body.size, crc: body.crc, md5: body.md5}
	run, err := s.runMD5(c.target, id, number, body)
	if err != nil {
		s.store.discard(body)
		return p, err
	}
	p.state = run.behind
	err = s.store.updateWith(body, func(tx *transaction) error {
		b, u, err := tx.upload(c.target, id)
		if err != nil {
			return err
		}
		if err := u.checkRun(b, id, number, run); err != nil {
			return err
		}
		parts, key := b.Bucket(inParts), partKey(id, number)
		if v := parts.Get(key); v != nil {
			old, err := decodePart(v)
			if err != nil {
				return fmt.Errorf("part %d of upload %s: %w", number, id, err)
			}
			if err := tx.dropFile(old.file); err != nil {
				return err
			}
		}
		p.modified = s.now().Unix()
		if err := tx.ownFile(p.file); err != nil {
			return err
		}
		return parts.Put(key, p.encode())
	})
	return p, err
}

func (s *Server) abortMultipartUpload(c *call) error {
	id := c.query.get("uploadId")
	err := s.store.update(func(tx *transaction) error {
		b, _, err := tx.upload(c.target, id)
		if err != nil {
			return err
		}
		return tx.removeUpload(b, c.target, id, nil)
	})
	if err != nil {
		return err
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}
