package ossserver

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// TestDeleteControlCharacters: the SDK writes control characters as references
// that XML 1.0 does not know, and OSS reads them.
func TestDeleteControlCharacters(t *testing.T) {
	h := newHarness(t)
	var objects []oss.DeleteObject
	for _, key := range []string{"a\x01b", "\x1f", "\x0b\x0c", "a\tb", "a\nb", "a" + controlMark + "fd", controlMark, "&#x01;"} {
		h.put(key, "x")
		objects = append(objects, oss.DeleteObject{Key: oss.Ptr(key)})
	}
	r, err := h.client.DeleteMultipleObjects(t.Context(), &oss.DeleteMultipleObjectsRequest{Bucket: oss.Ptr(testBucket), Objects: objects})
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range r.DeletedObjects {
		if *d.Key != *objects[i].Key {
			t.Errorf("deleted %q, want %q", *d.Key, *objects[i].Key)
		}
	}
	if names := h.names("", "", 100); names != nil {
		t.Errorf("left %q", names)
	}
	doc := []byte("<Delete><Object><Key>a&#xFFFF;</Key></Object></Delete>")
	sum := md5.Sum(doc)
	if got := h.raw("POST", "/"+testBucket+"/?delete", doc, "Content-MD5", base64.StdEncoding.EncodeToString(sum[:])); got.code() != "MalformedXML" {
		t.Errorf("no character: %d %s", got.status, got.code())
	}
}

// TestControlsAreLinear: the time for a text grows with its length alone. Controls
// are shown with one allocation, where one for each of a megabyte took hours.
func TestControlsAreLinear(t *testing.T) {
	hidden := string(hideControls(bytes.Repeat([]byte{1}, 1<<16)))
	if n := testing.AllocsPerRun(1, func() { showControls(hidden) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
	h := newHarness(t)
	doc := []byte("<Delete><Object><Key>" + strings.Repeat("\x01", 1<<20) + "</Key></Object></Delete>")
	sum := md5.Sum(doc)
	got := h.raw("POST", "/"+testBucket+"/?delete", doc, "Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
	if got.status != 400 || got.code() != "InvalidObjectName" || len(got.body) > 4<<10 {
		t.Errorf("%d %s, %d bytes", got.status, got.code(), len(got.body))
	}
}

// FuzzControls: any text survives a document in which every character is a
// reference, and one in which only those are that must be.
func FuzzControls(f *testing.F) {
	f.Add("a\x01b" + controlMark + "fd\x00")
	f.Add(controlMark)
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\uFFFE\uFFFF") {
			t.Skip()
		}
		var all, some bytes.Buffer
		for _, r := range text {
			fmt.Fprintf(&all, "&#x%x;", r)
			if r < ' ' || strings.ContainsRune("&<>", r) {
				fmt.Fprintf(&some, "&#%d;", r)
			} else {
				some.WriteRune(r)
			}
		}
		for _, doc := range []string{all.String(), some.String()} {
			var got struct {
				Text string `xml:"Text"`
			}
			if err := xml.Unmarshal(hideControls([]byte("<D><Text>"+doc+"</Text></D>")), &got); err != nil {
				t.Fatalf("%q: %v", doc, err)
			}
			if s := showControls(got.Text); s != text {
				t.Errorf("%q becomes %q", text, s)
			}
		}
		showControls(text) // of any text, without a panic
	})
}
