package plan

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"testing"

	"github.com/osssync/osssync/spec"
)

// each yields one item for each path.
func each[T any](paths []string, item func(path string) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, p := range paths {
			if !yield(item(p), nil) {
				return
			}
		}
	}
}

// BenchmarkAlign joins a tree, a bucket and an index that have the same paths.
func BenchmarkAlign(b *testing.B) {
	paths := make([]string, 100_000)
	for i := range paths {
		paths[i] = fmt.Sprintf("dir/%06d", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		s := Sources{
			Local:  each(paths, func(p string) Local { return Local{Path: p, Stat: statTen} }),
			Remote: each(paths, func(p string) Remote { return Remote{Path: p, Type: TypeNormal} }),
			Base:   each(paths, func(p string) Base { return Base{Path: p} }),
		}
		n := 0
		for _, err := range Align(s, new(Proof)) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != len(paths) {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(paths)), "ns/path")
}

func BenchmarkDiffUnchanged(b *testing.B) {
	p := policy(spec.Push, spec.PruneManaged)
	for name, row := range map[string]side{"known": bOwned, "known headers": bHeaders} {
		s, e := state("p", lTen, rA, row), Evidence{}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := p.Diff(s, &e); v.Class != ClassUnchanged {
					b.Fatal(v)
				}
			}
		})
	}
}

func newUploads(n int) []Action {
	uploads := make([]Action, n)
	for i := range uploads {
		path := fmt.Sprintf("dir/%06d.html", i)
		uploads[i] = &Upload{Path: path, Reason: ReasonNew, Local: statTen, Headers: headers(path), Requests: 1}
	}
	return uploads
}

// BenchmarkReadFile checks a plan file, as is done with one that was saved and with
// one that was just written.
func BenchmarkReadFile(b *testing.B) {
	const rows = 1000
	data := planFile(b, newUploads(rows)...)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadFile(bytes.NewReader(data), int64(len(data))); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

// BenchmarkRows reads the rows of a plan file that was checked before.
func BenchmarkRows(b *testing.B) {
	const rows = 1000
	data := planFile(b, newUploads(rows)...)
	f, err := ReadFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range f.Sections[0].Rows() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != rows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

// BenchmarkDraft drafts and finishes a plan of 1,000 uploads.
func BenchmarkDraft(b *testing.B) {
	const rows = 1000
	p := policy(spec.Push, spec.PruneManaged)
	b.ReportAllocs()
	for b.Loop() {
		d := NewDraft(p, new(memory))
		for i := range rows {
			s := state(fmt.Sprintf("dir/%06d.html", i), lTen, rNone)
			if err := d.Add(s, p.Diff(s, &Evidence{})); err != nil {
				b.Fatal(err)
			}
		}
		if err := d.Finish(&Header{}, whole(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
