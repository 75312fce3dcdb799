package listing

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const latency = 20 * time.Millisecond

// scene is what is known of a bucket and what is in it.
type scene struct {
	name        string
	known, keys []string

	faster float64 // than a serial listing, at least
	ahead  int     // requests beyond the last object: of keys that are known there
}

// some leaves out of keys each with the given probability.
func some(keys []string, leftOut float64) []string {
	random := rand.New(rand.NewPCG(1, 2))
	return slices.DeleteFunc(slices.Clone(keys), func(string) bool { return random.Float64() < leftOut })
}

// nth is every nth of keys.
func nth(keys []string, n int) []string {
	var some []string
	for i := 0; i < len(keys); i += n {
		some = append(some, keys[i])
	}
	return some
}

func scenes(n int) []scene {
	full := numbered(n)
	in := func(i int) []string { return full[i*1000 : (i+1)*1000] }
	doubled := slices.Clone(full)
	for _, key := range in(n / 2000) {
		doubled = append(doubled, key+"2")
	}
	slices.Sort(doubled)
	filled := slices.Concat(full[:n/2], fresh("www/folder%03d/new/%06d", n/2000, n/10), full[n/2:])
	slices.Sort(filled)
	decimated := slices.DeleteFunc(slices.Clone(full), func(key string) bool { return key[len("www/folder00")] == '7' })
	return []scene{
		{name: "equal", known: full, keys: full, faster: 8},
		{name: "equal but for one", known: full, keys: slices.Delete(slices.Clone(full), n/2, n/2+1), faster: 8},
		{name: "empty", known: full},
		{name: "a single page", known: full, keys: full[:100]},
		{name: "ten times the objects", known: nth(full, 10), keys: full, faster: 8},
		{name: "a hundred times the objects", known: nth(full, 100), keys: full, faster: 2},
		{name: "half the objects, any", known: full, keys: some(full, 0.5), faster: 2},
		{name: "half the objects, every second", known: full, keys: nth(full, 2), faster: 6},
		{name: "half the objects, the first", known: full, keys: full[:n/2], faster: 6, ahead: defaultWindow - 1},
		{name: "half the objects, the last", known: full, keys: full[n/2:], faster: 6},
		{name: "the last half thinner", known: full, keys: slices.Concat(full[:n/2], nth(full[n/2:], 2)), faster: 6},
		{name: "1 % inserted", known: some(full, 0.01), keys: full, faster: 8},
		{name: "10 % inserted", known: some(full, 0.1), keys: full, faster: 8},
		{name: "1 % deleted", known: full, keys: some(full, 0.01), faster: 8},
		{name: "10 % deleted", known: full, keys: some(full, 0.1), faster: 8},
		{name: "a folder doubled", known: full, keys: doubled, faster: 8},
		{name: "a folder filled", known: full, keys: filled, faster: 4},
		{name: "a tenth of the folders gone", known: full, keys: decimated},
		{name: "other keys", known: fresh("www/other%03d/%06d", 0, n), keys: full},
		{name: "nothing known", keys: full},
	}
}

func fresh(format string, folder, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf(format, folder, i)
	}
	return keys
}

// A listing takes at most a tenth more requests than a serial one, and much less
// time where requests do.
func TestRequests(t *testing.T) {
	for _, s := range scenes(scale) {
		t.Run(s.name, func(t *testing.T) {
			b := &bucket{keys: s.keys, latency: latency}
			var took time.Duration
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got, err := list(Objects(t.Context(), b, "bucket", Options{Prefix: "www/", Known: slices.Values(s.known)}))
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, s.keys) {
					t.Error(cmp.Diff(s.keys, got))
				}
				took = time.Since(began)
			})
			serial := max(1, (len(s.keys)+999)/1000)
			times := float64(time.Duration(serial)*latency) / float64(took)
			t.Logf("%d requests, serial %d (%+.1f %%), %d at a time, %.1f times faster",
				len(b.markers), serial, 100*float64(len(b.markers)-serial)/float64(serial), b.most, times)
			most := serial*11/10 + s.ahead
			if scale < 200_000 { // then what is room for surprises counts
				most, s.faster = most+aheadForLost*freePages, 0
			}
			if len(b.markers) > most {
				t.Errorf("%d requests, want %d at most", len(b.markers), most)
			}
			if times < s.faster {
				t.Errorf("%.1f times faster, want %.1f", times, s.faster)
			}
			if b.most > defaultWindow {
				t.Errorf("%d requests at a time", b.most)
			}
		})
	}
}
