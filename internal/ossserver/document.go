package ossserver

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// unmarshalDocument reads one XML document into v and accepts nothing behind
// it. Keys in it are bytes that count, so the reader is as strict as XML 1.0.
func unmarshalDocument(doc []byte, v any) error {
	d := xml.NewDecoder(bytes.NewReader(doc))
	if err := d.Decode(v); err != nil {
		return malformedXML()
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return malformedXML()
		}
		switch t := token.(type) {
		case xml.Comment, xml.ProcInst:
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return malformedXML()
			}
		default:
			return malformedXML()
		}
	}
}
