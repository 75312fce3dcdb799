package listing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/iter"
)

// short is how many objects a page has where the length does not matter.
const short = 100

// An error of any page comes after all objects before it, whatever was read ahead.
func TestErrorComesAfterWhatIsBeforeIt(t *testing.T) {
	keys := numbered(6000)
	for _, refused := range []int{1, 2, 17, 40, 60} {
		t.Run(fmt.Sprint(refused), func(t *testing.T) {
			after := ""
			if refused > 1 {
				after = keys[(refused-1)*short-1]
			}
			b := &bucket{keys: keys, latency: latency}
			var sent int // when it was refused
			b.fault = func(_ int, marker string) (*oss.OperationOutput, error) {
				if marker == after {
					sent = len(b.markers)
					return nil, refusal(http.StatusForbidden)
				}
				return nil, nil
			}
			synctest.Test(t, func(t *testing.T) {
				objects := Objects(t.Context(), b, "bucket", Options{Prefix: "www/", Known: slices.Values(keys), PageSize: short})
				for range 2 { // it may be ranged over again
					got, err := list(objects)
					if !slices.Equal(got, keys[:(refused-1)*short]) {
						t.Error(cmp.Diff(keys[:(refused-1)*short], got))
					}
					service, ok := errors.AsType[*oss.ServiceError](err)
					if !ok || service.StatusCode != http.StatusForbidden || !strings.Contains(err.Error(), after) {
						t.Errorf("error %v", err)
					}
					for _, marker := range b.markers[sent:] {
						if marker > after {
							t.Errorf("page after %q asked for nevertheless", marker)
						}
					}
				}
			})
		})
	}
}

func TestTransientFailuresAreTriedAgain(t *testing.T) {
	keys := numbered(6000)
	b := &bucket{keys: keys, latency: latency}
	seen := map[string]int{}
	b.fault = func(n int, marker string) (*oss.OperationOutput, error) {
		seen[marker]++
		switch {
		case seen[marker] == 1 && n%2 == 0:
			return nil, refusal(http.StatusServiceUnavailable)
		case seen[marker] == 2 && n%3 == 0:
			return nil, fmt.Errorf("connection: %w", io.ErrUnexpectedEOF)
		}
		return nil, nil
	}
	synctest.Test(t, func(t *testing.T) {
		got, err := list(Objects(t.Context(), b, "bucket", Options{Prefix: "www/", Known: slices.Values(keys), PageSize: short}))
		if err != nil || !slices.Equal(got, keys) {
			t.Errorf("%d objects, %v", len(got), err)
		}
	})
}

// A page that is no listing is an error, also if it was read ahead.
func TestPageThatIsNoListing(t *testing.T) {
	keys := numbered(3000)
	bad := map[string][]byte{
		"empty":          nil,
		"of a proxy":     []byte("<html>sign in</html>"),
		"cut off":        (&bucket{keys: keys}).page("bucket", "www/", keys[999], short)[:500],
		"another bucket": (&bucket{keys: keys}).page("other", "www/", keys[999], short),
		"another marker": (&bucket{keys: keys}).page("bucket", "www/", keys[899], short),
	}
	for name, body := range bad {
		t.Run(name, func(t *testing.T) {
			b := &bucket{keys: keys, latency: latency}
			b.fault = func(_ int, marker string) (*oss.OperationOutput, error) {
				if marker == keys[999] {
					return output(body), nil
				}
				return nil, nil
			}
			synctest.Test(t, func(t *testing.T) {
				got, err := list(Objects(t.Context(), b, "bucket", Options{Prefix: "www/", Known: slices.Values(keys), PageSize: short}))
				if !errors.Is(err, iter.ErrNotListing) || len(got) != 1000 {
					t.Errorf("%d objects, %v", len(got), err)
				}
			})
		})
	}
}

// A page may be empty and not the last.
func TestPageWithoutObjects(t *testing.T) {
	keys := numbered(5000)
	empty := `<ListBucketResult><Name>bucket</Name><Prefix>www/</Prefix><IsTruncated>true</IsTruncated><NextMarker>%s0</NextMarker></ListBucketResult>`
	for _, known := range [][]string{nil, keys} {
		b := &bucket{keys: keys}
		b.fault = func(_ int, marker string) (*oss.OperationOutput, error) {
			if marker != "" && !strings.HasSuffix(marker, "0") {
				return output(fmt.Appendf(nil, empty, marker)), nil
			}
			return nil, nil
		}
		got, err := list(Objects(t.Context(), b, "bucket", Options{Prefix: "www/", Known: slices.Values(known)}))
		if err != nil || !slices.Equal(got, keys) {
			t.Errorf("%d objects, %v", len(got), err)
		}
	}
}

// Pages that overlap are refused, though each is in order.
func TestJoinIsChecked(t *testing.T) {
	object := func(key string) []iter.Object { return []iter.Object{{Key: key}} }
	l := lister{chain: []*stretch{
		{state: answered, objects: object("b")},
		{state: answered, objects: object("b")},
	}, held: 2, pace: newPace(1000, 2)}
	var keys []string
	var failure error
	l.each(t.Context(), func(o iter.Object, err error) bool {
		keys, failure = append(keys, o.Key), err
		return true
	})
	if !errors.Is(failure, iter.ErrNotListing) || !slices.Equal(keys, []string{"b", ""}) {
		t.Errorf("keys %q, error %v", keys, failure)
	}
}

// When the loop is left, what is under way has ended and nothing more is sent.
func TestLoopLeft(t *testing.T) {
	keys := numbered(6000)
	b := &bucket{keys: keys, latency: latency}
	synctest.Test(t, func(t *testing.T) {
		n := 0
		for _, err := range Objects(t.Context(), b, "bucket", Options{Prefix: "www/", Known: slices.Values(keys), PageSize: short}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 1234 {
				break
			}
		}
		sent := len(b.markers)
		if b.underWay != 0 {
			t.Errorf("%d requests under way", b.underWay)
		}
		synctest.Wait()
		if len(b.markers) != sent {
			t.Errorf("%d requests after the loop", len(b.markers)-sent)
		}
	})
}

// What a page covers is not waited for, though it was asked for.
func TestCoveredRequestsAreCancelled(t *testing.T) {
	known := numbered(6000)
	b := &bucket{keys: slices.Concat(known[:2000], known[3000:]), latency: latency, slow: func(marker string) bool {
		return known[2000] < marker && marker < known[2900]
	}}
	synctest.Test(t, func(t *testing.T) {
		var got []string
		for o, err := range Objects(t.Context(), b, "bucket", Options{Prefix: "www/", Known: slices.Values(known), PageSize: short}) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, o.Key); len(got) == 4500 {
				synctest.Wait()
				if b.cancelled == 0 {
					t.Error("no request cancelled")
				}
			}
		}
		if !slices.Equal(got, b.keys) {
			t.Errorf("%d objects", len(got))
		}
	})
}

func TestCancelled(t *testing.T) {
	keys := numbered(6000)
	b := &bucket{keys: keys, latency: latency}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		b.fault = func(n int, _ string) (*oss.OperationOutput, error) {
			if n == 20 {
				cancel()
			}
			return nil, nil
		}
		got, err := list(Objects(ctx, b, "bucket", Options{Prefix: "www/", Known: slices.Values(keys), PageSize: short}))
		if !errors.Is(err, context.Canceled) || len(got) > 2000 || !slices.Equal(got, keys[:len(got)]) {
			t.Errorf("%d objects, %v", len(got), err)
		}
	})
}

// Who reads slowly makes no more than a window of pages wait.
func TestWindow(t *testing.T) {
	keys := numbered(4000)
	for _, window := range []int{1, 2, 7} {
		b := &bucket{keys: keys, latency: latency}
		synctest.Test(t, func(t *testing.T) {
			n := 0
			for _, err := range Objects(t.Context(), b, "bucket", Options{Prefix: "www/", Known: slices.Values(keys), Window: window, PageSize: short}) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n%short == 1 {
					synctest.Wait()
					if ahead := len(b.markers) - n/short; ahead > window {
						t.Fatalf("window %d: %d pages asked for after %d", window, ahead, n/short)
					}
				}
			}
			if b.most > window || len(b.markers) != 40 {
				t.Errorf("window %d: %d requests, %d at a time", window, len(b.markers), b.most)
			}
		})
	}
}

func TestNothingIsSentBeforeTheLoop(t *testing.T) {
	b := &bucket{keys: numbered(10)}
	Objects(t.Context(), b, "bucket", Options{Known: func(func(string) bool) { t.Error("known keys read") }})
	if len(b.markers) != 0 {
		t.Errorf("%d requests", len(b.markers))
	}
}

// What is known is not even opened for a listing of one page.
func TestOnePageNeedsNoKnownKeys(t *testing.T) {
	b := &bucket{keys: numbered(1000)}
	got, err := list(Objects(t.Context(), b, "bucket", Options{Known: func(func(string) bool) { t.Error("known keys read") }}))
	if err != nil || len(got) != 1000 || len(b.markers) != 1 {
		t.Errorf("%d objects, %d requests, %v", len(got), len(b.markers), err)
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	for _, opts := range []Options{{}, {PageSize: -1, Window: -1}, {PageSize: 1001}} {
		b := &bucket{keys: numbered(2500)}
		if got, err := list(Objects(t.Context(), b, "bucket", opts)); err != nil || !slices.Equal(got, b.keys) || len(b.markers) != 3 {
			t.Errorf("%+v: %d objects, %d requests, %v", opts, len(got), len(b.markers), err)
		}
	}
}
