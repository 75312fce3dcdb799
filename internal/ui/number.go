package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/osssync/osssync/plan"
)

// Bytes returns a size in binary units, such as "4.1 KiB".
func Bytes(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

// Number returns a number with commas, such as "12,345".
func Number(n int64) string { return humanize.Comma(n) }

// Count returns a number of things with their name in the right form:
// "1 object", "12,345 objects".
func Count(n int64, thing string) string { return Number(n) + " " + plan.Plural(n, thing) }

// Age returns a span of time in its one or two largest units: "9d", "3h20m",
// "45s". A negative one is "0s".
func Age(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d >= 3*day:
		return fmt.Sprintf("%dd", d/day)
	case d >= day:
		return trimZero(fmt.Sprintf("%dd%dh", d/day, d%day/time.Hour), "0h")
	case d >= time.Hour:
		return trimZero(fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute), "0m")
	case d >= time.Minute:
		return trimZero(fmt.Sprintf("%dm%ds", d/time.Minute, d%time.Minute/time.Second), "0s")
	}
	return fmt.Sprintf("%ds", max(d, 0)/time.Second)
}

// trimZero takes a second unit away if it is zero, but not the 0 of "10m".
func trimZero(s, zero string) string {
	cut, ok := strings.CutSuffix(s, zero)
	if ok && cut[len(cut)-1] > '9' {
		return cut
	}
	return s
}
