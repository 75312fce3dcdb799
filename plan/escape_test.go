package plan

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// concealed has what terminals act on, what changes the direction of a text, what
// cannot be seen, and characters that look like nothing but show.
const concealed = "a\x1b[2J\x7f\u0085\u009b31m\u00a0\u200b\u200d\u2028\u2029\u202e\u2066\u2060\ufeff\ufff9\U000e0041\u3000\u3164\u115f\uffa0\u2800\u034f\ufe0f\U000e0100\ufffd中文 😀"

// No character gets into a plan file that does not show, wherever it stands, and all
// of them come out of it again.
func TestK16_PlanFile(t *testing.T) {
	want := []Action{
		&Conflict{Path: concealed, Reason: ReasonUnreadable, Detail: concealed},
		&Upload{Path: concealed + "b", Reason: ReasonNew, Headers: map[string]string{concealed: concealed}},
		&Upload{Path: concealed + "c\xff", Reason: ReasonNew},
	}
	header := Header{
		Mapping: concealed, Bucket: concealed, Prefix: concealed, Root: concealed, RootID: concealed, Service: concealed,
		Spec: concealed, Lineage: concealed, Made: noon,
	}
	var b bytes.Buffer
	if err := WriteFileHeader(&b, concealed, []string{concealed}); err != nil {
		t.Fatal(err)
	}
	out, err := beginSection(&b, &header)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range want {
		if err := out.action(a); err != nil {
			t.Fatal(err)
		}
	}
	out.summary.UnmovedAt, out.summary.MissingAt, out.summary.UnmountedAt = concealed, concealed, concealed
	if err := out.end(whole()); err != nil {
		t.Fatal(err)
	}
	for i, c := range b.String() {
		if c != '\n' && !Shows(c) {
			t.Errorf("%U in %.40q", c, b.String()[i:])
		}
	}
	f, err := readBytes(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	s := f.Sections[0]
	if diff := cmp.Diff(header, s.Header); diff != "" || f.Tool != concealed || s.Summary.UnmovedAt != concealed {
		t.Errorf("%q, %q %s", f.Tool, s.Summary.UnmovedAt, diff)
	}
	if diff := cmp.Diff(want, rows(t, s)); diff != "" {
		t.Error(diff)
	}
}

// Every line in which one of these stands as it is, or escaped in another way, is
// refused, be it a row's or one that frames rows.
func TestK16_OneFormOnly(t *testing.T) {
	for _, c := range "\x7f\u009b\u200b\u2028\u202e\ufeff\u3164\ufe0f\U000e0041" {
		var b bytes.Buffer
		if err := WriteFileHeader(&b, "t", []string{"m"}); err != nil {
			t.Fatal(err)
		}
		section(t, &b, &Header{Mapping: "m", Root: "/" + string(c)}, &Forget{Path: string(c)})
		escape := string(appendEscape(nil, c))
		if n := strings.Count(b.String(), escape); n != 2 {
			t.Fatalf("%U stands %d times in %s", c, n, b.String())
		}
		for _, other := range []string{string(c), strings.Replace(strings.ToUpper(escape), "U", "u", -1)} {
			if other == escape {
				continue // all its digits are decimal
			}
			for _, at := range []int{strings.Index(b.String(), escape), strings.LastIndex(b.String(), escape)} {
				edited := b.String()[:at] + other + b.String()[at+len(escape):]
				if _, err := readBytes([]byte(edited)); err == nil || !strings.Contains(err.Error(), "form this program writes") {
					t.Errorf("%q for %s: %v", other, escape, err)
				}
			}
		}
	}
}

// What looks like nothing, or like a space that is none, does not show, whatever the
// tables call it.
func TestK16_Shows(t *testing.T) {
	hidden := [][2]rune{
		{0, 0x1f}, {0x7f, 0xa0}, {0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160}, {0x1680, 0x1680}, {0x17b4, 0x17b5},
		{0x180b, 0x180f}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
		{0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
	}
	for _, in := range hidden {
		for c := in[0]; c <= in[1]; c++ {
			if Shows(c) {
				t.Errorf("%U shows", c)
			}
		}
	}
	for _, c := range " ~é中한글ᄀㅏ\u0301\u0e33😀❤\u2801\ufffd" {
		if !Shows(c) {
			t.Errorf("%U does not show", c)
		}
	}
	for c := range rune(utf8.MaxRune) {
		if !strconv.IsPrint(c) && Shows(c) {
			t.Fatalf("%U shows and cannot be printed", c)
		}
	}
}

// Every character of the first planes and of the tags, which have all kinds there are.
func TestAppendEscape_EveryCharacter(t *testing.T) {
	var e encoder
	check := func(c rune) {
		a := &Forget{Path: string(c)}
		line, err := e.encode(a)
		if err != nil {
			t.Fatal(err)
		}
		if Shows(c) && c != '"' && c != '\\' {
			if want := fmt.Sprintf(`{"op":"forget","path":"%c","reason":"forgotten"}`, c); string(line) != want {
				t.Fatalf("%s, want %s", line, want)
			}
			return
		}
		if strings.ContainsRune(string(line), c) && c >= utf8.RuneSelf {
			t.Fatalf("%U stands as it is in %q", c, line)
		}
		got, err := new(decoder).decode(line)
		if err != nil || got.Where() != a.Path {
			t.Fatalf("%U: %s, %v", c, line, err)
		}
	}
	for _, planes := range [][2]rune{{0, 0xd7ff}, {0xe000, 0x1ffff}, {0xe0000, 0xe0fff}, {0x10ff00, 0x10ffff}} {
		for c := planes[0]; c <= planes[1]; c++ {
			check(c)
		}
	}
}
