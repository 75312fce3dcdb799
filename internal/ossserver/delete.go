package ossserver

import (
	"encoding/xml"
	"net/http"
)

// maxDeleteDocument is the documented size limit of a batch delete's body.
const maxDeleteDocument = 2 << 20

func (s *Server) deleteObject(c *call) error {
	err := s.store.update(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		return tx.deleteObject(b, c.key)
	})
	if err != nil {
		return err
	}
	c.WriteHeader(http.StatusNoContent)
	return nil
}

type deleteDocument struct {
	XMLName xml.Name `xml:"Delete"`
	Quiet   bool     `xml:"Quiet"`
	Objects []struct {
		Key       string `xml:"Key"`
		VersionID string `xml:"VersionId"`
	} `xml:"Object"`
}

func parseDeleteDocument(doc []byte) (*deleteDocument, error) {
	var d deleteDocument
	if err := unmarshalDocument(doc, &d); err != nil {
		return nil, err
	}
	if len(d.Objects) == 0 || len(d.Objects) > maxBatchDelete {
		return nil, malformedXML()
	}
	for _, o := range d.Objects {
		if err := checkKey(o.Key); err != nil {
			return nil, err
		}
		if o.VersionID != "" {
			return nil, notImplemented("Versions of objects are not implemented.")
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
	if c.request.ContentLength < 0 {
		return newError(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	if c.request.Header.Get("Content-Md5") == "" {
		return newError(http.StatusBadRequest, "MissingArgument", "Missing Some Required Arguments.").with("ArgumentName", "Content-MD5")
	}
	doc, err := c.readDocument(maxDeleteDocument)
	if err != nil {
		return err
	}
	d, err := parseDeleteDocument(doc)
	if err != nil {
		return err
	}
	err = s.store.update(func(tx *transaction) error {
		b, err := tx.bucket(c.bucket)
		if err != nil {
			return err
		}
		for _, o := range d.Objects {
			if err := tx.deleteObject(b, o.Key); err != nil {
				return err
			}
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
	for _, o := range d.Objects {
		w.open("Deleted")
		w.text("Key", encoding.encode(o.Key))
		w.end("Deleted")
	}
	w.end("DeleteResult")
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}
