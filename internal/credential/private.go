package credential

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/internal/disk"
)

// configLimit bounds a configuration file in bytes.
const configLimit = 1 << 20

// configFile is where another program keeps keys.
type configFile struct {
	path     string
	variable string // "": the usual place
}

// findConfig returns the file that variable names, or the one below the home folder.
func findConfig(getenv func(string) string, variable string, below ...string) (configFile, error) {
	if path := getenv(variable); path != "" {
		return configFile{path, variable}, nil
	}
	home := getenv("HOME")
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return configFile{}, fmt.Errorf("%w: %w", ErrNone, err)
		}
	}
	return configFile{filepath.Join(append([]string{home}, below...)...), ""}, nil
}

// named reports whether the file is there, or said to be.
func (f configFile) named() bool {
	_, err := disk.StatPath(f.path)
	return f.variable != "" || !errors.Is(err, fs.ErrNotExist)
}

// read returns the text of the file, which must be its owner's alone.
func (f configFile) read() ([]byte, error) {
	text, err := readBounded(f.path, configLimit, func(info fs.FileInfo) error {
		if fact := exposed(info); fact != "" {
			return &exposedError{f.path, fact}
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrNone) {
		err = fmt.Errorf("%w: %w", ErrNone, err)
	}
	return text, err
}

// readBounded reads a regular file of at most limit bytes, unless check, which may be
// nil, has something against it.
func readBounded(path string, limit int64, check func(fs.FileInfo) error) ([]byte, error) {
	// Stat comes before Open, since opening a pipe would wait for its writer.
	info, err := disk.StatPath(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", path)
	}
	f, err := disk.OpenPath(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err = disk.StatFile(f); err == nil && check != nil {
		err = check(info)
	}
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(disk.ContentOf(f), limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%q has more than %d bytes", path, limit)
	}
	return text, err
}

// exposedError is a file of keys that others can read or change.
type exposedError struct{ path, fact string }

func (e *exposedError) Error() string { return fmt.Sprintf("%v: %q %s", ErrNone, e.path, e.fact) }
func (e *exposedError) Unwrap() error { return ErrNone }

// Hint says what a user can do.
func (e *exposedError) Hint() string {
	return fmt.Sprintf("make it your own: chmod 600 %q; keys that others could read are better replaced", e.path)
}
