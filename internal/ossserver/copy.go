package ossserver

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// parseCopySource reads x-oss-copy-source, "/bucket/key" with the key encoded,
// and behind it "?versionId=ID" where a version is meant.
func parseCopySource(v string) (target, error) {
	path, parameters, _ := strings.Cut(v, "?")
	version, ok := strings.CutPrefix(parameters, "versionId=")
	if !ok && parameters != "" || ok && version == "" {
		return target{}, invalidArgument("The x-oss-copy-source %q is not valid.", v)
	}
	if err := checkVersionID(version); err != nil {
		return target{}, err
	}
	bucket, rawKey, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	key, err := url.PathUnescape(rawKey)
	if err != nil {
		return target{}, invalidArgument("The x-oss-copy-source %q is not well encoded.", v)
	}
	if err := checkBucketName(bucket); err != nil {
		return target{}, err
	}
	return target{bucket, key, version}, checkKey(key)
}

// parseDirective reads a directive that says whether a copy keeps what the
// source has (COPY, the default) or takes what the request says (REPLACE).
func parseDirective(header http.Header, name string) (replace bool, err error) {
	switch v := header.Get(name); strings.ToUpper(v) {
	case "", "COPY":
		return false, nil
	case "REPLACE":
		return true, nil
	default:
		return false, invalidArgument("The %s %q is not valid.", strings.ToLower(name), v)
	}
}

// copyObject makes an object that shares the body of another: no byte is read.
// ETag, CRC-64 and kind are those of the source.
func (s *Server) copyObject(c *call) error {
	source, err := parseCopySource(c.request.Header.Get("X-Oss-Copy-Source"))
	if err != nil {
		return err
	}
	wanted, forbid, err := s.newObject(c.bucket, c.request.Header)
	if err != nil {
		return err
	}
	replaceMeta, err := parseDirective(c.request.Header, "X-Oss-Metadata-Directive")
	if err != nil {
		return err
	}
	replaceTags, err := parseDirective(c.request.Header, "X-Oss-Tagging-Directive")
	if err != nil {
		return err
	}
	// As documented: a copy onto itself ignores the directive for metadata.
	replaceMeta = replaceMeta || source == c.target

	var o objectRecord
	var from *objectRecord
	err = s.store.update(func(tx *transaction) error {
		var err error
		if from, err = tx.copySource(source, c.request.Header, s.now()); err != nil {
			return err
		}
		if err := tx.checkOverwrite(c.target, forbid); err != nil {
			return err
		}
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		o = *from
		o.modified, o.class, o.ACL = s.now().Unix(), wanted.class, wanted.ACL
		o.Encryption, o.restored = wanted.Encryption, restoration{}
		if replaceMeta {
			o.replaceMeta(wanted, c.request.Header.Get("Content-Type") != "")
		}
		if replaceTags {
			o.Tags = wanted.Tags
		}
		if err := tx.retain(o.blob); err != nil {
			return err
		}
		return tx.putObject(b, c.key, &o)
	})
	if err != nil {
		return err
	}
	writeVersion(c.Header(), &o)
	o.Encryption.writeHeaders(c.Header())
	c.writeCopySourceVersion(from)
	c.writeCopyResult("CopyObjectResult", o.modified, o.etag, o.crc)
	return nil
}

// replaceMeta gives a copy the metadata that its request names. What the bytes are,
// the copy keeps where the request does not say it: the type of their content and
// how a client has encrypted them.
func (o *objectRecord) replaceMeta(wanted *objectRecord, typed bool) {
	headers, meta := o.Headers, o.Meta
	o.Headers, o.Meta = wanted.Headers, wanted.Meta
	if kept := headers["Content-Type"]; !typed && kept != "" {
		o.Headers["Content-Type"] = kept
	}
	for name, value := range meta {
		if _, named := o.Meta[name]; !named && strings.HasPrefix(name, "client-side-encryption-") {
			o.Meta[name] = value
		}
	}
}

// copySource returns the source of a copy if its conditions hold.
func (tx *transaction) copySource(source target, header http.Header, now time.Time) (*objectRecord, error) {
	o, err := tx.object(source)
	if err != nil {
		return nil, err
	}
	if err := parseConditions(header, "X-Oss-Copy-Source-").check(o); err != nil {
		return nil, err
	}
	if err := checkReadable(o, now); err != nil {
		return nil, err
	}
	if o.size > maxPutSize {
		return nil, entityTooLarge(o.size)
	}
	return o, nil
}

// uploadPartCopy copies bytes: a part has a CRC-64 and an MD5 of its own.
func (s *Server) uploadPartCopy(c *call) error {
	number, _, err := s.checkPart(c)
	if err != nil {
		return err
	}
	source, err := parseCopySource(c.request.Header.Get("X-Oss-Copy-Source"))
	if err != nil {
		return err
	}
	o, r, err := s.store.openObject(source)
	if err != nil {
		return err
	}
	defer r.close()
	if err := parseConditions(c.request.Header, "X-Oss-Copy-Source-").check(o); err != nil {
		return err
	}
	if err := checkReadable(o, s.now()); err != nil {
		return err
	}
	part, err := parseCopyRange(c.request.Header.Get("X-Oss-Copy-Source-Range"), o.size)
	if err != nil {
		return err
	}
	body, err := s.store.stageCopy(r, part)
	if err != nil {
		return err
	}
	p, err := s.storePart(c, number, body)
	if err != nil {
		return err
	}
	c.writeCopySourceVersion(o)
	c.writeCopyResult("CopyPartResult", p.modified, p.etag(), p.crc)
	return nil
}

// parseCopyRange reads x-oss-copy-source-range, which must lie within the
// source; absent, it is all of the source.
func parseCopyRange(v string, size int64) (byteRange, error) {
	part, err := parseRange(v, size, false)
	if err == nil && v != "" && !part.partial {
		err = newError(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range cannot be satisfied.").
			with("RangeRequested", v).
			with("ActualObjectSize", strconv.FormatInt(size, 10))
	}
	if err == nil && part.length > maxPutSize {
		err = entityTooLarge(part.length)
	}
	return part, err
}

func (c *call) writeCopySourceVersion(source *objectRecord) {
	if source.version != "" {
		c.Header().Set("X-Oss-Copy-Source-Version-Id", source.version)
	}
}

func (c *call) writeCopyResult(element string, modified int64, etag string, crc uint64) {
	c.Header().Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(crc, 10))
	c.Header().Set("Etag", quote(etag))
	w := newDocument()
	w.open(element)
	w.text("LastModified", formatUnix(modified))
	w.text("ETag", quote(etag))
	w.end(element)
	c.writeXML(http.StatusOK, w.bytes())
}
