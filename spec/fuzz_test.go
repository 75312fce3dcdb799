package spec

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzParse: whatever the file, there is a spec that keeps its promises, or a
// list of problems with places inside the file.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(valid))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("a.yaml", "/srv", data)
		if err != nil {
			checkProblems(t, err, data)
			return
		}
		again, err := Parse("a.yaml", "/srv", data)
		if err != nil || again.Digest != s.Digest {
			t.Fatalf("valid, then not: %v", err)
		}
		for i := range s.Mappings {
			checkMapping(t, s, &s.Mappings[i])
		}
	})
}

func checkProblems(t *testing.T, err error, data []byte) {
	var list Errors
	if !errors.As(err, &list) || len(list) == 0 || len(list) > maxProblems {
		t.Fatalf("error %T of %d problems: %v", err, len(list), err)
	}
	lines := 1 + strings.Count(string(data), "\n")
	for _, p := range list {
		if p.Line < 1 || p.Line > lines || p.Column < 1 || p.What == "" {
			t.Errorf("%d lines: %v", lines, p)
		}
		if _, hidden := hiddenRune(p.Error()); hidden || len(p.Error()) > 8192 {
			t.Errorf("hidden characters or %d bytes in %q", len(p.Error()), p.Error())
		}
	}
}

func checkMapping(t *testing.T, s *Spec, m *Mapping) {
	if _, ok := s.Store(m.Store); !ok {
		t.Errorf("mapping %q: no store %q", m.Name, m.Store)
	}
	if !filepath.IsAbs(m.Root) || m.Root != filepath.Clean(m.Root) || m.Bucket == "" || m.Prefix != "" && !strings.HasSuffix(m.Prefix, "/") {
		t.Errorf("mapping %+v", m)
	}
	if again, wrong := parseRemote(m.URL()); wrong.what != "" || again.bucket != m.Bucket || again.prefix != m.Prefix {
		t.Errorf("mapping %q: %s is not valid: %v", m.Name, m.URL(), wrong)
	}
	for _, path := range m.Require {
		if !m.Match(path) {
			t.Errorf("mapping %q requires %q, which it leaves out", m.Name, path)
		}
	}
	for _, path := range slices.Concat(m.Include, m.Exclude, m.Order) {
		if m.Match(path) && !m.MatchDir("") {
			t.Errorf("mapping %q matches %q, but nothing", m.Name, path)
		}
		if phase := m.Phase(path); phase < 0 || phase >= m.Phases() {
			t.Errorf("mapping %q: phase %d of %d", m.Name, phase, m.Phases())
		}
		if m.HeadersFor(path)[contentType] == "" {
			t.Errorf("mapping %q: no content type for %q", m.Name, path)
		}
	}
}
