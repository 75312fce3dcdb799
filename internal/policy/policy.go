package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/osssync/osssync/internal/disk"
)

// maxBytes is the largest policy that is read.
const maxBytes = 1 << 20

// ErrInvalid says that a file is no policy.
var ErrInvalid = errors.New("not a policy")

// Policy is what specs may name. It is not changed after Load and may be used by any
// number of goroutines.
type Policy struct {
	path string
	text content
}

// content is the file. A list that must be there and is not is nil.
type content struct {
	Version     int      `yaml:"version"`
	Endpoints   []string `yaml:"endpoints"`   // hosts, or *.suffix
	Buckets     []string `yaml:"buckets"`     // names
	Prefixes    []string `yaml:"prefixes"`    // oss://bucket/prefix/; nil: all of the buckets
	Credentials []string `yaml:"credentials"` // sources; nil: all
	Roots       []string `yaml:"roots"`       // folders, absolute once loaded
	Deletes     *bool    `yaml:"deletes"`
}

// Load reads the policy at path, at most 1 MiB. Its relative roots start at its
// folder. Errors wrap ErrInvalid, or are about the file itself.
func Load(path string) (*Policy, error) {
	info, err := disk.StatPath(path)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxBytes {
		return nil, fmt.Errorf("%w: %q is not a regular file of at most 1 MiB", ErrInvalid, path)
	}
	data, err := disk.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("policy %q: %w", path, err)
	}
	p, err := parse(path, filepath.Dir(absolute), data)
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrInvalid, path, err)
	}
	return p, nil
}

// parse reads a policy whose relative roots start at dir.
func parse(path, dir string, data []byte) (*Policy, error) {
	p := &Policy{path: path}
	stream := yaml.NewDecoder(bytes.NewReader(data))
	stream.KnownFields(true)
	if err := stream.Decode(&p.text); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("empty file")
		}
		return nil, fmt.Errorf("%s", strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", ""))
	}
	if err := stream.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("a second document")
	}
	if p.text.Version != 1 {
		return nil, fmt.Errorf("version %d: this version of osssync reads version 1", p.text.Version)
	}
	for name, missing := range map[string]bool{
		"endpoints": p.text.Endpoints == nil, "buckets": p.text.Buckets == nil, "roots": p.text.Roots == nil, "deletes": p.text.Deletes == nil,
	} {
		if missing {
			return nil, fmt.Errorf("%s: missing; an empty list allows none", name)
		}
	}
	for i, prefix := range p.text.Prefixes {
		if rest, ok := strings.CutPrefix(prefix, "oss://"); !ok || !strings.HasSuffix(rest, "/") {
			return nil, fmt.Errorf("prefixes[%d]: %q is not of the form oss://bucket/prefix/", i, prefix)
		}
	}
	for i, root := range p.text.Roots {
		switch {
		case root == "":
			return nil, fmt.Errorf("roots[%d]: empty", i)
		case !filepath.IsAbs(root):
			root = filepath.Join(dir, root)
		}
		p.text.Roots[i] = filepath.Clean(root)
	}
	return p, nil
}
