package ossserver

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
)

// minGzip is the size from which on the service compresses an answer.
const minGzip = 1 << 10

// compressible reports whether the service compresses a body on the way to clients
// that take gzip, by the headers that tell of it.
func compressible(h http.Header, size int64) bool {
	if size < minGzip || h.Get("Content-Encoding") != "" {
		return false
	}
	mediaType, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(mediaType)) {
	case "text/cache-manifest", "text/xml", "text/css", "text/html", "text/plain", "text/json",
		"application/javascript", "application/x-javascript", "application/rss+xml", "application/json":
		return true
	}
	return false
}

// takesGzip reads Accept-Encoding: gzip must be named, and not with a quality of 0.
func takesGzip(acceptEncoding string) bool {
	for coding := range strings.SplitSeq(acceptEncoding, ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		q, named := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameters)), "q=")
		quality, err := strconv.ParseFloat(q, 64)
		return !named || err == nil && quality > 0
	}
	return false
}

// writeGzip answers with a whole body, compressed: of a length that nobody knows
// yet, so chunked, and without the headers that tell of other bytes. The CRC-64
// stays that of the object.
func (c *call) writeGzip(r *reader, size int64) error {
	h := c.Header()
	for _, name := range []string{"Content-Length", "Content-Md5", "Etag", "Accept-Ranges"} {
		h.Del(name)
	}
	h.Set("Content-Encoding", "gzip")
	c.WriteHeader(http.StatusOK)
	if err := c.connection.Flush(); err != nil { // else net/http tells the length of what is short
		return err
	}
	w := gzip.NewWriter(c)
	if err := r.writeRange(w, 0, size); err != nil {
		return err
	}
	return w.Close()
}
