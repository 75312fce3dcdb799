package ossserver

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzVersionID: an id that is read stands for one order, and is written so.
func FuzzVersionID(f *testing.F) {
	f.Add(versionID(0))
	f.Add(versionID(1<<64 - 1))
	f.Add("null")
	f.Fuzz(func(t *testing.T, id string) {
		if order, err := parseVersionID(id); err == nil && versionID(order) != id {
			t.Errorf("%q gives %d", id, order)
		}
	})
}

// FuzzVersionKey: the keys of versions order by key, then from new to old, and
// can be taken apart.
func FuzzVersionKey(f *testing.F) {
	f.Add("a", uint64(1), "a", uint64(2))
	f.Add("a\x00", uint64(0), "a", uint64(1<<63))
	f.Add("a\x00\xff", uint64(7), "a\x00", uint64(7))
	f.Fuzz(func(t *testing.T, key string, order uint64, other string, otherOrder uint64) {
		a, b := versionKey([]byte(key), order), versionKey([]byte(other), otherOrder)
		want := cmp.Or(strings.Compare(key, other), cmp.Compare(otherOrder, order))
		if got := bytes.Compare(a, b); got != want {
			t.Errorf("%q %d against %q %d: %d, want %d", key, order, other, otherOrder, got, want)
		}
		if k, o := splitVersionKey(a); string(k) != key || o != order {
			t.Errorf("%q %d becomes %q %d", key, order, k, o)
		}
	})
}

// FuzzXMLText: what is written can be read, and is the same but for what no
// reference can say.
func FuzzXMLText(f *testing.F) {
	f.Add("a<b>&\"'\t\n\r\x00\xff中")
	f.Fuzz(func(t *testing.T, s string) {
		w := newDocument()
		w.text("E", s)
		var got string
		if err := xml.Unmarshal(hideControls(w.bytes()), &got); err != nil {
			t.Fatal(err)
		}
		got = showControls(got)
		want := strings.Map(func(r rune) rune {
			if r == 0xFFFE || r == 0xFFFF {
				return utf8.RuneError
			}
			return r
		}, s)
		if got != want {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}
