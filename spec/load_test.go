package spec

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("sub", 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("sub", "osssync.yaml")
	if err := os.WriteFile(file, []byte(valid), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(here, "sub"); s.Path != file || s.Dir != want || s.Mappings[0].Root != filepath.Join(want, "a") {
		t.Errorf("path %q, dir %q, root %q; want %q below %q", s.Path, s.Dir, s.Mappings[0].Root, file, want)
	}
}

func TestLoadRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("directory: %v", err)
	}
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, make([]byte, 2*maxBytes), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(large); err == nil || !strings.Contains(err.Error(), "1 MiB") {
		t.Errorf("large file: %v", err)
	}
}

func TestY5_ChangeWhileReading(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"appended": func(path string) error {
			return os.WriteFile(path, []byte(valid+"\n"), 0o600)
		},
		"touched": func(path string) error {
			return os.Chtimes(path, time.Time{}, time.Unix(1, 0))
		},
		"replaced": func(path string) error {
			if err := os.WriteFile(path+".new", []byte(valid), 0o600); err != nil {
				return err
			}
			if err := os.Chtimes(path+".new", time.Time{}, time.Unix(0, 0)); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		},
		"removed": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "osssync.yaml")
			if err := os.WriteFile(path, []byte(valid), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Time{}, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
			_, err := readStable(path, func(r io.Reader) ([]byte, error) {
				data, err := io.ReadAll(r)
				return data, errors.Join(err, change(path))
			})
			if !errors.Is(err, ErrChanged) && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("error %v", err)
			}
		})
	}
	fault := errors.New("fault")
	path := filepath.Join(t.TempDir(), "osssync.yaml")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readStable(path, func(io.Reader) ([]byte, error) { return nil, fault }); !errors.Is(err, fault) {
		t.Errorf("read fault: %v", err)
	}
}
