package listing

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"pgregory.net/rapid"
)

// keysOf draws distinct keys, many of them near each other.
func keysOf(random *rand.Rand, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		for range 1 + random.IntN(5) {
			keys[i] += []string{"a", "b", "/", "0", "&", "é", "~"}[random.IntN(7)]
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Whatever is known, whichever pages fail, however keys come and go meanwhile:
// what stands in the bucket all the time comes exactly once and in order, up to the
// end or an error.
func TestPropertyEachStableObjectOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		prefix := rapid.SampledFrom([]string{"", "", "", "a", "a/"}).Draw(rt, "prefix")
		stable := keysOf(random, rapid.IntRange(0, 300).Draw(rt, "stable"))
		passing := keysOf(random, rapid.IntRange(0, 20).Draw(rt, "passing"))
		var known []string
		switch rapid.IntRange(0, 3).Draw(rt, "known") {
		case 0:
			known = keysOf(random, 300)
		case 1: // but for a stretch in the middle
			n := len(stable) / 4
			known = slices.Concat(stable[:n], stable[3*n:])
		case 2:
			known = slices.Concat(stable, keysOf(random, 100))
			slices.Sort(known)
		case 3:
			known = append(keysOf(random, 100), "\xff", "", "a\xff")
			random.Shuffle(len(known), func(i, j int) { known[i], known[j] = known[j], known[i] })
		}
		opts := Options{
			Prefix:   prefix,
			PageSize: rapid.IntRange(1, 7).Draw(rt, "page"),
			Window:   rapid.IntRange(1, 9).Draw(rt, "window"),
			Known:    slices.Values(known),
		}
		fatal := rapid.IntRange(0, 100).Draw(rt, "request that fails for good")

		b := &bucket{keys: slices.Clone(stable), latency: latency}
		ever := map[string]bool{}
		for _, key := range stable {
			ever[key] = true
		}
		seen := map[string]bool{}
		b.fault = func(n int, marker string) (*oss.OperationOutput, error) {
			if change := random.IntN(40); change < len(passing) {
				ever[passing[change]] = true
				b.toggle(passing[change], stable)
			}
			first := !seen[marker]
			seen[marker] = true
			switch {
			case n == fatal:
				return nil, refusal(http.StatusForbidden)
			case n%5 == 4 && first:
				return nil, refusal(http.StatusBadGateway)
			}
			return nil, nil
		}
		var got []string
		var err error
		synctest.Test(t, func(t *testing.T) { got, err = list(Objects(t.Context(), b, "bucket", opts)) })

		want := slices.DeleteFunc(slices.Clone(stable), func(key string) bool { return !strings.HasPrefix(key, prefix) })
		if problem := judge(got, want, ever, err); problem != "" {
			rt.Fatalf("%s\ngot %q\nwant %q\nerror %v\nmarkers %q", problem, got, want, err, b.markers)
		}
		if b.most > opts.Window {
			rt.Fatalf("%d requests at a time, window %d", b.most, opts.Window)
		}
	})
}

// toggle puts a key into the bucket or takes it out, unless it is stable.
func (b *bucket) toggle(key string, stable []string) {
	if slices.Contains(stable, key) {
		return
	}
	at, there := slices.BinarySearch(b.keys, key)
	if there {
		b.keys = slices.Delete(slices.Clone(b.keys), at, at+1)
	} else {
		b.keys = slices.Insert(slices.Clone(b.keys), at, key)
	}
}

// judge says what is wrong about a listing of keys of which some must be there,
// and the others may if they ever were.
func judge(got, must []string, ever map[string]bool, err error) string {
	if service, ok := errors.AsType[*oss.ServiceError](err); err != nil && (!ok || service.StatusCode != http.StatusForbidden) {
		return "an error that nobody made"
	}
	for i, key := range got {
		if i > 0 && key <= got[i-1] {
			return fmt.Sprintf("%q after %q", key, got[i-1])
		}
		if !ever[key] {
			return fmt.Sprintf("%q never was there", key)
		}
	}
	for _, key := range must {
		_, there := slices.BinarySearch(got, key)
		if !there && (err == nil || len(got) > 0 && key < got[len(got)-1]) {
			return fmt.Sprintf("%q is missing", key)
		}
	}
	return ""
}
