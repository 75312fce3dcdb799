package ui

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/osssync/osssync/plan"
)

func TestK16_Name(t *testing.T) {
	tests := []struct{ name, want string }{
		{"css/site.css", "css/site.css"},
		{"a b", "a b"},
		{"Grüße/日本語.txt", "Grüße/日本語.txt"},
		{"a#b", "a#b"},
		{"", `""`},
		{" a", `" a"`},
		{"a ", `"a "`},
		{`a"b`, `"a\"b"`},
		{`a\b`, `"a\\b"`},
		{"'a'", `"'a'"`},
		{"a\x00b", `"a\x00b"`},
		{"a\nb", `"a\nb"`},
		{"\x1b[2J", `"\x1b[2J"`},
		{"\x7f", `"\x7f"`},
		{"\u009b31m", `"\u009b31m"`},
		{"\u202egpj", `"\u202egpj"`},
		{"a\u2028b", `"a\u2028b"`},
		{"a\u200bb", `"a\u200bb"`},
		{"a\u3164b", `"a\u3164b"`},
		{"\u2800", `"\u2800"`},
		{"❤\ufe0f.txt", `"❤\ufe0f.txt"`},
		{"a\U000e0100\n", `"a\U000e0100\n"`},
		{"\xffa", `"\xffa"`},
		{"##[group]", `"\x23\x23[group]"`},
	}
	for _, tt := range tests {
		if got := Name(tt.name); got != tt.want {
			t.Errorf("Name(%q) = %s, want %s", tt.name, got, tt.want)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"a", "", "\x1b[", "a\nb", "\u202e", "\xff\xfe", `"`, "##[", "\u2029", " ", "\ufffd", "\u3164", "❤\ufe0f", "\u2800\\", "\U000e01ef"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		shown := Name(name)
		for _, text := range []string{shown, Clean(name)} {
			if !utf8.ValidString(text) || strings.Contains(text, "##") {
				t.Errorf("%q is shown as %q", name, text)
			}
			for _, r := range text {
				if r != '\n' && !plan.Shows(r) {
					t.Errorf("%q is shown as %q, with %U", name, text, r)
				}
			}
		}
		if strings.Contains(shown, "\n") {
			t.Errorf("%q takes two lines", name)
		}
		if shown == name {
			return
		}
		if back, err := strconv.Unquote(shown); err != nil || back != name {
			t.Errorf("%q is shown as %s, which reads as %q, %v", name, shown, back, err)
		}
	})
}

func TestClean(t *testing.T) {
	tests := []struct{ text, want string }{
		{"list \"a\" page 1: no such host", "list \"a\" page 1: no such host"},
		{"one\ntwo", "one\ntwo"},
		{"\x1b[31mred\u202e\xff\u0085", `\x1b[31mred\u202e\xff\u0085`},
		{"a\u2800\ufe0f\U000e0100", `a\u2800\ufe0f\U000e0100`},
		{"##[command]", `#\x23[command]`},
	}
	for _, tt := range tests {
		if got := Clean(tt.text); got != tt.want {
			t.Errorf("Clean(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
