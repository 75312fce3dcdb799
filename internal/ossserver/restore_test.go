package ossserver

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// TestRestore follows archived objects through their states on the clock of the
// server.
func TestRestore(t *testing.T) {
	for _, row := range []struct {
		class string
		days  int32
		tier  string
		takes time.Duration
	}{
		{"Archive", 2, "", time.Minute},
		{"ColdArchive", 3, "Expedited", time.Hour},
		{"ColdArchive", 1, "", 5 * time.Hour},
		{"DeepColdArchive", 1, "Standard", 48 * time.Hour},
	} {
		t.Run(row.class+row.tier, func(t *testing.T) {
			now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
			h := newHarness(t, func(o *Options) { o.Now = func() time.Time { return now } })
			checkRestore(t, h, &now, row.class, row.days, row.tier, row.takes)
		})
	}
}

func checkRestore(t *testing.T, h *harness, now *time.Time, class string, days int32, tier string, takes time.Duration) {
	bucket, key := oss.Ptr(testBucket), oss.Ptr("k")
	send := func(method, path, body string) answer {
		r := h.newRequestAt(*now, method, path, body)
		return h.send(r)
	}
	if got := h.send(h.newRequestAt(*now, "PUT", "/"+testBucket+"/k", "x", "x-oss-storage-class", class)); got.status != 200 {
		t.Fatalf("put: %d %s", got.status, got.body)
	}
	doc := fmt.Sprintf("<RestoreRequest><Days>%d</Days>", days)
	if tier != "" {
		doc += "<JobParameters><Tier>" + tier + "</Tier></JobParameters>"
	}
	doc += "</RestoreRequest>"
	path := "/" + *bucket + "/" + *key
	state := func() string { return send("HEAD", path, "").header.Get("x-oss-restore") }
	read := func() string { return send("GET", path, "").code() }
	if read() != "InvalidObjectState" || state() != "" {
		t.Errorf("frozen: %q, %q", read(), state())
	}
	if got := send("POST", path+"?restore", doc); got.status != 202 {
		t.Fatalf("restore: %d %s", got.status, got.body)
	}
	if got := send("POST", path+"?restore", doc); got.status != 409 || got.code() != "RestoreAlreadyInProgress" {
		t.Errorf("restore again: %d %s", got.status, got.code())
	}
	if got := send("POST", path+"?cleanRestoredObject", ""); got.code() != "ArchiveRestoreNotFinished" {
		t.Errorf("clean too early: %d %s", got.status, got.code())
	}
	*now = now.Add(takes - time.Second)
	if state() != `ongoing-request="true"` || read() != "InvalidObjectState" {
		t.Errorf("under way: %q %q", state(), read())
	}
	*now = now.Add(time.Second)
	end := now.Add(time.Duration(days) * 24 * time.Hour)
	want := `ongoing-request="false", expiry-date="` + end.Format("Mon, 02 Jan 2006 15:04:05") + ` GMT"`
	if state() != want || read() != "" {
		t.Errorf("restored: %q %q, want %q", state(), read(), want)
	}
	if listed := string(send("GET", "/"+*bucket+"/?list-type=2", "").body); !strings.Contains(listed, "<RestoreInfo>ongoing-request=&quot;false&quot;") {
		t.Errorf("listed: %s", listed)
	}
	*now = now.Add(time.Hour)
	if got := send("POST", path+"?restore", doc); got.status != 200 {
		t.Errorf("prolong: %d %s", got.status, got.body)
	}
	*now = now.Add(time.Duration(days)*24*time.Hour - time.Second)
	if read() != "" {
		t.Errorf("not prolonged: %s", read())
	}
	*now = now.Add(time.Second)
	if read() != "InvalidObjectState" || state() != "" {
		t.Errorf("expired: %q %q", read(), state())
	}
	if got := send("POST", path+"?cleanRestoredObject", ""); got.code() != "ArchiveRestoreFileStale" {
		t.Errorf("clean too late: %d %s", got.status, got.code())
	}
}

func TestRestoreErrors(t *testing.T) {
	h := newHarness(t)
	h.put("plain", "x")
	h.put("cold", "x", func(r *oss.PutObjectRequest) { r.StorageClass = oss.StorageClassArchive })
	for _, row := range []struct{ key, doc, code string }{
		{"plain", "", "OperationNotSupported"},
		{"none", "", "NoSuchKey"},
		{"cold", "<RestoreRequest><Days>0</Days></RestoreRequest>", "MalformedXML"},
		{"cold", "<RestoreRequest><Days>8</Days></RestoreRequest>", "MalformedXML"},
		{"cold", "<RestoreRequest><JobParameters><Tier>Fast</Tier></JobParameters></RestoreRequest>", "MalformedXML"},
		{"cold", "<Restore/>", "MalformedXML"},
	} {
		if got := h.raw("POST", "/"+testBucket+"/"+row.key+"?restore", []byte(row.doc)); got.code() != row.code {
			t.Errorf("%s %s: %d %s, want %s", row.key, row.doc, got.status, got.code(), row.code)
		}
	}
}
