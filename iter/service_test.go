package iter

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const aTime = "2024-02-29T12:34:56.000Z"

var (
	aTimeParsed = time.Date(2024, 2, 29, 12, 34, 56, 0, time.UTC)
	aDate       = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

// service is the part of OSS that lists, kept in memory, with a log of requests and a hook for faults.
type service struct {
	*httptest.Server
	buckets []string
	objects []string    // keys, in any order
	uploads [][2]string // key and upload id
	parts   []int32     // of upload "U" of any key
	plain   bool        // answer without encoding names

	// fault answers request number n, from 1, itself if it returns true.
	fault func(n int, w http.ResponseWriter, r *http.Request) bool

	mu  sync.Mutex
	log []*http.Request
}

// serve starts s and returns a client of the official SDK for it, with the SDK's own retries as they are by default.
func serve(t testing.TB, s *service) *oss.Client {
	t.Helper()
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	cfg := oss.LoadDefaultConfig().
		WithRegion("cn-hangzhou").
		WithEndpoint(s.URL). // an IP address: path style
		WithHttpClient(&http.Client{Transport: transport}).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret"))
	return oss.NewClient(cfg)
}

// requests are the queries of all requests so far.
func (s *service) requests() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []url.Values
	for _, r := range s.log {
		all = append(all, r.URL.Query())
	}
	return all
}

// sent are the values of one query parameter in all requests so far.
func (s *service) sent(parameter string) []string {
	var all []string
	for _, q := range s.requests() {
		all = append(all, q.Get(parameter))
	}
	return all
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.log = append(s.log, r)
	n := len(s.log)
	s.mu.Unlock()
	w.Header().Set("Date", aDate.Format(http.TimeFormat))
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("x-oss-request-id", fmt.Sprintf("R%d", n))
	if s.fault != nil && s.fault(n, w, r) {
		return
	}
	q := r.URL.Query()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	switch {
	case r.Method != http.MethodGet:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
	case bucket == "":
		s.listBuckets(w, q)
	case key != "":
		key, _ = url.PathUnescape(key)
		s.listParts(w, q, bucket, key)
	case q.Has("uploads"):
		s.listUploads(w, q, bucket)
	default:
		s.listObjects(w, q, bucket)
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message><RequestId>RX</RequestId></Error>", code)
}

func (s *service) listBuckets(w http.ResponseWriter, q url.Values) {
	var entries strings.Builder
	limit, _ := strconv.Atoi(q.Get("max-keys"))
	truncated, next := false, ""
	for _, b := range slices.Sorted(slices.Values(s.buckets)) {
		if b <= q.Get("marker") || !strings.HasPrefix(b, q.Get("prefix")) {
			continue
		}
		if limit--; limit < 0 {
			truncated = true
			break
		}
		next = b
		fmt.Fprintf(&entries, "<Bucket><CreationDate>%s</CreationDate><ExtranetEndpoint>oss.example.com</ExtranetEndpoint>"+
			"<IntranetEndpoint>oss-internal.example.com</IntranetEndpoint><Location>oss-cn-hangzhou</Location><Name>%s</Name>"+
			"<Region>cn-hangzhou</Region><StorageClass>Standard</StorageClass><ResourceGroupId>rg</ResourceGroupId></Bucket>", aTime, b)
	}
	fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult><Owner><ID>1</ID></Owner>`)
	if truncated {
		fmt.Fprintf(w, "<Prefix>%s</Prefix><IsTruncated>true</IsTruncated><NextMarker>%s</NextMarker>", q.Get("prefix"), next)
	}
	fmt.Fprintf(w, "<Buckets>%s</Buckets></ListAllMyBucketsResult>", entries.String())
}

func (s *service) listObjects(w http.ResponseWriter, q url.Values, bucket string) {
	var names [][2]string
	for _, key := range s.objects {
		names = append(names, [2]string{key, ""})
	}
	p := s.cut(names, q, "marker", "", "max-keys")
	fmt.Fprintf(w, "<?xml version=\"1.0\"?>\n<ListBucketResult>\n<Name>%s</Name><Prefix>%s</Prefix><IsTruncated>%t</IsTruncated>"+
		"<EncodingType>%s</EncodingType>", bucket, s.encode(q.Get("prefix")), p.truncated, s.encoding())
	if p.truncated {
		fmt.Fprintf(w, "<NextMarker>%s</NextMarker>", s.encode(p.next[0]))
	}
	for _, e := range p.entries {
		fmt.Fprint(w, objectXML(s.encode(e[0])))
	}
	s.writePrefixes(w, p.prefixes)
	fmt.Fprint(w, "</ListBucketResult>")
}

func objectXML(key string) string {
	return fmt.Sprintf("<Contents><Key>%s</Key><LastModified>%s</LastModified><ETag>&quot;5B3C1A2E053D763E1B002CC607C5A0FE&quot;</ETag>"+
		"<Type>Normal</Type><Size>344606</Size><StorageClass>Standard</StorageClass>"+
		"<Owner><ID>00220120222</ID><DisplayName>user-example</DisplayName></Owner></Contents>", key, aTime)
}

func (s *service) listUploads(w http.ResponseWriter, q url.Values, bucket string) {
	p := s.cut(s.uploads, q, "key-marker", "upload-id-marker", "max-uploads")
	fmt.Fprintf(w, "<ListMultipartUploadsResult><EncodingType>%s</EncodingType><Bucket>%s</Bucket><Prefix>%s</Prefix>"+
		"<NextKeyMarker>%s</NextKeyMarker><NextUploadIdMarker>%s</NextUploadIdMarker><IsTruncated>%t</IsTruncated>",
		s.encoding(), bucket, s.encode(q.Get("prefix")), s.encode(p.next[0]), p.next[1], p.truncated)
	for _, e := range p.entries {
		fmt.Fprintf(w, "<Upload><Key>%s</Key><UploadId>%s</UploadId><StorageClass>IA</StorageClass><Initiated>%s</Initiated></Upload>",
			s.encode(e[0]), e[1], aTime)
	}
	s.writePrefixes(w, p.prefixes)
	fmt.Fprint(w, "</ListMultipartUploadsResult>")
}

func (s *service) writePrefixes(w http.ResponseWriter, prefixes []string) {
	for _, name := range prefixes {
		fmt.Fprintf(w, "<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>", s.encode(name))
	}
}

func (s *service) listParts(w http.ResponseWriter, q url.Values, bucket, key string) {
	if q.Get("uploadId") != "U" {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	marker, _ := strconv.Atoi(q.Get("part-number-marker"))
	limit, _ := strconv.Atoi(q.Get("max-parts"))
	var entries strings.Builder
	truncated, next := false, marker
	for _, number := range s.parts {
		if int(number) <= marker {
			continue
		}
		if limit--; limit < 0 {
			truncated = true
			break
		}
		next = int(number)
		crc := ""
		if number%2 == 1 {
			crc = fmt.Sprintf("<HashCrc64ecma>%d</HashCrc64ecma>", ^uint64(number))
		}
		fmt.Fprintf(&entries, "<Part><PartNumber>%d</PartNumber><LastModified>%s</LastModified><ETag>\"E%d\"</ETag>%s<Size>%d</Size></Part>",
			number, aTime, number, crc, number*100)
	}
	fmt.Fprintf(w, "<ListPartsResult><Bucket>%s</Bucket><Key>%s</Key><UploadId>U</UploadId><NextPartNumberMarker>%d</NextPartNumberMarker>"+
		"<IsTruncated>%t</IsTruncated>%s</ListPartsResult>", bucket, escaped(key), next, truncated, entries.String())
}

// cutting is one page of names: entries and common prefixes, and the last of both.
type cutting struct {
	entries   [][2]string
	prefixes  []string
	next      [2]string
	truncated bool
}

func (s *service) cut(names [][2]string, q url.Values, marker, idMarker, size string) (p cutting) {
	names = slices.Clone(names)
	limit, _ := strconv.Atoi(q.Get(size))
	after, afterID := q.Get(marker), q.Get(idMarker)
	prefix, delimiter := q.Get("prefix"), q.Get("delimiter")
	slices.SortFunc(names, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, name := range names {
		key, id := name[0], name[1]
		within := key == after && afterID != "" && id > afterID
		if key <= after && !within || !strings.HasPrefix(key, prefix) {
			continue
		}
		group := ""
		if before, _, found := strings.Cut(key[len(prefix):], delimiter); delimiter != "" && found {
			group = prefix + before + delimiter
		}
		if group != "" && (group == after || len(p.prefixes) > 0 && p.prefixes[len(p.prefixes)-1] == group) {
			continue
		}
		if len(p.entries)+len(p.prefixes) == limit {
			p.truncated = true
			return p
		}
		if group != "" {
			p.prefixes = append(p.prefixes, group)
			p.next = [2]string{group, ""}
		} else {
			p.entries = append(p.entries, name)
			p.next = name
		}
	}
	return p
}

func (s *service) encoding() string {
	if s.plain {
		return ""
	}
	return "url"
}

// encode writes a name as the service does: unreserved characters and slashes as they are, all else percent-encoded.
func (s *service) encode(name string) string {
	if s.plain {
		return escaped(name)
	}
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(name))
}

func escaped(name string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(name)) // a Builder does not fail
	return b.String()
}

// noWait makes the pauses between attempts take no time and records them.
func noWait(delays *[]time.Duration) func(context.Context, time.Duration) error {
	return func(ctx context.Context, d time.Duration) error {
		if delays != nil {
			*delays = append(*delays, d)
		}
		return ctx.Err()
	}
}
