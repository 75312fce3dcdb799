package ossserver

import (
	"strings"
	"testing"
)

// TestListLiveChannel: clients that clean a bucket up find no live channels.
func TestListLiveChannel(t *testing.T) {
	h := newHarness(t)
	got := h.raw("GET", "/"+testBucket+"/?live&marker=m&max-keys=7&prefix=p", nil)
	const want = "<ListLiveChannelResult><Prefix>p</Prefix><Marker>m</Marker><MaxKeys>7</MaxKeys><IsTruncated>false</IsTruncated></ListLiveChannelResult>"
	if got.status != 200 || !strings.HasSuffix(string(got.body), want) {
		t.Errorf("%d %s", got.status, got.body)
	}
	for path, want := range map[string]string{
		"/other-bucket/?live":                        "NoSuchBucket",
		"/" + testBucket + "/?live&max-keys=1001":    "InvalidArgument",
		"/" + testBucket + "/channel?live&comp=stat": "NotImplemented",
	} {
		if got := h.raw("GET", path, nil); got.code() != want {
			t.Errorf("%s: %d %s", path, got.status, got.code())
		}
	}
}
