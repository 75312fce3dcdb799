package localfs

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestK1_K2_K3_K11_K17_CheckPath(t *testing.T) {
	tests := []struct {
		path    string
		unix    Problem
		windows Problem
	}{
		{"a", None, None},
		{"a/b c/é.html", None, None},
		{"%2e%2e/+", None, None},
		{"...", None, TrailingDotOrSpace},
		{"", EmptyPath, EmptyPath},
		{"/a", EmptyComponent, EmptyComponent},
		{"a/", EmptyComponent, EmptyComponent},
		{"a//b", EmptyComponent, EmptyComponent},
		{".", DotComponent, DotComponent},
		{"a/./b", DotComponent, DotComponent},
		{"a/..", DotComponent, DotComponent},
		{"../../etc/passwd", DotComponent, DotComponent},
		{`\\host\share`, LeadingBackslash, LeadingBackslash},
		{`a\..\b`, None, ForbiddenCharacter},
		{"a\x00", ControlCharacter, ControlCharacter},
		{"a\x1b[2J", ControlCharacter, ControlCharacter},
		{"a\x7f", ControlCharacter, ControlCharacter},
		{"a\u009b", ControlCharacter, ControlCharacter},
		{"a\xff", NotUTF8, NotUTF8},
		{strings.Repeat("x", 255), None, None},
		{strings.Repeat("x", 256), NameTooLong, NameTooLong},
		{strings.Repeat("x/", 511) + "y", None, None},
		{strings.Repeat("x/", 511) + "yz", PathTooLong, PathTooLong},
		{".osssync", Reserved, Reserved},
		{"a/.osssync/trash", Reserved, Reserved},
		{".OSSSync/x", Reserved, Reserved},
		{".o\u017f\u017fsync", Reserved, Reserved},
		{"a/.osssync-tmp-12", Reserved, Reserved},
		{".osssync-tmp", None, None},
		{".osssyncd", None, None},
		{"c:/x", None, ForbiddenCharacter},
		{"a:stream", None, ForbiddenCharacter},
		{"a?", None, ForbiddenCharacter},
		{"a. ", None, TrailingDotOrSpace},
		{"con", None, DeviceName},
		{"a/NUL .txt", None, DeviceName},
		{"com1.log", None, DeviceName},
		{"LPT²", None, DeviceName},
		{"COM10", None, None},
		{"common", None, None},
		{"console", None, None},
	}
	for _, tt := range tests {
		if got := checkPath(tt.path, false); got != tt.unix {
			t.Errorf("%q: %s, want %s", tt.path, got, tt.unix)
		}
		if got := checkPath(tt.path, true); got != tt.windows {
			t.Errorf("%q on Windows: %s, want %s", tt.path, got, tt.windows)
		}
	}
}

func TestProblemWords(t *testing.T) {
	seen := map[string]Problem{}
	for p := None; int(p) < problemCount; p++ {
		word := p.String()
		if other, ok := seen[word]; ok || word == "" {
			t.Errorf("problems %d and %d are both %q", other, p, word)
		}
		seen[word] = p
	}
	if got := Problem(-1).String(); got != "problem -1" {
		t.Errorf("unknown problem: %q", got)
	}
}

// K1, K5: what passes has one form and stays below the root, on both families
// of systems.
func FuzzCheckPath(f *testing.F) {
	for _, s := range []string{"a/b", "../a", "a//b", `\a`, "a\x00b", "con", "a.", ".osssync/x", "é/\u009b", "a\xffb", "C:a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		unix, windows := checkPath(s, false), checkPath(s, true)
		if windows == None && unix != None {
			t.Errorf("%q: fine on Windows only", s)
		}
		if unix != None {
			return
		}
		if !filepath.IsLocal(s) || path.Clean(s) != s || path.IsAbs(s) || !utf8.ValidString(s) || len(s) > maxPath {
			t.Errorf("%q passed", s)
		}
		if windows == None && strings.ContainsAny(s, `\:`) {
			t.Errorf("%q passed on Windows", s)
		}
	})
}
