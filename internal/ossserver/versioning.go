package ossserver

import (
	"encoding/xml"
	"net/http"
)

type versioningDocument struct {
	XMLName xml.Name `xml:"VersioningConfiguration"`
	Status  string   `xml:"Status"`
}

func parseVersioning(doc []byte) (string, error) {
	var d versioningDocument
	if err := unmarshalDocument(doc, &d); err != nil {
		return "", err
	}
	if d.Status != versioningEnabled && d.Status != versioningSuspended {
		return "", malformedXML()
	}
	return d.Status, nil
}

// putBucketVersioning turns versioning on, or suspends it. Once on there is no
// way back to a bucket without.
func (s *Server) putBucketVersioning(c *call) error {
	doc, err := c.readDocument(maxBucketDocument)
	if err != nil {
		return err
	}
	status, err := parseVersioning(doc)
	if err != nil {
		return err
	}
	return s.editBucket(c, func(r *bucketRecord) { r.Versioning = status })
}

func (s *Server) getBucketVersioning(c *call) error {
	r, err := s.store.bucketRecord(c.bucket)
	if err != nil {
		return err
	}
	w := newDocument()
	w.open("VersioningConfiguration")
	w.optional("Status", r.Versioning)
	w.end("VersioningConfiguration")
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}
