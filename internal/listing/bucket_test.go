package listing

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"go.uber.org/goleak"

	"github.com/osssync/osssync/iter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bucket is a service with one bucket, whose answers come after a time.
type bucket struct {
	keys    []string // sorted
	latency time.Duration
	slow    func(marker string) bool // takes an hour; nil: none does

	// fault answers request number n, from 1, in place of the bucket, unless it
	// returns nil and nil. It may change keys.
	fault func(n int, marker string) (*oss.OperationOutput, error)

	mu        sync.Mutex
	markers   []string // of the requests
	underWay  int
	most      int // requests at a time
	cancelled int
}

func (b *bucket) InvokeOperation(ctx context.Context, in *oss.OperationInput, _ ...func(*oss.Options)) (*oss.OperationOutput, error) {
	b.mu.Lock()
	marker := in.Parameters["marker"]
	b.markers = append(b.markers, marker)
	n := len(b.markers)
	b.underWay++
	b.most = max(b.most, b.underWay)
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.underWay--
	}()
	if b.latency > 0 {
		// No two answers come in the same moment, so that a listing is the same each time.
		latency := b.latency + time.Duration(crc32.ChecksumIEEE([]byte(marker))%100_000)
		if b.slow != nil && b.slow(marker) {
			latency = time.Hour
		}
		timer := time.NewTimer(latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			b.mu.Lock()
			defer b.mu.Unlock()
			b.cancelled++
			return nil, ctx.Err()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fault != nil {
		if out, err := b.fault(n, marker); out != nil || err != nil {
			return out, err
		}
	}
	limit, err := strconv.Atoi(in.Parameters["max-keys"])
	if err != nil {
		return nil, err
	}
	return output(b.page(*in.Bucket, in.Parameters["prefix"], marker, limit)), nil
}

func (b *bucket) page(name, prefix, marker string, limit int) []byte {
	first, found := slices.BinarySearch(b.keys, max(marker, prefix))
	if found && b.keys[first] == marker {
		first++
	}
	last := first
	for last < len(b.keys) && last-first < limit && strings.HasPrefix(b.keys[last], prefix) {
		last++
	}
	more := last < len(b.keys) && strings.HasPrefix(b.keys[last], prefix)
	var w bytes.Buffer
	fmt.Fprintf(&w, "<ListBucketResult><Name>%s</Name><Prefix>%s</Prefix><Marker>%s</Marker><EncodingType>url</EncodingType><IsTruncated>%t</IsTruncated>",
		name, escaped(prefix), escaped(marker), more)
	if more {
		fmt.Fprintf(&w, "<NextMarker>%s</NextMarker>", escaped(b.keys[last-1]))
	}
	for _, key := range b.keys[first:last] {
		w.WriteString("<Contents><Key>" + escaped(key) + "</Key><LastModified>2024-02-29T12:34:56.000Z</LastModified><ETag>\"" + etag(key) +
			"\"</ETag><Type>Normal</Type><Size>" + strconv.Itoa(len(key)) + "</Size><StorageClass>Standard</StorageClass></Contents>")
	}
	w.WriteString("</ListBucketResult>")
	return w.Bytes()
}

func etag(key string) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(key))), 16)
}

func escaped(key string) string {
	if !strings.ContainsFunc(key, func(r rune) bool { return r < '-' || r > 'z' || r == '<' || r == '>' }) {
		return key
	}
	return strings.ReplaceAll(url.QueryEscape(key), "+", "%20")
}

// output is an answer of status 200.
func output(body []byte) *oss.OperationOutput {
	return &oss.OperationOutput{
		StatusCode: http.StatusOK,
		Headers:    http.Header{"Content-Type": {"application/xml"}},
		Body:       io.NopCloser(bytes.NewReader(body)),
	}
}

// refusal is an answer with an error.
func refusal(status int) error {
	return &oss.ServiceError{StatusCode: status, Code: http.StatusText(status), Headers: http.Header{}}
}

// list reads a sequence until it ends.
func list(objects iter.Seq2[iter.Object, error]) (keys []string, err error) {
	for o, err := range objects {
		if err != nil {
			return keys, err
		}
		if o.ETag != etag(o.Key) || o.Size != int64(len(o.Key)) {
			return keys, fmt.Errorf("object %+v has another's fields", o)
		}
		keys = append(keys, o.Key)
	}
	return keys, nil
}

// numbered is keys as many as n in folders of a thousand.
func numbered(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("www/folder%03d/file%03d.html", i/1000, i%1000)
	}
	return keys
}
