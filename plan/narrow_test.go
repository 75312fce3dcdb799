package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sectionOf reads back a section of rows.
func sectionOf(t interface{ Fatal(...any) }, h Header, rows ...Action) *Section {
	h.Mapping = "m"
	var b bytes.Buffer
	if err := WriteFileHeader(&b, "test", []string{"m"}); err != nil {
		t.Fatal(err)
	}
	section(t, &b, &h, rows...)
	f, err := readBytes(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f.Sections[0]
}

// narrowed returns the section that Narrow writes.
func narrowed(t interface{ Fatal(...any) }, fresh, saved *Section) (*Section, error) {
	var b bytes.Buffer
	if err := WriteFileHeader(&b, "test", []string{"m"}); err != nil {
		t.Fatal(err)
	}
	if err := Narrow(fresh, saved, &b); err != nil {
		return nil, err
	}
	f, err := readBytes(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f.Sections[0], nil
}

// drawRows draws the rows of a plan: in path order, at most one for the content
// of a path, then its uploads by id.
func drawRows(t *rapid.T) (rows []Action) {
	for i := range rapid.IntRange(0, 8).Draw(t, "paths") {
		path := fmt.Sprintf("p%d", i)
		switch rapid.IntRange(0, 5).Draw(t, "content") {
		case 0:
			rows = append(rows, &Upload{Path: path, Reason: ReasonNew, Local: statTen})
		case 1:
			rows = append(rows, &DeleteRemote{Path: path, Reason: ReasonGone})
		case 2:
			rows = append(rows, &Record{Base{Path: path}})
		case 3:
			rows = append(rows, &Conflict{Path: path, Reason: ReasonFIFO})
		case 4:
			rows = append(rows, &Forget{Path: path})
		}
		for _, id := range []string{"1", "2", "3"}[:rapid.IntRange(0, 3).Draw(t, "uploads")] {
			abort := AbortUpload{Path: path, Reason: ReasonUploadStale, UploadID: id}
			if rapid.Bool().Draw(t, "keep") {
				keep := KeepUpload(abort)
				rows = append(rows, &keep)
			} else {
				rows = append(rows, &abort)
			}
		}
	}
	return rows
}

// What comes out is the changes that both plans hold, and what fresh alone says of
// everything that is no change.
func TestC6_OnlyWhatBothPlansHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawRows(t)
		var want, saved []Action
		for _, a := range all {
			kept := rapid.Bool().Draw(t, "saved")
			if kept {
				saved = append(saved, a)
			}
			if kept || !changes(a) {
				want = append(want, a)
			}
		}
		fresh := sectionOf(t, Header{}, all...)
		got, err := narrowed(t, fresh, sectionOf(t, Header{}, saved...))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rows(t, got)); diff != "" {
			t.Fatal(diff)
		}
		if got.Summary.paths() != fresh.Summary.paths() || got.Summary.Deletes() > fresh.Summary.Deletes() {
			t.Fatalf("summary %+v of %+v", got.Summary, fresh.Summary)
		}
	})
}

// C4 A saved change that is not due as planned makes the plan stale.
func TestNarrow_ErrStale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawRows(t)
		i := slices.IndexFunc(all, changes)
		if i < 0 {
			t.Skip("nothing to be stale")
		}
		saved := slices.Clone(all)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0: // not due any more
			all = slices.Delete(slices.Clone(all), i, i+1)
		case 1: // due with another expectation
			switch a := saved[i].(type) {
			case *Upload:
				saved[i] = &Upload{Path: a.Path, Reason: a.Reason, Local: statOther}
			case *DeleteRemote:
				saved[i] = &DeleteRemote{Path: a.Path, Reason: a.Reason, Before: Version{Size: 1}}
			case *AbortUpload:
				saved[i] = &AbortUpload{Path: a.Path, Reason: a.Reason, UploadID: a.UploadID, Parts: 1}
			}
		case 2: // there twice
			saved = slices.Insert(saved, i, saved[i])
		}
		_, err := narrowed(t, sectionOf(t, Header{}, all...), sectionOf(t, Header{}, saved...))
		var stale *StaleError
		if !errors.As(err, &stale) || stale.Count != 1 || stale.Paths[0] != saved[i].Where() {
			t.Fatalf("%v", err)
		}
	})
}

// A plan of another world is refused as a whole, with what moved.
func TestC7_PlanOfAnotherWorld(t *testing.T) {
	header := Header{Direction: "push", Service: "https://s", Bucket: "b", Prefix: "p/", Root: "/r", Spec: "1", RootID: "2", Lineage: "3", Serial: 41}
	for _, row := range []struct {
		name string
		move func(h *Header)
		want string
	}{
		{"service", func(h *Header) { h.Service = "https://t" }, `it is for "oss://b/p/" at "https://t"`},
		{"bucket", func(h *Header) { h.Bucket = "c\x1b" }, `it is for "oss://c\x1b/p/" at "https://s"`},
		{"prefix", func(h *Header) { h.Prefix = "" }, `it is for "oss://b/" at "https://s"`},
		{"direction", func(h *Header) { h.Direction = "pull" }, `it is for a "pull"`},
		{"root", func(h *Header) { h.Root = "/q" }, `it is for the tree "/q"`},
		{"spec", func(h *Header) { h.Spec = "0" }, `the spec was edited since`},
		{"root replaced", func(h *Header) { h.RootID = "0" }, `the folder at "/r" is not the one it was made from`},
		{"lineage", func(h *Header) { h.Lineage = "0" }, `an apply ran since (serial 41, now 41)`},
		{"serial", func(h *Header) { h.Serial = 40 }, `an apply ran since (serial 40, now 41)`},
	} {
		t.Run(row.name, func(t *testing.T) {
			saved := header
			row.move(&saved)
			_, err := narrowed(t, sectionOf(t, header), sectionOf(t, saved))
			var stale *StaleError
			if !errors.As(err, &stale) || err.Error() != `plan of mapping "m" is stale: `+row.want {
				t.Fatalf("got %v, want %s", err, row.want)
			}
			if applied := row.name == "lineage" || row.name == "serial"; stale.Applied != applied {
				t.Errorf("applied: %t", stale.Applied)
			}
			saved.Serial = 7
			_, err = narrowed(t, sectionOf(t, header), sectionOf(t, saved))
			if applied := row.name == "lineage" || row.name == "serial"; !errors.As(err, &stale) || stale.Applied != applied {
				t.Errorf("%v after an apply: applied %t", err, stale.Applied)
			}
		})
	}
	other := Header{Mapping: "n"}
	if moved := other.Moved(&Header{Mapping: "m"}); moved != `it is for mapping "n"` {
		t.Errorf("mapping: %q", moved)
	}
	informs := header
	informs.Made, informs.Prune, informs.Phases = noon, "all", 3
	if moved := informs.Moved(&header); moved != "" {
		t.Errorf("fields that inform: %q", moved)
	}
}

func TestC8_Expired(t *testing.T) {
	now := Header{Made: noon}
	for _, row := range []struct {
		name string
		made time.Time
		most time.Duration
		want string
	}{
		{"young", noon.Add(-time.Hour), 24 * time.Hour, ""},
		{"just good", noon.Add(-24 * time.Hour), 24 * time.Hour, ""},
		{"too old", noon.Add(-24*time.Hour - time.Second), 24 * time.Hour,
			"it was made at " + noon.Add(-24*time.Hour-time.Second).Format("2006-01-02 15:04:05") + " UTC, 24h0m1s ago, and is good for 24h0m0s"},
		{"no limit", noon.Add(-1e6 * time.Hour), 0, ""},
		{"no time", time.Time{}, 24 * time.Hour, "it does not tell when it was made"},
		{"clocks apart", noon.Add(clockLeeway), 24 * time.Hour, ""},
		{"to come", noon.Add(clockLeeway + time.Second), 24 * time.Hour,
			"it was made at " + noon.Add(clockLeeway+time.Second).Format("2006-01-02 15:04:05") + " UTC, which by the service's clock is still to come"},
	} {
		t.Run(row.name, func(t *testing.T) {
			saved := Header{Made: row.made}
			if got := saved.Expired(&now, row.most); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
			if got := saved.Expired(&Header{}, row.most); got != "" {
				t.Errorf("%q by no clock", got)
			}
		})
	}
}

func TestStaleError_Text(t *testing.T) {
	stale := &StaleError{Mapping: "m"}
	for i := range maxStalePaths {
		stale.add(fmt.Sprintf("p%d\n", i))
	}
	want := `plan of mapping "m" is stale: 10 actions not due as planned any more: ` +
		`"p0\n", "p1\n", "p2\n", "p3\n", "p4\n", "p5\n", "p6\n", "p7\n", "p8\n", "p9\n"`
	if got := stale.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	stale.add("p10")
	if got, want := stale.Error()[len(`plan of mapping "m" is stale: `):], `11 actions`; got[:len(want)] != want || got[len(got)-5:] != ", ..." {
		t.Errorf("got %s", got)
	}
}

func TestNarrow_ErrRead(t *testing.T) {
	upload := &Upload{Path: "p", Reason: ReasonNew}
	good, bad := sectionOf(t, Header{}, upload), sectionOf(t, Header{}, upload)
	bad.file = readerAt{nil, 0}
	for _, pair := range [][2]*Section{{good, bad}, {bad, good}} {
		if err := Narrow(pair[0], pair[1], io.Discard); err == nil || errors.As(err, new(*StaleError)) {
			t.Errorf("%v", err)
		}
	}
}
