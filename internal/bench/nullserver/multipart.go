package nullserver

import (
	"crypto/md5"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// upload is a multipart upload that is not completed.
type upload struct {
	meta  http.Header
	parts map[int]*Object
}

func (s *Server) initiate(w http.ResponseWriter, r *http.Request, key string) {
	drain(r)
	s.mu.Lock()
	s.begun++
	id := "upload-" + strconv.Itoa(s.begun)
	s.uploads[id] = &upload{meta: keep(r.Header), parts: map[int]*Object{}}
	s.mu.Unlock()
	answer(w, "<InitiateMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><UploadId>%s</UploadId></InitiateMultipartUploadResult>", s.bucket, key, id)
}

func (s *Server) part(w http.ResponseWriter, r *http.Request, q url.Values) {
	o, err := receive(r)
	number, bad := strconv.Atoi(q.Get("partNumber"))
	if err != nil || bad != nil {
		refuse(w, http.StatusBadRequest, "IncompleteBody")
		return
	}
	s.mu.Lock()
	u := s.uploads[q.Get("uploadId")]
	if u != nil {
		u.parts[number] = o
	}
	s.mu.Unlock()
	if u == nil {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	stored(w, r, o)
}

// complete makes an object of all parts that came: no client of a benchmark sends more
// of them than it names.
func (s *Server) complete(w http.ResponseWriter, r *http.Request, key, id string) {
	drain(r)
	s.mu.Lock()
	u := s.uploads[id]
	delete(s.uploads, id)
	s.mu.Unlock()
	if u == nil {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	o := &Object{Key: key, Modified: wholeSecond(), Meta: u.meta, Parts: len(u.parts)}
	sums := md5.New()
	for _, number := range slices.Sorted(maps.Keys(u.parts)) {
		p := u.parts[number]
		sums.Write(p.MD5[:])
		o.CRC64 = combine(o.CRC64, p.CRC64, p.Size)
		o.Size += p.Size
	}
	copy(o.MD5[:], sums.Sum(nil))
	s.objects.put(o)
	w.Header().Set("x-oss-hash-crc64ecma", strconv.FormatUint(o.CRC64, 10))
	answer(w, "<CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><ETag>%s</ETag></CompleteMultipartUploadResult>",
		s.bucket, key, o.etag(dialectOf(r)))
}

func (s *Server) abort(w http.ResponseWriter, id string) {
	s.mu.Lock()
	delete(s.uploads, id)
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}
