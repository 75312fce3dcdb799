package plan

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/osssync/osssync/spec"
)

// drawTouched draws what a pass over some paths may find.
func drawTouched(t *rapid.T) []Touched {
	var all []Touched
	paths := rapid.SliceOfNDistinct(rapid.SampledFrom(awkward), 0, 12, rapid.ID[string]).Draw(t, "paths")
	slices.Sort(paths)
	for _, p := range paths {
		touched := Touched{Local: Local{Path: p, Stat: statTen}}
		if rapid.IntRange(0, 3).Draw(t, "problem") == 0 {
			touched.Local.Problem = rapid.SampledFrom([]Reason{ReasonUnreadable, ReasonSymlink, ReasonOtherDevice}).Draw(t, "reason")
		}
		if rapid.Bool().Draw(t, "row") {
			touched.Base = &Base{Path: p, Local: statTwenty, Sums: sumsA, Owned: rapid.Bool().Draw(t, "owned")}
			if rapid.Bool().Draw(t, "object") {
				touched.Remote = &Remote{Path: p, Type: TypeNormal, Version: Version{Size: rapid.Int64Range(9, 10).Draw(t, "size"), ETag: sumsA.MD5}}
			}
		}
		all = append(all, touched)
	}
	return all
}

// TestD31_TouchedPathsNeverDelete decides whatever paths in either direction, with
// every policy and whatever evidence: nothing is deleted, aborted or forgotten.
func TestD31_TouchedPathsNeverDelete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{
			Direction:  rapid.SampledFrom([]spec.Direction{spec.Push, spec.Pull}).Draw(t, "direction"),
			Prune:      rapid.SampledFrom([]spec.Prune{spec.PruneNever, spec.PruneManaged, spec.PruneAll}).Draw(t, "prune"),
			HeadersFor: headers, Phase: func(string) int { return 0 }, PartSize: 1 << 20, Threshold: 1 << 20,
		}
		e := Evidence{
			Local: sumsA, RemoteHead: rapid.Bool().Draw(t, "head"), RemoteGone: rapid.Bool().Draw(t, "gone"), PointerKnown: true,
		}
		d := NewDraft(&p, new(memory))
		for s, err := range AlignTouched(seq(drawTouched(t)...)) {
			if err != nil {
				t.Fatal(err)
			}
			if s.LocalIs == Absent || s.RemoteIs == Absent {
				t.Fatalf("%+v", s)
			}
			v := p.Diff(&s, &e)
			switch v.Action.(type) {
			case *DeleteRemote, *DeleteLocal, *Forget:
				t.Fatalf("%+v of %+v", v, s)
			}
			if err := d.Add(&s, v); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		h := &Header{Mapping: "m", Direction: p.Direction.String()}
		err := errors.Join(WriteFileHeader(&b, "test", []string{"m"}), d.FinishTouched(h, &b))
		if p.Direction == spec.Pull {
			if !errors.Is(err, errNotTouched) {
				t.Fatal(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readBytes(b.Bytes()); !errors.Is(err, ErrInvalid) {
			t.Errorf("taken for a whole plan: %v", err)
		}
		f, err := ReadTouched(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Sections[0].CopyTo(&b); !errors.Is(err, errUnproved) {
			t.Errorf("copied: %v", err)
		}
	})
}

func TestAlignTouched_ErrOrder(t *testing.T) {
	for _, paths := range [][]string{{"b", "a"}, {"a", "a"}} {
		var all []Touched
		for _, p := range paths {
			all = append(all, Touched{Local: Local{Path: p, Stat: statTen}})
		}
		var err error
		for _, e := range AlignTouched(seq(all...)) {
			err = e
		}
		if order := (*OrderError)(nil); !errors.As(err, &order) {
			t.Errorf("%q: %v", paths, err)
		}
	}
}

// TestC6_TouchedPlanThatDeletes forges sections that are sealed as those of some
// paths are.
func TestC6_TouchedPlanThatDeletes(t *testing.T) {
	push := spec.Push.String()
	for name, c := range map[string]struct {
		direction string
		action    Action
		touched   bool
		want      error
	}{
		"sends":       {push, &Upload{Path: "a", Reason: ReasonNew, Local: statTen, Requests: 1}, true, nil},
		"pulls":       {spec.Pull.String(), &Upload{Path: "a", Reason: ReasonNew, Local: statTen, Requests: 1}, true, errNotTouched},
		"deletes":     {push, &DeleteRemote{Path: "a", Reason: ReasonGone}, true, errNotTouched},
		"aborts":      {push, &AbortUpload{Path: "a", Reason: ReasonUploadStale, UploadID: "u", Started: noon}, true, errNotTouched},
		"forgets":     {push, &Forget{Path: "a"}, true, errNotTouched},
		"not touched": {push, &Upload{Path: "a", Reason: ReasonNew, Local: statTen, Requests: 1}, false, errNotTouched},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			err := WriteFileHeader(&b, "test", []string{"m"})
			out, err2 := beginSection(&b, &Header{Mapping: "m", Direction: c.direction, Made: noon})
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			err = errors.Join(out.action(c.action), out.seal(&endLine{Op: opEnd, Rows: 1, Summary: out.summary, Touched: c.touched}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ReadTouched(bytes.NewReader(b.Bytes()), int64(b.Len())); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestWithout(t *testing.T) {
	f, err := readBytes(planFile(t, everyAction()...))
	if err != nil {
		t.Fatal(err)
	}
	dropped := 0
	drop := func(a Action) bool {
		if _, upload := a.(*Upload); upload {
			dropped++
			return true
		}
		return false
	}
	var b bytes.Buffer
	if err := errors.Join(WriteFileHeader(&b, "test", []string{"m"}), Without(f.Sections[0], drop, &b)); err != nil {
		t.Fatal(err)
	}
	s, got := read(t, b.Bytes())
	want := slices.DeleteFunc(everyAction(), func(a Action) bool { _, upload := a.(*Upload); return upload })
	if diff := cmp.Diff(want, got); diff != "" || dropped != 1 || s.Summary.LocalFiles != 7 {
		t.Errorf("dropped %d, %+v (-want +got):\n%s", dropped, s.Summary, diff)
	}
}
