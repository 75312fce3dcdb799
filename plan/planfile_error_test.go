package plan

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadFile_Errors(t *testing.T) {
	good := string(planFile(t, &Forget{Path: "b"}))
	var unordered, unproved, twisted, empty bytes.Buffer
	for _, b := range []*bytes.Buffer{&unordered, &unproved, &twisted} {
		if err := WriteFileHeader(b, "t", []string{"m"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteFileHeader(&empty, "t", nil); err != nil {
		t.Fatal(err)
	}
	section(t, &unordered, &Header{Mapping: "m"}, &Forget{Path: "b"}, &Forget{Path: "a"})
	section(t, &twisted, &Header{Mapping: "x"})
	sealed := func(end endLine) string {
		out, err := beginSection(&unproved, &Header{Mapping: "m"})
		if err != nil {
			t.Fatal(err)
		}
		line, err := seal(out.digest, &end, &end.Digest)
		if err := errors.Join(err, out.w.Flush()); err != nil {
			t.Fatal(err)
		}
		defer unproved.Truncate(bytes.IndexByte(unproved.Bytes(), '\n') + 1)
		return unproved.String() + string(line) + "\n"
	}
	for _, row := range []struct{ name, data, want string }{
		{"empty", "", "not a usable plan file: first line: cut off before its end"},
		{"not JSON", "version: 1\n", "not a usable plan file: first line is not that of a plan"},
		{"another op", `{"op":"begin"}` + "\n", "not a usable plan file: first line is not that of a plan"},
		{"newer", `{"op":"plan","format":2,"tool":"t","new":1}` + "\n", "not a usable plan file: format 2, this program reads 1"},
		{"no mapping", empty.String(), "not a usable plan file: no mapping"},
		{"tool edited", strings.Replace(good, "osssync test", "osssync best", 1), "not a usable plan file: first line: edited or damaged: its digest does not fit"},
		{"row edited", strings.Replace(good, `"path":"b"`, `"path":"c"`, 1), `not a usable plan file: plan of mapping "m": edited or damaged: its digest does not fit`},
		{"unknown row", strings.Replace(good, `"op":"forget"`, `"op":"forbid"`, 1), `not a usable plan file: plan of mapping "m": line 3: unknown op "forbid"`},
		{"row in another form", strings.Replace(good, `"path":"b"`, `"path":"\u0062"`, 1),
			`not a usable plan file: plan of mapping "m": line 3: forget "b" is not in the form this program writes`},
		{"total edited", strings.Replace(good, `"local_files":7`, `"local_files":8`, 1), `not a usable plan file: plan of mapping "m": edited or damaged: its digest does not fit`},
		{"out of order", unordered.String(), `not a usable plan file: plan of mapping "m": plan sequence out of order: "a" after "b"`},
		{"another mapping", twisted.String(), `not a usable plan file: plan of mapping "x" stands where that of "m" is due`},
		{"D1 listing not whole", sealed(endLine{Op: opEnd, LocalComplete: true}), `not a usable plan file: plan of mapping "m": ` + errUnproved.Error()},
		{"D8 walk not whole", sealed(endLine{Op: opEnd, RemoteComplete: true}), `not a usable plan file: plan of mapping "m": ` + errUnproved.Error()},
		{"wrong count, sealed", sealed(endLine{Op: opEnd, Rows: 1, LocalComplete: true, RemoteComplete: true}),
			`not a usable plan file: plan of mapping "m": edited or damaged: its totals do not fit its rows`},
		{"wrong totals, sealed", sealed(endLine{Op: opEnd, LocalComplete: true, RemoteComplete: true, Summary: Summary{Forget: 1}}),
			`not a usable plan file: plan of mapping "m": edited or damaged: its totals do not fit its rows`},
		{"endless line", strings.Replace(good, `{"op":"forget"`, strings.Repeat("x", maxLine+1<<17), 1),
			`not a usable plan file: plan of mapping "m": line longer than 1 MiB`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := readBytes([]byte(row.data)); err == nil || err.Error() != row.want || !errors.Is(err, ErrInvalid) {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}

// readerAt serves data until it breaks at an offset.
type readerAt struct {
	data []byte
	at   int64
}

func (r readerAt) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > r.at {
		return 0, iotest.ErrTimeout
	}
	return bytes.NewReader(r.data).ReadAt(p, off)
}

// A disk that fails is named as such, not taken for a cut file.
func TestReadFile_ErrRead(t *testing.T) {
	data := planFile(t, everyAction()...)
	for _, at := range []int64{0, 5} {
		if _, err := ReadFile(readerAt{data, at}, int64(len(data))); !errors.Is(err, iotest.ErrTimeout) {
			t.Errorf("broken at %d: %v", at, err)
		}
	}
	f, err := readBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	f.Sections[0].file = readerAt{data, 5}
	for _, err := range f.Sections[0].Rows() {
		if !errors.Is(err, iotest.ErrTimeout) {
			t.Errorf("rows: %v", err)
		}
	}
	if err := f.Sections[0].CopyTo(new(bytes.Buffer)); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("copy: %v", err)
	}
}
