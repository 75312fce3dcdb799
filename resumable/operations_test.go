package resumable

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/crc64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *service) handle(w *httptest.ResponseRecorder, c call, q url.Values, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if md5 := c.headers.Get("Content-Md5"); md5 != "" && c.op != "HEAD" && md5 != digestOf(body).contentMD5() {
		fail(w, 400, "InvalidDigest")
		return
	}
	up := s.pending[q.Get("uploadId")]
	if q.Has("uploadId") && (up == nil || up.key != c.key) {
		fail(w, 404, "NoSuchUpload")
		return
	}
	exists := c.headers.Get("X-Oss-Forbid-Overwrite") == "true" && s.objects[c.key] != nil
	switch c.op {
	case "HEAD", "GET":
		s.get(w, c)
	case "PUT", "INIT":
		if exists {
			fail(w, 409, "FileAlreadyExists")
		} else if c.op == "PUT" {
			s.store(w, c, body)
		} else {
			s.initiate(w, c, q.Has("sequential"))
		}
	case "PART":
		if up.sequential && c.part > len(up.parts)+1 {
			fail(w, 400, "PartNotSequential")
			return
		}
		p := &stored{data: body, etag: digestOf(body).etag(), noCRC: s.noCRC}
		up.parts[c.part] = p
		p.describe(w.Header())
	case "LIST":
		s.list(w, c.key, q, up)
	case "ABORT":
		delete(s.pending, q.Get("uploadId"))
		w.WriteHeader(204)
	case "COMPLETE":
		if exists {
			fail(w, 409, "FileAlreadyExists")
		} else {
			s.complete(w, c, q.Get("uploadId"), up, body)
		}
	}
}

func (o *stored) describe(h http.Header) {
	h.Set("ETag", `"`+o.etag+`"`)
	if !o.noCRC {
		h.Set("x-oss-hash-crc64ecma", strconv.FormatUint(crc64.Checksum(o.data, ecmaTable), 10))
	}
}

func (s *service) store(w *httptest.ResponseRecorder, c call, body []byte) {
	s.clock = s.clock.Add(time.Minute)
	o := &stored{data: body, etag: digestOf(body).etag(), kind: "Normal", modified: s.clock, headers: c.headers, noCRC: s.noCRC}
	s.objects[c.key] = o
	o.describe(w.Header())
	w.Header().Set("x-oss-version-id", "V1")
}

func (s *service) initiate(w *httptest.ResponseRecorder, c call, sequential bool) {
	s.serial++
	id := fmt.Sprintf("U%d", s.serial)
	s.pending[id] = &pending{key: c.key, headers: c.headers, parts: map[int]*stored{}, sequential: sequential}
	fmt.Fprintf(w, "<InitiateMultipartUploadResult><Bucket>bkt</Bucket><Key>%s</Key><UploadId>%s</UploadId><EncodingType>url</EncodingType></InitiateMultipartUploadResult>", encoded(c.key), id)
}

// encoded is encoding-type=url.
func encoded(key string) string { return strings.ReplaceAll(url.QueryEscape(key), "+", "%20") }

func (s *service) list(w *httptest.ResponseRecorder, key string, q url.Values, up *pending) {
	after, _ := strconv.Atoi(q.Get("part-number-marker"))
	page, _ := strconv.Atoi(q.Get("max-parts"))
	numbers := []int{}
	for n := range up.parts {
		if n > after {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	truncated := len(numbers) > page
	numbers = numbers[:min(page, len(numbers))]
	var text bytes.Buffer
	escape := func(s string) string { var b bytes.Buffer; xml.EscapeText(&b, []byte(s)); return b.String() }
	fmt.Fprintf(&text, "<ListPartsResult><Bucket>bkt</Bucket><Key>%s</Key><UploadId>%s</UploadId><MaxParts>%d</MaxParts><IsTruncated>%t</IsTruncated>", escape(key), q.Get("uploadId"), page, truncated)
	last := after
	for _, n := range numbers {
		p := up.parts[n]
		fmt.Fprintf(&text, `<Part><PartNumber>%d</PartNumber><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>"%s"</ETag><Size>%d</Size>`, n, p.etag, len(p.data))
		if !p.noCRC {
			fmt.Fprintf(&text, "<HashCrc64ecma>%d</HashCrc64ecma>", crc64.Checksum(p.data, ecmaTable))
		}
		text.WriteString("</Part>")
		last = n
	}
	fmt.Fprintf(&text, "<PartNumberMarker>%d</PartNumberMarker><NextPartNumberMarker>%d</NextPartNumberMarker></ListPartsResult>", after, last)
	w.Header().Set("Content-Type", "application/xml")
	w.Write(text.Bytes())
}

func (s *service) complete(w *httptest.ResponseRecorder, c call, id string, up *pending, body []byte) {
	var wish struct {
		Part []struct {
			PartNumber int
			ETag       string
		}
	}
	if xml.Unmarshal(body, &wish) != nil || len(wish.Part) == 0 {
		fail(w, 400, "MalformedXML")
		return
	}
	var data []byte
	last := 0
	for _, p := range wish.Part {
		have := up.parts[p.PartNumber]
		if have == nil || unquote(p.ETag) != have.etag || p.PartNumber <= last {
			fail(w, 400, "InvalidPart")
			return
		}
		last = p.PartNumber
		data = append(data, have.data...)
	}
	delete(s.pending, id)
	s.clock = s.clock.Add(time.Minute)
	o := &stored{data: data, etag: fmt.Sprintf("%s-%d", digestOf(data).etag(), last), kind: "Multipart", modified: s.clock, headers: up.headers, noCRC: s.noCRC}
	s.objects[c.key] = o
	o.describe(w.Header())
	w.Header().Del("ETag")
	fmt.Fprintf(w, `<CompleteMultipartUploadResult><Bucket>bkt</Bucket><Key>%s</Key><ETag>"%s"</ETag><EncodingType>url</EncodingType></CompleteMultipartUploadResult>`, encoded(c.key), o.etag)
}

func (s *service) get(w *httptest.ResponseRecorder, c call) {
	o := s.objects[c.key]
	if o == nil {
		fail(w, 404, "NoSuchKey")
		return
	}
	h := c.headers
	if m := unquote(h.Get("If-Match")); m != "" && m != o.etag {
		fail(w, 412, "PreconditionFailed")
		return
	}
	if since, err := http.ParseTime(h.Get("If-Unmodified-Since")); err == nil && o.modified.After(since) {
		fail(w, 412, "PreconditionFailed")
		return
	}
	o.describe(w.Header())
	w.Header().Set("Last-Modified", o.modified.Format(http.TimeFormat))
	w.Header().Set("x-oss-object-type", o.kind)
	for name, values := range o.headers {
		if strings.HasPrefix(name, "X-Oss-Meta-") {
			w.Header()[name] = values
		}
	}
	data := o.data
	var first, last int
	if n, _ := fmt.Sscanf(h.Get("Range"), "bytes=%d-%d", &first, &last); n == 2 && h.Get("X-Oss-Range-Behavior") == "standard" {
		data = data[first : last+1]
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(o.data)))
		w.WriteHeader(206)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Write(data)
}
