package nullserver

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// put takes an object, or a copy of one, which changes its headers alone.
func (s *Server) put(w http.ResponseWriter, r *http.Request, key string) {
	if r.Header.Get("X-Amz-Copy-Source") != "" || r.Header.Get("X-Oss-Copy-Source") != "" {
		drain(r)
		refuse(w, http.StatusNotImplemented, "NotImplemented")
		return
	}
	o, err := receive(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, "IncompleteBody")
		return
	}
	o.Key = key
	s.objects.put(o)
	stored(w, r, o)
}

// stored tells a client what it sent.
func stored(w http.ResponseWriter, r *http.Request, o *Object) {
	w.Header().Set("ETag", o.etag(dialectOf(r)))
	w.Header().Set("x-oss-hash-crc64ecma", strconv.FormatUint(o.CRC64, 10))
}

// read answers HEAD and GET.
func (s *Server) read(w http.ResponseWriter, r *http.Request, key string) {
	o := s.objects.get(key)
	if o == nil {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // unless the upload said otherwise
	for name, values := range o.Meta {
		h[name] = values
	}
	if !o.FileTime.IsZero() {
		h.Set("x-amz-meta-mtime", strconv.FormatInt(o.FileTime.Unix(), 10))
	}
	stored(w, r, o)
	h.Set("x-oss-object-type", "Normal")
	if r.Method == http.MethodHead {
		h.Set("Last-Modified", o.Modified.UTC().Format(http.TimeFormat))
		h.Set("Accept-Ranges", "bytes")
		h.Set("Content-Length", strconv.FormatInt(o.Size, 10))
		return
	}
	if s.content == "" {
		refuse(w, http.StatusNotImplemented, "NotImplemented")
		return
	}
	f, err := os.Open(filepath.Join(s.content, filepath.FromSlash(key)))
	if err != nil {
		refuse(w, http.StatusNotImplemented, "NotImplemented")
		return
	}
	defer f.Close()
	if wanted := r.Header.Get("If-Match"); wanted != "" { // which clients of OSS send without quotes
		r.Header.Set("If-Match", `"`+strings.Trim(wanted, `"`)+`"`)
	}
	http.ServeContent(w, r, "", o.Modified, f)
}
