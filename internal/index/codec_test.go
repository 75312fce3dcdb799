package index

import (
	"encoding/binary"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/osssync/osssync/plan"
)

var example = plan.Base{
	Path:    "assets/app.js",
	Local:   plan.Stat{Size: 4711, MtimeNs: 1_700_000_000_123_456_789, CtimeNs: 1_700_000_001_000_000_000, Inode: 987654},
	Remote:  plan.Version{Size: 4711, ETag: "5D41402ABC4B2A76B9719D911017C592", Modified: time.Unix(1_700_000_002, 0).UTC()},
	Sums:    plan.Sums{MD5: "5D41402ABC4B2A76B9719D911017C592", CRC64: "17952921876410843914"},
	Headers: "0123456789abcdef",
	Owned:   true,
}

func decode(path string, record []byte) (plan.Base, error) {
	return new(decoder).decode([]byte(path), record)
}

// rows draws any row that an index may be given.
func rows(t *rapid.T, path string) plan.Base {
	row := plan.Base{
		Path: path,
		Local: plan.Stat{
			Size: rapid.Int64().Draw(t, "size"), MtimeNs: rapid.Int64().Draw(t, "mtime"),
			CtimeNs: rapid.Int64().Draw(t, "ctime"), Inode: rapid.Uint64().Draw(t, "inode"),
		},
		Remote:  plan.Version{Size: rapid.Int64().Draw(t, "object size"), ETag: texts(upperHex, 32).Draw(t, "etag")},
		Sums:    plan.Sums{MD5: texts(upperHex, 32).Draw(t, "md5"), CRC64: numbers.Draw(t, "crc64")},
		Headers: texts(lowerHex, 16).Draw(t, "headers"),
		Owned:   rapid.Bool().Draw(t, "owned"),
		Racy:    rapid.Bool().Draw(t, "racy"),
		Mount:   rapid.Bool().Draw(t, "mount"),
		Denied:  rapid.Bool().Draw(t, "denied"),
	}
	if rapid.Bool().Draw(t, "one checksum") {
		row.Sums.MD5 = row.Remote.ETag
	}
	if rapid.Bool().Draw(t, "timed") {
		row.Remote.Modified = time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "modified"), 0).UTC()
	}
	return row
}

// texts are what may stand where n digits are usual.
func texts(digits string, n int) *rapid.Generator[string] {
	digit := rapid.RuneFrom([]rune(digits))
	return rapid.OneOf(rapid.StringOfN(digit, n, n, -1), rapid.StringOfN(digit, n-1, n+1, -1), rapid.String(),
		rapid.StringOfN(rapid.RuneFrom([]rune(upperHex+lowerHex+" -")), n, n, -1))
}

// numbers are what may stand where a CRC-64 is usual.
var numbers = rapid.OneOf(rapid.Map(rapid.Uint64(), func(n uint64) string { return strconv.FormatUint(n, 10) }), rapid.String(),
	rapid.SampledFrom([]string{"", "0", "00", "01", "+1", "-1", "1_0", "0x1", "18446744073709551615", "18446744073709551616"}))

func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rows(t, rapid.String().Draw(t, "path"))
		got, err := decode(want.Path, encode(&want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("row (-written +read):\n%s", diff)
		}
	})
}

// TestRecordsOfEarlierReleases reads the text form, in which every row was written
// before there were numbers.
func TestRecordsOfEarlierReleases(t *testing.T) {
	body := []byte{1, flagOwned | flagTimed}
	for _, n := range []int64{example.Local.Size, example.Local.MtimeNs, example.Local.CtimeNs} {
		body = binary.AppendVarint(body, n)
	}
	body = binary.AppendUvarint(body, example.Local.Inode)
	body = binary.AppendVarint(binary.AppendVarint(body, example.Remote.Size), example.Remote.Modified.Unix())
	for _, s := range []string{example.Remote.ETag, example.Sums.MD5, example.Sums.CRC64, example.Headers} {
		body = append(binary.AppendUvarint(body, uint64(len(s))), s...)
	}
	got, err := decode(example.Path, sealed(example.Path, body))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(example, got); diff != "" {
		t.Errorf("row (-written +read):\n%s", diff)
	}
	if now := encode(&example); len(now) > 80 || len(body) < 130 {
		t.Errorf("%d bytes then, %d now; want at most 80", len(body)+4, len(now))
	}
}

func TestI7_EveryFlippedBitOfARecordIsNoticed(t *testing.T) {
	record := encode(&example)
	for i := range record {
		for bit := range 8 {
			record[i] ^= 1 << bit
			if row, err := decode(example.Path, record); err == nil {
				t.Fatalf("bit %d of byte %d flipped, and read as %+v", bit, i, row)
			}
			record[i] ^= 1 << bit
		}
	}
	for n := range record {
		if _, err := decode(example.Path, record[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes were taken for a record", n, len(record))
		}
	}
}

func TestRecordOfAnotherPathIsRefused(t *testing.T) {
	record := encode(&example)
	for _, path := range []string{"", "assets/app.j", "assets/app.js ", "b"} {
		if _, err := decode(path, record); err == nil {
			t.Errorf("the record of %q was taken for that of %q", example.Path, path)
		}
	}
}

// sealed makes a record of any bytes that has the right checksum, as the fuzzer
// would never find one.
func sealed(path string, body []byte) []byte {
	return binary.LittleEndian.AppendUint32(append([]byte(nil), body...), checksum([]byte(path), body))
}

func TestRecordIsCanonical(t *testing.T) {
	body := func(row *plan.Base) []byte { b := encode(row); return b[:len(b)-4] }
	bare := body(&plan.Base{Path: "p"})
	timeZero := append([]byte{recordVersion, flagTimed}, make([]byte, 5)...)
	timeZero = binary.AppendVarint(timeZero, time.Time{}.Unix())
	timeZero = append(timeZero, 0, 0, 0, 0)
	for name, b := range map[string][]byte{
		"another version":    append([]byte{recordVersion + 1}, bare[1:]...),
		"an unknown flag":    append([]byte{recordVersion, allFlags + 1}, bare[2:]...),
		"no sums":            append([]byte{recordVersion, flagSums}, bare[2:]...),
		"sums cut off":       append(append([]byte{recordVersion, flagSums}, bare[2:7]...), make([]byte, 23)...),
		"no headers":         append([]byte{recordVersion, flagHeaders}, bare[2:]...),
		"a longer number":    append([]byte{recordVersion, 0, 0x80, 0x00}, bare[3:]...),
		"a zero time":        timeZero,
		"a byte too many":    append(bare[:len(bare):len(bare)], 0),
		"a length too great": append(bare[:len(bare)-1:len(bare)-1], 1),
	} {
		t.Run(name, func(t *testing.T) {
			if row, err := decode("p", sealed("p", b)); err == nil {
				t.Errorf("read as %+v", row)
			}
		})
	}
	if _, err := decode("p", sealed("p", bare)); err != nil {
		t.Errorf("a bare record: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	seed := func(row plan.Base) { b := encode(&row); f.Add(row.Path, b[:len(b)-4]) }
	seed(example)
	seed(plan.Base{Path: "p"})
	text := example
	text.Sums.MD5, text.Headers = "", ""
	seed(text)
	seed(plan.Base{Path: "\xff", Racy: true, Local: plan.Stat{Size: -1}})
	f.Add("", []byte{})
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		decode(path, body) // must not panic
		record := sealed(path, body)
		row, err := decode(path, record)
		if err != nil {
			return
		}
		if body[1]&(flagSums|flagHeaders) != encode(&row)[1]&(flagSums|flagHeaders) {
			return // of an earlier release
		}
		if again := encode(&row); string(again) != string(record) {
			t.Errorf("%x was read as %+v, which is written as %x", record, row, again)
		}
	})
}
