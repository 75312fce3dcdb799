package spec

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Sizes are exact: a unit has one spelling, and there are no fractions, so that
// "10mb" or "1.5GB" is refused rather than read in one of two ways.
const (
	kib int64 = 1 << 10
	mib int64 = 1 << 20
	gib int64 = 1 << 30
	tib int64 = 1 << 40
)

type unit struct {
	name string
	of   int64
}

// sizeUnits are ordered so that no name ends in an earlier one.
var sizeUnits = []unit{
	{"KiB", kib}, {"MiB", mib}, {"GiB", gib}, {"TiB", tib},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"B", 1},
}

// timeUnits are ordered from long to short, as the parts of a duration are.
var timeUnits = []unit{
	{"w", 7 * 24 * int64(time.Hour)}, {"d", 24 * int64(time.Hour)},
	{"h", int64(time.Hour)}, {"m", int64(time.Minute)}, {"s", int64(time.Second)},
}

func unitNames(units []unit) string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.name
	}
	return strings.Join(names, ", ")
}

// parseSize parses "1048576", "1MiB", "10MB".
func parseSize(text string) (int64, bool) {
	for _, u := range sizeUnits {
		if number, found := strings.CutSuffix(text, u.name); found {
			return parseMultiple(number, u.of)
		}
	}
	return parseDecimal(text)
}

func formatSize(n int64) string { return formatUnits(n, sizeUnits) }

func formatDuration(d time.Duration) string { return formatUnits(int64(d), timeUnits) }

// formatUnits writes n as a whole number of the longest unit that allows it.
func formatUnits(n int64, units []unit) string {
	longest := unit{of: 1}
	for _, u := range units {
		if n != 0 && n%u.of == 0 && u.of >= longest.of {
			longest = u
		}
	}
	return strconv.FormatInt(n/longest.of, 10) + longest.name
}

// parseDuration parses "7d", "90m", "1d12h": whole numbers with units, each
// unit shorter than the one before. "0" needs none.
func parseDuration(text string) (time.Duration, bool) {
	if text == "0" {
		return 0, true
	}
	if text == "" {
		return 0, false
	}
	var sum int64
	units := timeUnits
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			return 0, false
		}
		i := 0
		for i < len(units) && units[i].name != text[end:end+1] {
			i++
		}
		if i == len(units) {
			return 0, false
		}
		part, ok := parseMultiple(text[:end], units[i].of)
		if !ok || part > math.MaxInt64-sum {
			return 0, false
		}
		sum += part
		text, units = text[end+1:], units[i+1:]
	}
	return time.Duration(sum), true
}

func parseMultiple(number string, of int64) (int64, bool) {
	n, ok := parseDecimal(number)
	if !ok || n > math.MaxInt64/of {
		return 0, false
	}
	return n * of, true
}

// parseDecimal parses digits without sign or leading zero. What does not fit
// into an int64 is no number.
func parseDecimal(text string) (int64, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
