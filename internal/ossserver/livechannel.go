package ossserver

import "net/http"

// listLiveChannel answers as for a bucket without live channels: this server has
// none, and clients ask before they delete a bucket.
func (s *Server) listLiveChannel(c *call) error {
	limit, err := parseLimit(c.query, "max-keys", defaultPage)
	if err != nil {
		return err
	}
	if _, err := s.store.bucketRecord(c.bucket); err != nil {
		return err
	}
	w := newDocument()
	w.open("ListLiveChannelResult")
	w.text("Prefix", c.query.get("prefix"))
	w.text("Marker", c.query.get("marker"))
	w.number("MaxKeys", int64(limit))
	w.flag("IsTruncated", false)
	w.end("ListLiveChannelResult")
	c.writeXML(http.StatusOK, w.bytes())
	return nil
}
