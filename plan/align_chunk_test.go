package plan

import (
	"errors"
	"fmt"
	"testing"
)

// A source is taken in chunks, and nothing is lost, repeated or out of order where
// one chunk ends and the next begins; nor does a row change while the next are read.
func TestAlign_LongSources(t *testing.T) {
	for _, n := range []int{chunkLen - 1, chunkLen, chunkLen + 1, 3*chunkLen + 7} {
		var files []Local
		var objects []Remote
		var rows []Base
		for i := range n {
			p := fmt.Sprintf("%06d", i)
			files, objects = append(files, Local{Path: p}), append(objects, Remote{Path: p})
			if i%2 == 0 {
				rows = append(rows, Base{Path: p})
			}
		}
		for _, broken := range []error{nil, errBroken} {
			var proof Proof
			got, err := collect(Sources{Local: seq(files...), Remote: failing(broken, objects...), Base: seq(rows...)}, &proof)
			if !errors.Is(err, broken) || len(got) != n || proof.Whole() != (broken == nil) || proof.LocalFiles != int64(n) {
				t.Fatalf("%d paths, then %v: %d states, %v, %+v", n, broken, len(got), err, proof)
			}
			for i, s := range got {
				row := s.Base != nil && s.Base.Path == s.Path
				if s.Path != files[i].Path || s.LocalIs != Present || s.RemoteIs != Present || row != (i%2 == 0) {
					t.Fatalf("state %d of %d: %+v", i, n, s)
				}
			}
		}
		again := append(files[:n:n], files[n-1]) // across the end of a chunk
		var order *OrderError
		if _, err := collect(Sources{Local: seq(again...)}, new(Proof)); !errors.As(err, &order) || order.Next != files[n-1].Path {
			t.Errorf("%d files and the last again: %v", n, err)
		}
	}
}
