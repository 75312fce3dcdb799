package spec

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1048576": 1 << 20, "1B": 1, "1KiB": 1 << 10, "10MiB": 10 << 20, "3GiB": 3 << 30, "1TiB": 1 << 40,
		"1KB": 1e3, "10MB": 1e7, "2GB": 2e9, "1TB": 1e12, "9223372036854775807": math.MaxInt64, "8388607TiB": 8388607 << 40,
	} {
		if got, ok := parseSize(text); !ok || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "B", "MiB", "-1", "+1", "1.5GiB", "1 MiB", "1mib", "1mb", "1K", "1M", "01", "0x10", "1_000", "1,000", "1e3",
		"9223372036854775808", "8388608TiB", "1MiBB", "١",
	} {
		if got, ok := parseSize(text); ok {
			t.Errorf("%q: %d, want none", text, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "1s": time.Second, "90m": 90 * time.Minute, "12h": 12 * time.Hour, "7d": 168 * time.Hour,
		"2w": 336 * time.Hour, "1d12h": 36 * time.Hour, "1w1d1h1m1s": 193*time.Hour + time.Minute + time.Second,
	} {
		if got, ok := parseDuration(text); !ok || got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "1", "d", "1D", "1ms", "1y", "-1d", "1.5h", "1h1d", "1h1h", "1d ", "1d12", "01d", "99999999999w", "15250w999999d", "1é",
	} {
		if got, ok := parseDuration(text); ok {
			t.Errorf("%q: %v, want none", text, got)
		}
	}
}

func TestUnitsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, math.MaxInt64).Draw(t, "bytes")
		if got, ok := parseSize(formatSize(n)); !ok || got != n {
			t.Fatalf("size %d is written %q and read as %d, %v", n, formatSize(n), got, ok)
		}
		seconds := rapid.Int64Range(0, math.MaxInt64/int64(time.Second)).Draw(t, "seconds")
		d := time.Duration(seconds) * time.Second
		if got, ok := parseDuration(formatDuration(d)); !ok || got != d {
			t.Fatalf("duration %v is written %q and read as %v, %v", d, formatDuration(d), got, ok)
		}
	})
}
