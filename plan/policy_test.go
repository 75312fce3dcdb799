package plan

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/spec"
)

func TestP11_TransferRequests(t *testing.T) {
	const mib, gib = int64(1) << 20, int64(1) << 30
	for _, row := range []struct {
		name                      string
		size, threshold, partSize int64
		requests                  int64
		ok                        bool
	}{
		{"empty", 0, 10 * mib, 10 * mib, 1, true},
		{"empty, threshold 0", 0, 0, 10 * mib, 1, true},
		{"one byte, threshold 0", 1, 0, 10 * mib, 1 + 2, true},
		{"below the threshold", 10*mib - 1, 10 * mib, 10 * mib, 1, true},
		{"at the threshold", 10 * mib, 10 * mib, 10 * mib, 1 + 2, true},
		{"above the threshold", 10*mib + 1, 10 * mib, 10 * mib, 2 + 2, true},
		{"5 GiB below the threshold", 5 * gib, 6 * gib, gib, 1, true},
		{"too large for one request, below the threshold", 5*gib + 1, 6 * gib, gib, 6 + 2, true},
		{"P11 10,000 parts", 10_000 * 10 * mib, 0, 10 * mib, 10_000 + 2, true},
		{"P11 one byte more: parts double", 10_000*10*mib + 1, 0, 10 * mib, 5_001 + 2, true},
		{"P11 the largest object", 10_000 * 5 * gib, 0, 10 * mib, 10_000 + 2, true},
		{"P11 one byte more", 10_000*5*gib + 1, 0, 10 * mib, 0, false},
		{"P11 the largest object, a part size that doubles past the limit", 10_000 * 5 * gib, 0, 100 * mib, 0, false},
		{"no part size", 10, 0, 0, 10 + 2, true},
	} {
		p := Policy{Threshold: row.threshold, PartSize: row.partSize}
		if requests, ok := p.transferRequests(row.size); requests != row.requests || ok != row.ok {
			t.Errorf("%s: got %d, %t, want %d, %t", row.name, requests, ok, row.requests, row.ok)
		}
	}
}

func TestR5_DownloadRequests(t *testing.T) {
	p := Policy{Threshold: 10, PartSize: 4}
	for size, want := range map[int64]int64{0: 1, 1: 2, 9: 2, 10: 1 + 3, 12: 1 + 3, 13: 1 + 4, 1 << 62: 2} {
		if got := p.downloadRequests(size); got != want {
			t.Errorf("%d bytes: %d requests, want %d", size, got, want)
		}
	}
}

func TestHeadersDigest(t *testing.T) {
	seen := map[string]int{}
	for i, h := range []map[string]string{
		nil,
		{"A": ""},
		{"A": "B"},
		{"B": "A"},
		{"A": "B", "C": "D"},
		{"A": "D", "C": "B"},
		{"AB": ""},
		{"A": "BC", "D": ""},
	} {
		d := HeadersDigest(h)
		if other, ok := seen[d]; ok || len(d) != 16 {
			t.Errorf("headers %d: digest %q, as headers %d", i, d, other)
		}
		seen[d] = i
	}
	if HeadersDigest(nil) != HeadersDigest(map[string]string{}) {
		t.Error("no headers differ from no headers")
	}
}

func TestPolicyOf(t *testing.T) {
	m := spec.Mapping{
		Direction: spec.Pull, Prune: spec.PruneManaged, Prefix: "www/",
		Transfer: spec.Transfer{Threshold: 3, PartSize: 4}, Uploads: spec.Uploads{AbortAfter: 5},
		Headers: []spec.HeaderRule{{Match: "**", Set: map[string]string{"Cache-Control": "no-cache"}}},
		Order:   []string{"**", "*.html"},
		Allow:   []string{".env"},
	}
	p := PolicyOf(&m, noon, true)
	if p.HeadersFor("x.html")["Cache-Control"] != "no-cache" || p.Phase("x.html") != 1 {
		t.Errorf("headers %v, phase %d", p.HeadersFor("x.html"), p.Phase("x.html"))
	}
	if !p.Allows("a/.env") || p.Allows("a/.envrc") {
		t.Errorf(".env allowed: %t, .envrc: %t", p.Allows("a/.env"), p.Allows("a/.envrc"))
	}
	if !p.AllowsBelow("a") {
		t.Error("nothing below a/ is allowed")
	}
	p.HeadersFor, p.Phase, p.Allows, p.AllowsBelow = nil, nil, nil, nil
	want := Policy{
		Direction: spec.Pull, Prune: spec.PruneManaged, PrefixLen: 4,
		Threshold: 3, PartSize: 4, AbortAfter: 5, Now: noon, Deep: true,
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
}

func TestP3_P15_Racy(t *testing.T) {
	const ms = int64(time.Millisecond)
	at := func(ns int64) time.Time { return time.Unix(0, ns) }
	base := int64(1_000_000) * int64(time.Second)
	for _, row := range []struct {
		name string
		stat Stat
		read time.Time
		want bool
	}{
		{"P3 read at once", Stat{MtimeNs: base + 1}, at(base + 1), true},
		{"P3 within the tick", Stat{MtimeNs: base + 1}, at(base + 20*ms), true},
		{"after the tick", Stat{MtimeNs: base + 1}, at(base + 1 + 20*ms), false},
		{"ctime is newer", Stat{MtimeNs: base + 1, CtimeNs: base + 50*ms}, at(base + 60*ms), true},
		{"ctime is older", Stat{MtimeNs: base + 50*ms, CtimeNs: base + 1}, at(base + 60*ms), true},
		{"P3 whole seconds", Stat{MtimeNs: base, CtimeNs: base}, at(base + 1999*ms), true},
		{"whole seconds, after two", Stat{MtimeNs: base, CtimeNs: base}, at(base + 2000*ms), false},
		{"whole mtime, fine ctime", Stat{MtimeNs: base, CtimeNs: base + 1}, at(base + 1000*ms), false},
		{"P15 of the future", Stat{MtimeNs: base + 1}, at(base - 3600*1000*ms), true},
		{"before 1970", Stat{MtimeNs: -ms}, at(base), false},
	} {
		if got := Racy(row.stat, row.read); got != row.want {
			t.Errorf("%s: got %t", row.name, got)
		}
	}
}
