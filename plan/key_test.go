package plan

import (
	"path"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestK1_K2_K4_K5_K12_CheckKey(t *testing.T) {
	for _, row := range []struct {
		key  string
		want Reason
	}{
		{"a", ""},
		{"a/b.c", ""},
		{"a/", ""},
		{"é/日本.txt", ""},
		{"a b+c%2F", ""},
		{`a\b`, ""},
		{"...", ""},
		{"..a/a..", ""},
		{".osssyncs", ""},
		{".osssync-tmp", ""},
		{strings.Repeat("x", 255), ""},
		{"", ReasonEmptySegment},
		{"a/..", ReasonDotSegment},
		{"..", ReasonDotSegment},
		{"a/../b", ReasonDotSegment},
		{"../../etc/cron.d/x", ReasonDotSegment},
		{"./a", ReasonDotSegment},
		{"a/.", ReasonDotSegment},
		{"a/./", ReasonDotSegment},
		{"/", ReasonLeadingSlash},
		{"/etc/passwd", ReasonLeadingSlash},
		{"//a", ReasonLeadingSlash},
		{`\\host\share`, ReasonBackslash},
		{"a//b", ReasonEmptySegment},
		{"a//", ReasonEmptySegment},
		{"a\x00b", ReasonControlCharacter},
		{"a\r", ReasonControlCharacter},
		{"\x1b[2J", ReasonControlCharacter},
		{"a\x7f", ReasonControlCharacter},
		{"a\u0085", ReasonControlCharacter},
		{"a\xff", ReasonNotUTF8},
		{"a\xff\x00", ReasonNotUTF8},
		{".osssync", ReasonReservedName},
		{".osssync/", ReasonReservedName},
		{"a/.osssync/trash", ReasonReservedName},
		{"a/.OSSsync/trash", ReasonReservedName},
		{".osssync-tmp-1", ReasonReservedName},
		{"a/.Osssync-Tmp-", ReasonReservedName},
		{strings.Repeat("x", 256), ReasonNameTooLong},
		{"a/" + strings.Repeat("é", 128), ReasonNameTooLong},
	} {
		if got := CheckKey(row.key); got != row.want {
			t.Errorf("%q: got %q, want %q", row.key, got, row.want)
		}
	}
}

func TestCounterpart(t *testing.T) {
	for key, want := range map[string]string{
		"a//b": "a/b", "a/../b": "b", "/a": "a", "./a": "a", "a/.": "a", "a//": "a", "../../a": "a",
		"": "", "/": "", "..": "", "a\x01": "", `\a`: "", "a": "",
	} {
		got, ok := counterpart(key)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", key, got, want)
		}
	}
}

// K5 Two keys that are accepted never name one place.
func FuzzCheckKey(f *testing.F) {
	for _, key := range append(append([]string{}, awkward...), junk...) {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		switch refused := CheckKey(key); {
		case refused != "":
			if !refused.Known() {
				t.Errorf("%q: unknown reason %q", key, refused)
			}
		case !utf8.ValidString(key), strings.TrimSuffix(key, "/") != path.Clean("/" + key)[1:]:
			t.Errorf("%q accepted, which is not canonical", key)
		default:
			if other, ok := counterpart(key); ok && other != strings.TrimSuffix(key, "/") {
				t.Errorf("%q accepted, and stands for %q too", key, other)
			}
		}
	})
}
