package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Load reads and validates the spec file at path, a regular file of at most
// 1 MiB. Problems of its content are an Errors. Any other error is about the
// file itself, such as one that wraps fs.ErrNotExist or ErrChanged.
func Load(path string) (*Spec, error) {
	// One byte more than allowed, for Parse to see that it is too large.
	data, err := readStable(path, func(r io.Reader) ([]byte, error) {
		return io.ReadAll(io.LimitReader(r, maxBytes+1))
	})
	if err != nil {
		return nil, fmt.Errorf("spec %q: %w", path, err)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("spec %q: %w", path, err)
	}
	return Parse(path, filepath.Dir(absolute), data)
}

// readStable reads a regular file, and makes sure that it is the same before
// and after: a spec that is half written may well be valid, and lack its last
// excludes.
//
// RACE: a change that keeps the size and the modification time is not seen.
func readStable(path string, read func(io.Reader) ([]byte, error)) ([]byte, error) {
	// Stat comes before Open, since opening a pipe would wait for its writer.
	before, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("not a regular file (%v)", before.Mode().Type())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := read(f)
	if err != nil {
		return nil, err
	}
	after, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !os.SameFile(before, after) || before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime()) {
		return nil, ErrChanged
	}
	return data, nil
}

// Parse validates the bytes of a spec file. The path is used in messages only;
// relative paths in the file start at dir, which is made absolute. Problems are
// an Errors that holds all of them, or the first 99 and the number of the rest.
func Parse(path, dir string, data []byte) (*Spec, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("folder of spec %q: %w", path, err)
	}
	lines := 1 + bytes.Count(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	d := &decoder{file: path, lines: lines, dir: dir, bad: map[*yaml.Node]bool{}}
	parsed := d.parse(data)
	if err := d.err(); err != nil {
		return nil, err
	}
	digest := sha256.Sum256(data)
	s := &Spec{Path: path, Dir: dir, Digest: hex.EncodeToString(digest[:])}
	for _, store := range parsed.stores {
		s.Stores = append(s.Stores, store.Store)
	}
	slices.SortFunc(s.Stores, func(a, b Store) int { return strings.Compare(a.Name, b.Name) })
	for _, m := range parsed.mappings {
		s.Mappings = append(s.Mappings, m.Mapping)
	}
	return s, nil
}

// parse decodes a whole file; what it returns is good if nothing is reported.
func (d *decoder) parse(data []byte) *file {
	var f file
	if at, wrong := checkText(data); wrong.what != "" {
		d.report(at, wrong)
		return &f
	}
	root := d.compose(data)
	if root == nil || d.newer(root) {
		return &f
	}
	record(d, value{root, placeOf(root, "")}, fileFields, &f)
	if d.alternatives <= maxAlternatives {
		d.checkOverlaps(f.mappings, f.stores)
		d.checkEmbedded(f.mappings, f.stores)
	}
	return &f
}

// newer reports a spec of another version. Nothing else is then said of it,
// since its words may have come to mean something else.
func (d *decoder) newer(root *yaml.Node) bool {
	if root.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i < len(root.Content); i += 2 {
		key, version := root.Content[i], root.Content[i+1]
		if key.Value != "version" || version.ShortTag() != "!!int" {
			continue
		}
		if n, ok := parseDecimal(version.Value); ok && n > 1 {
			d.report(placeOf(version, "version"), problem{"newer than this version of osssync", "it reads version 1"})
			return true
		}
	}
	return false
}
