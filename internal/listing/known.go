package listing

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxKey is the length of the longest key of OSS in bytes.
const maxKey = 1023

// known reads the known keys, not before they are needed.
type known struct {
	keys   iter.Seq[string]
	prefix string

	next  func() (string, bool) // nil: not begun
	stop  func()
	last  string   // key read last
	ahead []string // keys read that are not passed yet
}

// fill reads until n keys are ahead and reports whether there are so many.
func (k *known) fill(n int) bool {
	if k.next == nil {
		k.next, k.stop = iter.Pull(k.keys)
	}
	for len(k.ahead) < n {
		key, ok := k.next()
		if !ok {
			return false
		}
		if key > k.last && len(key) <= maxKey && strings.HasPrefix(key, k.prefix) && utf8.ValidString(key) {
			k.last = key
			k.ahead = append(k.ahead, key)
		}
	}
	return true
}

func (k *known) pass() string {
	key := k.ahead[0]
	k.ahead = slices.Delete(k.ahead, 0, 1)
	return key
}

// skip passes the keys up to a key and returns how many they are.
func (k *known) skip(upTo string) int {
	n := 0
	for k.fill(1) && k.ahead[0] <= upTo {
		k.pass()
		n++
	}
	return n
}

// along passes the keys up to the end of a page that begins where they do, and
// returns how many there are, or would be if the page were everywhere as it is on
// the poorer side of its middle: a gap says nothing of what comes after it.
func (k *known) along(middle, end string) int {
	first, second := k.skip(middle), k.skip(end)
	if most, least := max(first, second), min(first, second); most > 2*least+1 {
		return 2 * least
	}
	return first + second
}

// cut passes n keys and returns the last, if more than the spare ones follow.
// If not, no cut is worth it any more.
func (k *known) cut(n, spare int) (key string, ok bool) {
	for range n {
		if !k.fill(1) {
			return "", false
		}
		key = k.pass()
	}
	return key, k.fill(min(spare, maxSpare) + 1)
}

func (k *known) close() {
	if k.stop != nil {
		k.stop()
	}
}
