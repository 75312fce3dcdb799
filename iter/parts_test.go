package iter

import (
	"errors"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"
)

func numbers(parts []Part) []int32 {
	var all []int32
	for _, p := range parts {
		all = append(all, p.Number)
	}
	return all
}

func TestPI1_QueryOfParts(t *testing.T) {
	s := &service{}
	if _, err := gather(Parts(t.Context(), serve(t, s), "bucket", "dir/k", "U", PartsOptions{})); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"uploadId": {"U"}, "part-number-marker": {"0"}, "max-parts": {"1000"}}
	if diff := cmp.Diff(want, map[string][]string(s.requests()[0])); diff != "" {
		t.Error(diff)
	}
	if path := s.log[0].URL.Path; path != "/bucket/dir/k" {
		t.Errorf("path %q", path)
	}
}

func TestPI2_PI3_MarkerIsAnExclusiveNumber(t *testing.T) {
	all := []int32{1, 3, 6, 7, 9, 10, 100, 9999, 10000}
	for marker, rest := range map[int32]int{0: 0, 1: 1, 2: 1, 5: 2, 6: 3, 9: 5, 10: 6, 9999: 8, 10000: 9} {
		for size := 1; size <= 4; size++ {
			s := &service{parts: all}
			got, err := gather(Parts(t.Context(), serve(t, s), "bucket", "k", "U", PartsOptions{Marker: marker, Paging: Paging{PageSize: size}}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append([]int32(nil), all[rest:]...), numbers(got)); diff != "" {
				t.Errorf("marker %d, %d to a page: %s", marker, size, diff)
			}
		}
	}
	s := &service{parts: all}
	if _, err := gather(Parts(t.Context(), serve(t, s), "bucket", "k", "U", PartsOptions{Paging: Paging{PageSize: 4}})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"0", "7", "9999"}, s.sent("part-number-marker")); diff != "" {
		t.Error(diff)
	}
}

func TestPI2_CursorOfParts(t *testing.T) {
	s := &service{parts: []int32{1, 2, 9, 10, 11, 100}}
	seq := Parts(t.Context(), serve(t, s), "bucket", "k", "U", PartsOptions{Paging: Paging{PageSize: 3, Cursor: new(Cursor)}})
	var got []Part
	for range s.parts {
		for p, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, p)
			break
		}
	}
	if diff := cmp.Diff(s.parts, numbers(got)); diff != "" {
		t.Error(diff)
	}
}

func TestPI4_FieldsOfAPart(t *testing.T) {
	s := &service{parts: []int32{1, 2}}
	got, err := gather(Parts(t.Context(), serve(t, s), "bucket", "k", "U", PartsOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	want := []Part{
		{Number: 1, ETag: "E1", Size: 100, LastModified: aTimeParsed, CRC64: 1<<64 - 2, HasCRC64: true},
		{Number: 2, ETag: "E2", Size: 200, LastModified: aTimeParsed},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPI5_UnknownUpload(t *testing.T) {
	s := &service{}
	seq := Parts(t.Context(), serve(t, s), "bucket", "k", "V", PartsOptions{})
	if len(s.requests()) != 0 {
		t.Error("request by making a sequence")
	}
	_, err := gather(seq)
	var service *oss.ServiceError
	if !errors.Is(err, ErrNotFound) || !errors.As(err, &service) || service.Code != "NoSuchUpload" {
		t.Error(err)
	}
	const want = `list parts "oss://bucket/k" of upload "V" page 1: status 404 "NoSuchUpload"`
	if !strings.HasPrefix(err.Error(), want) {
		t.Error(err)
	}
}

func TestPI6_UploadWithoutParts(t *testing.T) {
	s := &service{}
	got, err := gather(Parts(t.Context(), serve(t, s), "bucket", "k", "U", PartsOptions{}))
	if err != nil || len(got) != 0 {
		t.Errorf("%d parts, %v", len(got), err)
	}
}

func TestPartsThatAreNoListing(t *testing.T) {
	const (
		head = "<Bucket>bucket</Bucket><Key>k</Key><UploadId>U</UploadId><IsTruncated>false</IsTruncated>"
		part = "<Part><PartNumber>3</PartNumber><LastModified>" + aTime + "</LastModified><ETag>E</ETag><Size>1</Size><HashCrc64ecma>5</HashCrc64ecma></Part>"
	)
	more := func(marker string) string {
		return strings.Replace(head, "false", "true", 1) + "<NextPartNumberMarker>" + marker + "</NextPartNumberMarker>"
	}
	for name, inner := range map[string]string{
		"other bucket":       strings.Replace(head, "bucket", "other", 1),
		"other key":          strings.Replace(head, "<Key>k", "<Key>K", 1),
		"other upload":       strings.Replace(head, "U<", "V<", 1),
		"order":              head + part + strings.Replace(part, "3", "2", 1),
		"twice":              head + part + part,
		"order of decimals":  head + strings.Replace(part, "3", "10", 1) + strings.Replace(part, "3", "9", 1),
		"part zero":          head + strings.Replace(part, "3", "0", 1),
		"negative part":      head + strings.Replace(part, "3", "-3", 1),
		"number too great":   head + strings.Replace(part, "3", "2147483648", 1),
		"leading zero":       head + strings.Replace(part, "3", "03", 1),
		"size":               head + strings.Replace(part, "<Size>1", "<Size>", 1),
		"time":               head + strings.Replace(part, aTime, "now", 1),
		"CRC":                head + strings.Replace(part, ">5<", ">0x5<", 1),
		"no ETag":            head + strings.Replace(part, "<ETag>E</ETag>", "", 1),
		"no marker":          strings.Replace(head, "false", "true", 1),
		"marker zero":        more("0"),
		"marker of letters":  more("zz"),
		"marker with zeros":  more("007"),
		"negative marker":    more("-10"),
		"markup in a number": head + strings.Replace(part, "3", "<b>3</b>", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := &service{fault: page("<ListPartsResult>" + inner + "</ListPartsResult>")}
			got, err := gather(Parts(t.Context(), serve(t, s), "bucket", "k", "U", PartsOptions{}))
			if !errors.Is(err, ErrNotListing) || len(got) != 0 || len(s.requests()) != 1 {
				t.Errorf("%d parts in %d requests, %v", len(got), len(s.requests()), err)
			}
		})
	}
}

func TestEDGE14_MoreThanAThousandParts(t *testing.T) {
	s := &service{}
	for i := range int32(10000) {
		s.parts = append(s.parts, i+1)
	}
	got, err := gather(Parts(t.Context(), serve(t, s), "bucket", "k", "U", PartsOptions{}))
	if err != nil || len(s.requests()) != 10 {
		t.Fatalf("%d requests, %v", len(s.requests()), err)
	}
	if diff := cmp.Diff(s.parts, numbers(got)); diff != "" {
		t.Error(diff)
	}
}
