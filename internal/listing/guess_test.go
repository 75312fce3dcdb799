package listing

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"github.com/osssync/osssync/iter"
)

func objectsOf(format string, from, to int) []iter.Object {
	var objects []iter.Object
	for n := from; n < to; n++ {
		objects = append(objects, iter.Object{Key: fmt.Sprintf(format, n)})
	}
	return objects
}

func TestMiddle(t *testing.T) {
	for _, tt := range []struct {
		name, first string
		objects     []iter.Object
		end, want   string
	}{
		{"up to the next digit of what all begin with", "dir/000000", objectsOf("dir/%06d", 3000, 4000), "e", "dir/0069995"},
		{"up to an end that is nearer", "dir/000000", objectsOf("dir/%06d", 3000, 4000), "dir/006", "dir/0049995"},
		{"hexadecimal", "0000", objectsOf("%04x", 0x1000, 0x1800), "1c00", "19ff8"},
		{"differences beyond ASCII", "ä/à00", objectsOf("ä/è%02d", 40, 50), "ä/ê", ""},
		{"beside what is beyond ASCII", "ä/è00", objectsOf("ä/è%02d", 40, 50), "ä/ê", "ä/è745"},
		{"no room", "a000", objectsOf("a%03d", 0, 1000), "a9990", ""},
		{"all keys alike", "aaa", []iter.Object{{Key: "aaa"}}, "b", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := middle(tt.first, tt.objects, tt.end); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A guess is a key between the two, or none.
func FuzzMiddle(f *testing.F) {
	f.Add("dir/000000", "dir/003000", "dir/004000", "e")
	f.Add("é", "é", "ê", "ëë")
	f.Add("", "0", "1", "2")
	f.Add("a/~~~~~~~~~~~~~~~~~~~~~~~~~~", "a/~~~~~~~~~~~~~~~~~~~~~~~~~~~", "a/~~~~~~~~~~~~~~~~~~~~~~~~~~~~", "b")
	f.Fuzz(func(t *testing.T, first, one, last, end string) {
		if first > one || one > last || last >= end {
			t.Skip()
		}
		for _, key := range []string{first, one, last, end} {
			if !utf8.ValidString(key) || len(key) > maxKey {
				t.Skip()
			}
		}
		guess := middle(first, []iter.Object{{Key: one}, {Key: last}}, end)
		if guess != "" && (guess <= last || guess >= end || !utf8.ValidString(guess) || len(guess) > maxKey) {
			t.Errorf("%q is not between %q and %q", guess, last, end)
		}
	})
}

// A folder that nobody knew is read from several places at once.
func TestLongStretchIsSplit(t *testing.T) {
	full := numbered(100_000)
	l := &lister{chain: []*stretch{{}}, pace: newPace(1000, 4)}
	l.chain[0].upTo = full[99_999]
	for n := range longRun {
		l.chain[n].state = answered
		l.join(n, &page{objects: objectsOf("www/folder000/file%06d", n*1000, n*1000+1000), truncated: true})
	}
	rest := l.chain[len(l.chain)-1]
	if rest.run != longRun || rest.after != "www/folder000/file003999" || rest.middle != "www/folder000/file0069995" {
		t.Errorf("rest %+v", rest)
	}
	l.split(longRun)
	if len(l.chain) != longRun+2 || rest.upTo != "www/folder000/file0069995" {
		t.Errorf("split %+v", rest)
	}
	if other := l.chain[longRun+1]; other.after != rest.upTo || other.upTo != full[99_999] {
		t.Errorf("split off %+v", other)
	}
}
