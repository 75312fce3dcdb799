package plan

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// everyAction holds one action of each type, with every field set.
func everyAction() []Action {
	version := Version{Size: 10, ETag: sumsA.MD5, Modified: noon}
	upload := Upload{Path: "d", Reason: ReasonSizeDiffers, Local: statTwenty, Before: &version, Headers: headers("d"), Phase: 2, Requests: 3}
	abort := AbortUpload{Path: "g", Reason: ReasonUploadStale, UploadID: "1", Started: noon, Parts: 2, Bytes: 30}
	keep := KeepUpload{Path: "g", Reason: ReasonUploadYoung, UploadID: "2", Started: noon.Add(time.Nanosecond), Parts: 1, Bytes: 5}
	return []Action{
		&Conflict{Path: "a\xff", Reason: ReasonNotUTF8, Detail: "a\u202e\x7f\u009b\U000e0041<b>&\n"},
		&Forget{Path: "b"},
		&Record{Base{Path: "c", Local: statTen, Remote: version, Sums: sumsA, Headers: "0123456789abcdef", Owned: true, Racy: true}},
		&ResumeUpload{Upload: upload, UploadID: "u", Started: noon, Parts: 1, Bytes: 5},
		&Download{Path: "e", Reason: ReasonContentDiffers, Remote: version, Before: &statTen, Phase: 1, Requests: 2},
		&SetMeta{Path: "f", Reason: ReasonHeadersDiffer, Remote: version, Local: statTen, Sums: sumsA, Headers: headers("f"), Owned: true, Racy: true},
		&abort,
		&keep,
		&DeleteRemote{Path: "h", Reason: ReasonGoneOwned, Before: version},
		&DeleteLocal{Path: "i", Reason: ReasonGone, Before: statTen},
		&Upload{Path: "é", Reason: ReasonNew, Local: Stat{Size: 1}, Headers: headers("é")},
	}
}

// section writes one section of rows.
func section(t interface{ Fatal(...any) }, b *bytes.Buffer, h *Header, rows ...Action) {
	out, err := beginSection(b, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range rows {
		err = errors.Join(err, out.action(a))
	}
	out.summary.LocalFiles, out.summary.Unchanged = 7, 5
	if err := errors.Join(err, out.end(whole())); err != nil {
		t.Fatal(err)
	}
}

// planFile is a plan of the mappings "m" and "n", the second of which is empty.
func planFile(t interface{ Fatal(...any) }, rows ...Action) []byte {
	var b bytes.Buffer
	if err := WriteFileHeader(&b, "osssync test", []string{"m", "n"}); err != nil {
		t.Fatal(err)
	}
	section(t, &b, &Header{Mapping: "m", Bucket: "bucket", Prefix: "p/", Made: noon, Serial: 41}, rows...)
	section(t, &b, &Header{Mapping: "n", Bucket: "bucket", Prefix: "n/", Made: noon})
	return b.Bytes()
}

func readBytes(data []byte) (*File, error) {
	return ReadFile(bytes.NewReader(data), int64(len(data)))
}

// again writes a file that was read.
func again(t interface{ Fatal(...any) }, f *File) []byte {
	var b bytes.Buffer
	var mappings []string
	for _, s := range f.Sections {
		mappings = append(mappings, s.Header.Mapping)
	}
	err := WriteFileHeader(&b, f.Tool, mappings)
	for _, s := range f.Sections {
		err = errors.Join(err, s.CopyTo(&b))
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadFile_RoundTrip(t *testing.T) {
	want := everyAction()
	data := planFile(t, want...)
	f, err := readBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := f.Section("m")
	if !ok || len(f.Sections) != 2 || f.Tool != "osssync test" || m.Header.Serial != 41 {
		t.Fatalf("%+v", f)
	}
	if _, ok := f.Section("x"); ok {
		t.Error(`there is a section "x"`)
	}
	for range 2 { // rows can be read any number of times
		if diff := cmp.Diff(want, rows(t, m)); diff != "" {
			t.Fatal(diff)
		}
	}
	if diff := cmp.Diff(string(data), string(again(t, f))); diff != "" {
		t.Error(diff)
	}
}

// Lines of any length up to the limit are read, whatever the reader holds at once.
func TestReadFile_LongLines(t *testing.T) {
	var want []Action
	for i, n := range []int{1, 65_535 - 60, 65_536, 3, 200_000, 1, 2} {
		want = append(want, &Conflict{Path: strconv.Itoa(i), Reason: ReasonFIFO, Detail: strings.Repeat("x", n)})
	}
	f, err := readBytes(planFile(t, want...))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rows(t, f.Sections[0])); diff != "" {
		t.Error(diff)
	}
}

// No bit of a plan file can be changed without notice.
func TestC6_NoBitCanBeTurned(t *testing.T) {
	var b bytes.Buffer
	if err := WriteFileHeader(&b, "t", []string{"m"}); err != nil {
		t.Fatal(err)
	}
	section(t, &b, &Header{Mapping: "m"}, &Forget{Path: "b"}, &Conflict{Path: "é", Reason: ReasonFIFO})
	data := b.Bytes()
	for i := range data {
		for bit := range 8 {
			flipped := bytes.Clone(data)
			flipped[i] ^= 1 << bit
			if _, err := readBytes(flipped); !errors.Is(err, ErrInvalid) {
				t.Fatalf("byte %d, bit %d: %v\n%s", i, bit, err, flipped)
			}
		}
	}
}

func TestReadFile_ErrCut(t *testing.T) {
	data := planFile(t, everyAction()...)
	for n := range data {
		if _, err := readBytes(data[:n]); !errors.Is(err, ErrInvalid) {
			t.Fatalf("cut to %d of %d bytes: %v", n, len(data), err)
		}
	}
}

// Whole lines taken out, doubled, swapped or put in.
func TestReadFile_ErrLines(t *testing.T) {
	data := planFile(t, everyAction()...)
	lines := bytes.SplitAfter(data, []byte("\n"))
	lines = lines[:len(lines)-1]
	refused := func(what string, lines [][]byte) {
		t.Helper()
		if _, err := readBytes(bytes.Join(lines, nil)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i, line := range lines {
		refused(fmt.Sprintf("line %d taken out", i), slices.Delete(slices.Clone(lines), i, i+1))
		for j := range len(lines) + 1 {
			refused(fmt.Sprintf("line %d again at %d", i, j), slices.Insert(slices.Clone(lines), j, line))
		}
		for j := range i {
			swapped := slices.Clone(lines)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			refused(fmt.Sprintf("lines %d and %d swapped", i, j), swapped)
		}
	}
	refused("blank line at the end", append(slices.Clone(lines), []byte("\n")))
	refused("something without a line feed at the end", append(slices.Clone(lines), []byte(" ")))
}

// Equal actions give equal lines, and a line gives back its action.
func TestWire_RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		path, detail := text.Draw(t, "path"), text.Draw(t, "detail")
		a := &Conflict{Path: path, Reason: ReasonUnreadable, Detail: detail}
		line, err := new(encoder).encode(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := new(decoder).decode(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		a.Detail = strings.ToValidUTF8(detail, "\uFFFD")
		if diff := cmp.Diff(Action(a), got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzReadFile(f *testing.F) {
	f.Add(planFile(f, everyAction()...))
	f.Add(planFile(f))
	f.Add([]byte(`{"op":"plan","format":1}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := readBytes(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("%v does not wrap ErrInvalid", err)
			}
			return
		}
		for _, s := range file.Sections {
			rows(t, s)
		}
		if got := again(t, file); !bytes.Equal(got, data) {
			t.Fatalf("accepted %q, wrote %q", data, got)
		}
	})
}
