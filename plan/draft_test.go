package plan

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/osssync/osssync/spec"
)

// whole is a proof as Align leaves it.
func whole() *Proof { return &Proof{local: true, remote: true, LocalFiles: 3, RemoteObjects: 4} }

// memory is a scratch file in memory.
type memory struct {
	bytes.Buffer
	fail error // of the next Seek
}

func (m *memory) Seek(int64, int) (int64, error) { return 0, m.fail }

// entry is a State with its verdict, as it comes into a Draft.
type entry struct {
	state   State
	verdict Verdict
}

// drafted makes a plan of entries and reads it back.
func drafted(t interface{ Fatal(...any) }, p *Policy, entries []entry) (*Section, []Action) {
	d := NewDraft(p, new(memory))
	for _, e := range entries {
		if err := d.Add(&e.state, e.verdict); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	err := errors.Join(WriteFileHeader(&b, "test", []string{"m"}), d.Finish(&Header{Mapping: "m"}, whole(), &b))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, b.Bytes())
}

// read returns the first section of a plan file and its rows.
func read(t interface{ Fatal(...any) }, data []byte) (*Section, []Action) {
	f, err := ReadFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f.Sections[0], rows(t, f.Sections[0])
}

func rows(t interface{ Fatal(...any) }, s *Section) (rows []Action) {
	for a, err := range s.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, a)
	}
	return rows
}

// An upload that can be resumed is shown as kept when its path must be left alone.
func TestDraft_RetractResume(t *testing.T) {
	p := policy(spec.Pull, never)
	top := entry{*state("a", lTen, rNone), Verdict{Class: ClassChange, Action: &Upload{Path: "a", Reason: ReasonNew}}}
	top.state.Pending = []Pending{{Path: "a", UploadID: "1", Owned: true, Parts: 2, Bytes: 7}}
	_, got := drafted(t, p, []entry{top, {*state("a/b", lNone, rA), Verdict{}}})
	want := []Action{
		&Conflict{Path: "a", Reason: ReasonFileAndDirectory},
		&KeepUpload{Path: "a", Reason: ReasonUploadOwned, UploadID: "1", Parts: 2, Bytes: 7},
		&Conflict{Path: "a/b", Reason: ReasonFileAndDirectory},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDraft_ErrUnproved(t *testing.T) {
	for _, proof := range []Proof{{}, {local: true}, {remote: true}} {
		var b bytes.Buffer
		d := NewDraft(policy(spec.Push, all), new(memory))
		if err := d.Finish(&Header{}, &proof, &b); !errors.Is(err, errUnproved) || bytes.Contains(b.Bytes(), endPrefix) {
			t.Errorf("proof %+v: %v, wrote %q", proof, err, b.Bytes())
		}
	}
}

// full fails all writing, as a full disk does.
type full struct{ memory }

func (*full) Write([]byte) (int, error) { return 0, errBroken }

func TestDraft_ErrScratch(t *testing.T) {
	add := func(scratch io.ReadWriteSeeker) *Draft {
		d := NewDraft(policy(spec.Push, never), scratch)
		if err := d.Add(state("a", lTen, rNone), Verdict{Class: ClassChange, Action: &Forget{Path: "a"}}); err != nil {
			t.Fatal(err)
		}
		return d
	}
	if err := add(new(full)).Finish(&Header{}, whole(), io.Discard); !errors.Is(err, errBroken) {
		t.Errorf("write: %v", err)
	}
	if err := add(&memory{fail: errBroken}).Finish(&Header{}, whole(), io.Discard); !errors.Is(err, errBroken) {
		t.Errorf("seek: %v", err)
	}
	cut := struct {
		io.Reader
		io.Writer
		io.Seeker
	}{iotest.ErrReader(errBroken), io.Discard, new(memory)}
	if err := add(cut).Finish(&Header{}, whole(), io.Discard); !errors.Is(err, errBroken) {
		t.Errorf("read: %v", err)
	}
}

func TestDraft_ErrTooMany(t *testing.T) {
	d := NewDraft(policy(spec.Push, all), new(memory))
	for i := range maxRevisions {
		d.keep[strconv.Itoa(i)] = true
	}
	err := d.Add(state("a//b", lNone, rRefused), Verdict{})
	if err == nil || !strings.Contains(err.Error(), `last "a//b"`) {
		t.Error(err)
	}
}

// Rows are copied, or read and written again if one might have to be revised: the
// file is the same.
func TestDraft_CopiesWhatStands(t *testing.T) {
	finished := func(rows []Action, revise bool) string {
		d := NewDraft(policy(spec.Push, all), new(memory))
		for i, a := range rows {
			path := strconv.Itoa(1_000_000 + i)
			if err := d.Add(state(path, lTen, rNone), Verdict{Action: a, Class: ClassUnchanged}); err != nil {
				t.Fatal(err)
			}
		}
		if revise {
			d.keep["a path without a row"] = true
		}
		var b bytes.Buffer
		if err := d.Finish(&Header{Mapping: "m"}, whole(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOf(actions).Draw(t, "rows")
		if diff := cmp.Diff(finished(rows, true), finished(rows, false)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A scratch file that lost rows makes no plan.
func TestDraft_ErrScratchCut(t *testing.T) {
	scratch := new(memory)
	d := NewDraft(policy(spec.Push, all), scratch)
	if err := d.Add(state("a", lTen, rNone), Verdict{Action: &Forget{Path: "a"}}); err != nil {
		t.Fatal(err)
	}
	if err := d.out.Flush(); err != nil {
		t.Fatal(err)
	}
	scratch.Truncate(scratch.Len() - 1)
	if err := d.Finish(&Header{}, whole(), io.Discard); err == nil || err.Error() != "plan scratch: EOF" {
		t.Error(err)
	}
}
