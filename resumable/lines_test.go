package resumable

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// linesOf is what ranges are as lines after a record with that checksum.
func linesOf(record uint32, claimed ...rangeState) (lines []byte) {
	for _, r := range claimed {
		lines = append(lines, r.line(record)...)
	}
	return lines
}

func TestI7_LinesOfARecord(t *testing.T) {
	const record, count = 77, 9
	a, b, c := rangeState{1, 5}, rangeState{9, math.MaxUint64}, rangeState{4, 0}
	for _, tt := range []struct {
		name  string
		lines []byte
		want  []rangeState
	}{
		{"none", nil, nil},
		{"whole", linesOf(record, a, b, c), []rangeState{a, b, c}},
		{"one twice", linesOf(record, a, b, a), []rangeState{a, b, a}},
		{"of another record", append(linesOf(record, a), append(linesOf(record+1, b), linesOf(record, c)...)...), []rangeState{a}},
		{"zeros in the midst", append(linesOf(record, a), append(make([]byte, 30), linesOf(record, b)...)...), []rangeState{a}},
		{"torn in the midst", append(linesOf(record, a)[:20], linesOf(record, b)...), nil},
		{"too large a number", linesOf(record, a, rangeState{count + 1, 1}, b), []rangeState{a}},
		{"no number", linesOf(record, rangeState{0, 1}, a), nil},
		{"a number below none", linesOf(record, rangeState{-1, 1}, a), nil},
		{"empty line", append([]byte("\n"), linesOf(record, a)...), nil},
		{"other notation", bytes.ReplaceAll(linesOf(record, a), []byte("1 0"), []byte("+1 0")), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readLines(tt.lines, record, count)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever a bit or a byte of the lines becomes, what is read is what was appended
// before it, and nothing else.
func TestI7_EveryBitOfALineCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		record := rapid.Uint32().Draw(t, "record")
		whole := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) rangeState {
			return rangeState{rapid.IntRange(1, 1000).Draw(t, "number"), rapid.Uint64().Draw(t, "crc")}
		}), 1, 9).Draw(t, "claimed")
		lines := linesOf(record, whole...)
		at := rapid.IntRange(0, len(lines)-1).Draw(t, "at")
		before := bytes.Count(lines[:at], []byte("\n"))
		spoiled := slices.Clone(lines[:at])
		if !rapid.Bool().Draw(t, "cut") {
			spoiled = append(spoiled, lines[at]^1<<rapid.IntRange(0, 7).Draw(t, "bit"))
			spoiled = append(spoiled, lines[at+1:]...)
		}
		got, err := readLines(spoiled, record, 1000)
		if err != nil || !slices.Equal(got, whole[:before]) {
			t.Fatalf("%q: %v, %v; want the first %d of %v", spoiled, got, err, before, whole)
		}
	})
}

// A record that grew beyond what one can is damaged.
func TestI7_TooManyLines(t *testing.T) {
	line := linesOf(1, rangeState{1, 1})
	full := bytes.Repeat(line, int(maxRanges))
	if got, err := readLines(full, 1, 1); err != nil || len(got) != int(maxRanges) {
		t.Errorf("%d lines, %v", len(got), err)
	}
	if got, err := readLines(append(full, line...), 1, 1); err == nil {
		t.Errorf("%d lines, no error", len(got))
	}
	r := half(t)
	key, data := r.store.only(t)
	r.store.records[key] = append(data, bytes.Repeat(linesOf(checksum(data), rangeState{1, 1}), int(maxRanges)+1)...)
	if res := r.mustDownload(t); res.RangesKept != 0 || len(r.temps(t)) != 0 {
		t.Errorf("%+v, temps %q; want a fresh download", res, r.temps(t))
	}
}

// A claim that is ahead of its bytes, as after a power loss, is found out.
func TestL11_DL12_AppendedClaimsAreReadBack(t *testing.T) {
	r := half(t)
	key, data := r.store.only(t)
	next := digestOf(r.object("dir/key.bin").data[3*kib : 4*kib]).crc
	r.store.records[key] = append(data, linesOf(checksum(data), rangeState{4, next}, rangeState{2, 1})...)
	res := r.mustDownload(t)
	if diff := cmp.Diff([]string{"1024-2047", "3072-4095", "4096-4104"}, ranges(r.calls("GET"))); diff != "" {
		t.Error(diff)
	}
	r.checkFile(t, res)
}

// What stands in a line is what a later version has to understand.
func TestLineFormat(t *testing.T) {
	put, err := seal(map[string]int{"version": 1})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s%s", put, rangeState{12, 0xabc}.line(checksum(put)))
	const want = "{\"crc32c\":\"e6a11bfc\",\"version\":1}\n12 0000000000000abc 8e01f201\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
