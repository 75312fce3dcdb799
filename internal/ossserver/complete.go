package ossserver

import (
	"crypto/md5"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// maxCompleteDocument leaves 256 bytes for each of the most parts there can be.
const maxCompleteDocument = maxPartNumber * 256

type completeDocument struct {
	XMLName xml.Name     `xml:"CompleteMultipartUpload"`
	Parts   []partChoice `xml:"Part"`
}

// partChoice is a part as the client names it.
type partChoice struct {
	Number int    `xml:"PartNumber"`
	ETag   string `xml:"ETag"`
}

// parseComplete reads the parts that are to make up the object. With
// x-oss-complete-all the document must be empty, and the result is nil: all.
func parseComplete(completeAll string, doc []byte) ([]partChoice, error) {
	switch completeAll {
	case "":
	case "yes":
		if len(doc) > 0 {
			e := invalidArgument("Should not speficy both complete all header and http body.") // as the service spells it
			e.ec = "0042-00000216"
			return nil, e
		}
		return nil, nil
	default:
		return nil, invalidArgument("The x-oss-complete-all %q is not valid.", completeAll)
	}
	var d completeDocument
	if err := unmarshalDocument(doc, &d); err != nil {
		return nil, err
	}
	if len(d.Parts) > maxPartNumber {
		return nil, malformedXML()
	}
	for i, p := range d.Parts {
		if p.Number < 1 || p.Number > maxPartNumber {
			return nil, invalidArgument("PartNumber must be an integer between 1 and %d.", maxPartNumber)
		}
		if i > 0 && p.Number <= d.Parts[i-1].Number {
			return nil, newError(http.StatusBadRequest, "InvalidPartOrder", "The list of parts was not in ascending order. Parts list must specified in order by part number.")
		}
	}
	return append([]partChoice{}, d.Parts...), nil
}

// completeMultipartUpload makes an object of the files of the parts as they
// are: the work grows with the number of parts and not with their bytes.
func (s *Server) completeMultipartUpload(c *call) error {
	encoding, err := parseNameEncoding(c.query)
	if err != nil {
		return err
	}
	id, header := c.query.get("uploadId"), c.request.Header
	forbid, err := parseFlag(header, "X-Oss-Forbid-Overwrite")
	if err != nil {
		return err
	}
	acl, err := parseObjectACL(header)
	if err != nil {
		return err
	}
	doc, err := c.readDocument(maxCompleteDocument)
	if err != nil {
		return err
	}
	// That there is no such upload comes before what is wrong with the parts.
	if err := s.store.view(func(tx *transaction) error { _, _, err := tx.upload(c.target, id); return err }); err != nil {
		return err
	}
	choice, err := parseComplete(header.Get("X-Oss-Complete-All"), doc)
	if err != nil {
		return err
	}
	var o *objectRecord
	err = s.store.update(func(tx *transaction) error {
		b, u, err := tx.upload(c.target, id)
		if err != nil {
			return err
		}
		if err := tx.checkOverwrite(c.target, forbid || u.Forbid); err != nil {
			return err
		}
		o = &objectRecord{kind: kindMultipart, class: u.Class, attributes: u.Attributes, modified: s.now().Unix()}
		if acl != "" {
			o.ACL = acl
		}
		return tx.complete(b, c.target, id, choice, o)
	})
	if err != nil {
		return err
	}
	c.Header().Set("Etag", quote(o.etag))
	c.Header().Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(o.crc, 10))
	writeVersion(c.Header(), o)
	o.Encryption.writeHeaders(c.Header())
	w := newDocument()
	w.open("CompleteMultipartUploadResult")
	encoding.element(w)
	w.text("Location", scheme(c)+c.bucket+"."+s.endpoint(c)+"/"+escapeName(c.key, true))
	w.text("Bucket", c.bucket)
	w.text("Key", encoding.encode(c.key))
	w.text("ETag", quote(o.etag))
	w.end("CompleteMultipartUploadResult")
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}

// complete assembles o from the chosen parts and puts it in the upload's place.
func (tx *transaction) complete(b *bolt.Bucket, t target, id string, choice []partChoice, o *objectRecord) error {
	parts, err := chooseParts(b, id, choice)
	if err != nil {
		return err
	}
	body, keep := &blob{refs: 1}, make(map[uint64]bool, len(parts))
	sums, shift := md5.New(), &crcShift{}
	for _, p := range parts {
		body.segments = append(body.segments, segment{p.file, p.size})
		keep[p.file] = true
		io.WriteString(sums, p.etag()) // the hexadecimal text, in upper case
		o.crc = shift.combine(o.crc, p.crc, p.size)
		o.size += p.size
	}
	o.etag = fmt.Sprintf("%X-%d", sums.Sum(nil), len(parts))
	if o.MD5, err = contentMD5(b, id, parts); err != nil {
		return err
	}
	if err := tx.removeUpload(b, t, id, keep); err != nil {
		return err
	}
	if o.blob, err = tx.addBlob(body); err != nil {
		return err
	}
	return tx.putObject(b, t.key, o)
}

// chooseParts finds the parts of an object: those that the client names, or
// with no choice all. An empty choice makes an empty object of an upload that
// has no parts.
func chooseParts(b *bolt.Bucket, id string, choice []partChoice) ([]partRecord, error) {
	var parts []partRecord
	var err error
	switch {
	case choice == nil:
		err = eachPart(b, id, 0, func(_ int, p partRecord) (bool, error) {
			parts = append(parts, p)
			return true, nil
		})
	case len(choice) == 0 && lastPart(b, id) > 0:
		err = malformedXML()
	default:
		parts, err = namedParts(b, id, choice)
	}
	if err != nil || choice != nil && len(choice) == 0 {
		return nil, err
	}
	if len(parts) == 0 {
		return nil, invalidPart(0)
	}
	for _, p := range parts[:len(parts)-1] {
		if p.size < minPartSize {
			return nil, newError(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload smaller than the minimum allowed size.").
				with("MinSizeAllowed", strconv.Itoa(minPartSize)).
				with("ProposedSize", strconv.FormatInt(p.size, 10))
		}
	}
	return parts, nil
}

func namedParts(b *bolt.Bucket, id string, choice []partChoice) ([]partRecord, error) {
	parts := make([]partRecord, 0, len(choice))
	for _, ch := range choice {
		v := b.Bucket(inParts).Get(partKey(id, ch.Number))
		if v == nil {
			return nil, invalidPart(ch.Number)
		}
		p, err := decodePart(v)
		if err != nil {
			return nil, fmt.Errorf("part %d of upload %s: %w", ch.Number, id, err)
		}
		if !strings.EqualFold(strings.Trim(strings.TrimSpace(ch.ETag), `"`), p.etag()) {
			return nil, invalidPart(ch.Number)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func invalidPart(number int) *apiError {
	e := newError(http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.")
	return e.with("PartNumber", strconv.Itoa(number))
}
