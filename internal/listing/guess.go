package listing

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/osssync/osssync/iter"
)

// middle guesses a key halfway between the last of objects and an end. The keys
// from first on are taken for numbers in the ASCII characters that objects have
// where their keys differ from first; beyond what they all begin with nothing is
// expected. "" is no guess. Whatever it is, it stands between the two.
func middle(first string, objects []iter.Object, end string) string {
	last := objects[len(objects)-1].Key
	common := commonPrefix(first, last)
	var seen [utf8.RuneSelf]bool
	for i := range objects {
		for _, c := range []byte(strings.TrimPrefix(objects[i].Key, common)) {
			if c < utf8.RuneSelf {
				seen[c] = true
			}
		}
	}
	var digits []byte
	for c, is := range seen {
		if is {
			digits = append(digits, byte(c))
		}
	}
	if len(digits) < 2 {
		return ""
	}
	low, high := fraction(last[len(common):], digits), 1.0
	if tail, inside := strings.CutPrefix(end, common); inside {
		high = fraction(tail, digits)
	}
	guess := common + text((low+high)/2, digits)
	if guess <= last || guess >= end || len(guess) > maxKey {
		return ""
	}
	return guess
}

// places is how many digits a fraction of the given base has in 52 bits.
func places(base int) int { return max(1, int(52/math.Log2(float64(base)))) }

// fraction reads s as the digits of a number behind the point; a character that
// is none counts as the next lower digit.
func fraction(s string, digits []byte) float64 {
	value, weight := 0.0, 1.0
	for i := range min(len(s), places(len(digits))) {
		weight /= float64(len(digits))
		rank := 0
		for rank+1 < len(digits) && digits[rank+1] <= s[i] {
			rank++
		}
		value += weight * float64(rank)
	}
	return value
}

// text writes a number as digits behind the point, without zeros at the end.
func text(value float64, digits []byte) string {
	var b []byte
	for range places(len(digits)) {
		value *= float64(len(digits))
		rank := min(int(value), len(digits)-1)
		value -= float64(rank)
		b = append(b, digits[rank])
	}
	return strings.TrimRight(string(b), string(digits[:1]))
}

// commonPrefix is what two keys both begin with, in whole characters.
func commonPrefix(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return a[:n]
}
