package ossserver

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"
)

func (h *harness) initiate(key string, change ...func(*oss.InitiateMultipartUploadRequest)) string {
	h.t.Helper()
	r := &oss.InitiateMultipartUploadRequest{Bucket: oss.Ptr(testBucket), Key: &key}
	for _, f := range change {
		f(r)
	}
	result, err := h.client.InitiateMultipartUpload(h.t.Context(), r)
	if err != nil {
		h.t.Fatal(err)
	}
	return *result.UploadId
}

func (h *harness) abort(key, id string) {
	h.t.Helper()
	_, err := h.client.AbortMultipartUpload(h.t.Context(), &oss.AbortMultipartUploadRequest{Bucket: oss.Ptr(testBucket), Key: &key, UploadId: &id})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) part(key, id string, number int32, body []byte) oss.UploadPart {
	h.t.Helper()
	r, err := h.client.UploadPart(h.t.Context(), &oss.UploadPartRequest{Bucket: oss.Ptr(testBucket), Key: &key, UploadId: &id, PartNumber: number, Body: bytes.NewReader(body)})
	if err != nil {
		h.t.Fatal(err)
	}
	if got := oss.ToString(r.HashCRC64); got != crcText(body) {
		h.t.Errorf("part %d: crc %s, want %s", number, got, crcText(body))
	}
	return oss.UploadPart{PartNumber: number, ETag: r.ETag}
}

// complete sends the parts in the order given, which the SDK's own call sorts.
func (h *harness) complete(key, id string, header map[string]string, parts ...oss.UploadPart) error {
	h.t.Helper()
	var doc strings.Builder
	if len(parts) > 0 {
		doc.WriteString("<CompleteMultipartUpload>")
		for _, p := range parts {
			fmt.Fprintf(&doc, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", p.PartNumber, strings.ReplaceAll(*p.ETag, `"`, "&quot;"))
		}
		doc.WriteString("</CompleteMultipartUpload>")
	}
	_, err := h.client.InvokeOperation(h.t.Context(), &oss.OperationInput{
		OpName: "CompleteMultipartUpload", Method: "POST", Bucket: oss.Ptr(testBucket), Key: &key,
		Parameters: map[string]string{"uploadId": id}, Headers: header, Body: strings.NewReader(doc.String()),
	})
	return err
}

func TestMultipartLife(t *testing.T) {
	h := newHarness(t)
	const key = "dir/big file+.bin"
	body := randomBytes(250_000)
	cut := func(i int) []byte { return body[i*100<<10 : min((i+1)*100<<10, len(body))] }
	id := h.initiate(key, func(r *oss.InitiateMultipartUploadRequest) {
		r.Metadata = map[string]string{"m": "v"}
		r.StorageClass = oss.StorageClassIA
	})
	h.part(key, id, 7, []byte("to be overwritten"))
	parts := []oss.UploadPart{h.part(key, id, 3, cut(0)), h.part(key, id, 7, cut(1)), h.part(key, id, 10, cut(2))}
	h.part(key, id, 9, []byte("left out"))
	if ok, err := h.client.IsObjectExist(t.Context(), testBucket, key); ok || err != nil {
		t.Errorf("visible before Complete: %v %v", ok, err)
	}
	if err := h.complete(key, id, nil, parts...); err != nil {
		t.Fatal(err)
	}
	if got := h.get(key); !bytes.Equal(got, body) {
		t.Error("body differs")
	}
	head, err := h.client.HeadObject(t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr(key)})
	if err != nil {
		t.Fatal(err)
	}
	if *head.ObjectType != "Multipart" || *head.HashCRC64 != crcText(body) || !strings.HasSuffix(*head.ETag, `-3"`) ||
		*head.StorageClass != "IA" || head.Metadata["m"] != "v" || head.ContentMD5 != nil {
		t.Errorf("head %+v", head)
	}
	// Ranges that begin and end in each of the parts.
	for first := 0; first < len(body); first += 49_999 {
		for _, n := range []int{1, 60_000, 110_000} {
			last := min(first+n, len(body)) - 1
			got := h.fetchRange(key, fmt.Sprintf("bytes=%d-%d", first, last), "")
			if got.status != 206 || !bytes.Equal(got.body, body[first:last+1]) {
				t.Errorf("range %d-%d: status %d, %d bytes", first, last, got.status, len(got.body))
			}
		}
	}
	wantCode(t, h.complete(key, id, nil, parts...), 404, "NoSuchUpload")
	if n := h.contentFiles(); n != 3 {
		t.Errorf("%d content files, want 3", n)
	}
	h.put(key, "small")
	if n := h.contentFiles(); n != 0 {
		t.Errorf("%d content files after overwrite, want 0", n)
	}
}

func TestCompleteErrors(t *testing.T) {
	h := newHarness(t)
	big, small := randomBytes(minPartSize), []byte("small")
	id := h.initiate("k")
	one, two, three := h.part("k", id, 1, big), h.part("k", id, 2, small), h.part("k", id, 3, small)
	wrong := oss.UploadPart{PartNumber: 1, ETag: two.ETag}
	absent := oss.UploadPart{PartNumber: 4, ETag: one.ETag}
	for name, row := range map[string]struct {
		code   string
		header map[string]string
		parts  []oss.UploadPart
	}{
		"order":                {"InvalidPartOrder", nil, []oss.UploadPart{two, one}},
		"same part twice":      {"InvalidPartOrder", nil, []oss.UploadPart{one, one}},
		"wrong etag":           {"InvalidPart", nil, []oss.UploadPart{wrong}},
		"absent part":          {"InvalidPart", nil, []oss.UploadPart{one, absent}},
		"small part":           {"EntityTooSmall", nil, []oss.UploadPart{one, two, three}},
		"all and list":         {"InvalidArgument", map[string]string{"x-oss-complete-all": "yes"}, []oss.UploadPart{one}},
		"all, small part":      {"EntityTooSmall", map[string]string{"x-oss-complete-all": "yes"}, nil},
		"no list":              {"MalformedXML", nil, nil},
		"complete-all unclear": {"InvalidArgument", map[string]string{"x-oss-complete-all": "no"}, []oss.UploadPart{one}},
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, h.complete("k", id, row.header, row.parts...), 400, row.code) })
	}
	for _, other := range []string{"", "x", strings.Repeat("0", uploadIDLength)} {
		wantCode(t, h.complete("k", other, nil, one), 404, "NoSuchUpload")
	}
	wantCode(t, h.complete("other key", id, nil, one), 404, "NoSuchUpload")
	// Unquoted and lower-case ETags are the same ETags.
	one.ETag = oss.Ptr(strings.ToLower(strings.Trim(*one.ETag, `"`)))
	if err := h.complete("k", id, nil, one, two); err != nil {
		t.Error(err)
	}
}

func TestCompleteAll(t *testing.T) {
	h := newHarness(t)
	id := h.initiate("k")
	body := randomBytes(minPartSize + 5)
	h.part("k", id, 2, body[minPartSize:])
	h.part("k", id, 1, body[:minPartSize])
	if err := h.complete("k", id, map[string]string{"x-oss-complete-all": "yes"}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(h.get("k"), body) {
		t.Error("body differs")
	}
	wantCode(t, h.complete("k", h.initiate("k"), map[string]string{"x-oss-complete-all": "yes"}), 400, "InvalidPart")
}

func TestForbidOverwrite(t *testing.T) {
	h := newHarness(t)
	forbid := map[string]string{"x-oss-forbid-overwrite": "true"}
	put := func(key, value string) error {
		_, err := h.client.PutObject(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key, Body: strings.NewReader("new"), ForbidOverwrite: &value})
		return err
	}
	if err := put("k", "true"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, put("k", "true"), 409, "FileAlreadyExists")
	wantCode(t, put("k", "maybe"), 400, "InvalidArgument")
	if err := put("k", "false"); err != nil {
		t.Error(err)
	}
	id := h.initiate("k")
	part := h.part("k", id, 1, []byte("x"))
	if refused := wantCode(t, h.complete("k", id, forbid, part), 409, "FileAlreadyExists"); refused.EC != "0042-00000214" {
		t.Errorf("EC %q", refused.EC)
	}
	_, err := h.client.InitiateMultipartUpload(t.Context(), &oss.InitiateMultipartUploadRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"), ForbidOverwrite: oss.Ptr("true")})
	wantCode(t, err, 409, "FileAlreadyExists")
	_, err = h.client.CopyObject(t.Context(), &oss.CopyObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"), SourceKey: oss.Ptr("k"), ForbidOverwrite: oss.Ptr("true")})
	wantCode(t, err, 409, "FileAlreadyExists")
	if err := h.complete("k", id, nil, part); err != nil {
		t.Error(err)
	}
}

func TestPI2ListParts(t *testing.T) {
	h := newHarness(t)
	id := h.initiate("k")
	numbers := []int32{1, 3, 6, 7, 9, 10}
	for _, n := range numbers {
		h.part("k", id, n, fmt.Appendf(nil, "part %d", n))
	}
	p := h.client.NewListPartsPaginator(&oss.ListPartsRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"), UploadId: &id, MaxParts: 4})
	var got []int32
	for p.HasNext() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range page.Parts {
			got = append(got, part.PartNumber)
			want := fmt.Appendf(nil, "part %d", part.PartNumber)
			if *part.HashCRC64 != crcText(want) || part.Size != int64(len(want)) || len(*part.ETag) != 34 {
				t.Errorf("part %+v", part)
			}
		}
	}
	if d := cmp.Diff(numbers, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	_, err := h.client.ListParts(t.Context(), &oss.ListPartsRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("other"), UploadId: &id})
	wantCode(t, err, 404, "NoSuchUpload")
	h.abort("k", id)
	if n := h.contentFiles(); n != 0 {
		t.Errorf("%d content files after abort", n)
	}
	_, err = h.client.UploadPart(t.Context(), &oss.UploadPartRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"), UploadId: &id, PartNumber: 1, Body: strings.NewReader("")})
	wantCode(t, err, 404, "NoSuchUpload")
}

// TestMU5ListUploads pages through several uploads of one key with each limit.
func TestMU5ListUploads(t *testing.T) {
	h := newHarness(t)
	var want []string
	for _, key := range []string{"a", "a.bak", "dir/x", "dir/y", "k", "k", "k", "k", "k", "z"} {
		want = append(want, key+" "+h.initiate(key))
	}
	slices.Sort(want) // no key here sorts otherwise with a space behind it
	for limit := int32(1); limit <= 11; limit++ {
		p := h.client.NewListMultipartUploadsPaginator(&oss.ListMultipartUploadsRequest{Bucket: oss.Ptr(testBucket), MaxUploads: limit})
		var got []string
		for p.HasNext() {
			page, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page.Uploads {
				got = append(got, *u.Key+" "+*u.UploadId)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("limit %d (-want +got):\n%s", limit, d)
		}
	}
	page := h.raw("GET", "/"+testBucket+"/?uploads&delimiter=%2F&max-uploads=3", nil)
	for _, part := range []string{"<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>", "<NextKeyMarker>dir/</NextKeyMarker>",
		"<NextUploadIdMarker></NextUploadIdMarker>", "<IsTruncated>true</IsTruncated>"} {
		if !strings.Contains(string(page.body), part) {
			t.Errorf("no %s in\n%s", part, page.body)
		}
	}
	page = h.raw("GET", "/"+testBucket+"/?uploads&delimiter=%2F&key-marker=dir%2F", nil)
	if got := strings.Count(string(page.body), "<Upload>"); got != 6 || strings.Contains(string(page.body), "dir/x") {
		t.Errorf("%d uploads behind the common prefix in\n%s", got, page.body)
	}
	// MU-5: an upload id marker alone is passed over.
	page = h.raw("GET", "/"+testBucket+"/?uploads&upload-id-marker=F", nil)
	if got := strings.Count(string(page.body), "<Upload>"); got != 10 || page.status != http.StatusOK {
		t.Errorf("%d uploads", got)
	}
}

// TestNoSuchUploadCodes: the fine-grained code tells the operation.
func TestNoSuchUploadCodes(t *testing.T) {
	h := newHarness(t)
	h.put("from", "x")
	id := newUploadID()
	for _, row := range []struct {
		method, path, ec string
		header           []string
	}{
		{"PUT", "/k?partNumber=1&uploadId=" + id, "0042-00000104", nil},
		{"PUT", "/k?partNumber=1&uploadId=" + id, "0042-00000311", []string{"x-oss-copy-source", "/" + testBucket + "/from"}},
		{"DELETE", "/k?uploadId=" + id, "0042-00000002", nil},
		{"GET", "/k?uploadId=" + id, "0042-00000002", nil},
	} {
		got := h.raw(row.method, "/"+testBucket+row.path, nil, row.header...)
		if got.code() != "NoSuchUpload" || got.header.Get("x-oss-ec") != row.ec || !strings.Contains(string(got.body), "<EC>"+row.ec+"</EC>") {
			t.Errorf("%s %s: %s %s", row.method, row.path, got.code(), got.header.Get("x-oss-ec"))
		}
	}
}
