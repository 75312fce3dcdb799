package sabotage

import (
	"bytes"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// Patch is one bug to be brought back.
type Patch struct {
	Name  string // of its file, without extension
	Title string // the bug, in words
	Rows  []string
	Peer  string // who met it, or guards against it; may be empty
	Tests []Test // each has to fail

	hunks []hunk
}

// Test is what a run of go test is given.
type Test struct {
	Package string // path below the module, beginning with "./"
	Run     string // as for -run
	Tags    string // as for -tags, often empty
}

// hunk is one change of one file.
type hunk struct {
	file     string
	old, new string
}

// extension is that of the files of patches.
const extension = ".patch"

// Load reads all patches in the top of dir, in the order of their names. The error
// names every patch that is not well-formed.
func Load(dir fs.FS) ([]Patch, error) {
	names, err := fs.Glob(dir, "*"+extension)
	if err != nil {
		return nil, err
	}
	var patches []Patch
	var faults []error
	for _, name := range names {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		p, err := parse(string(text))
		if err != nil {
			faults = append(faults, fmt.Errorf("patch %q: %w", name, err))
		}
		p.Name = strings.TrimSuffix(path.Base(name), extension)
		patches = append(patches, p)
	}
	return patches, errors.Join(faults...)
}

// parse reads the text of a patch, as the package documentation describes it.
func parse(text string) (Patch, error) {
	var p Patch
	head, body, _ := strings.Cut(text, "\n--- ")
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "Title":
			p.Title = value
		case "Rows":
			p.Rows = strings.Fields(value)
		case "Peer":
			p.Peer = value
		case "Test":
			test, err := parseTest(value)
			if err != nil {
				return p, err
			}
			p.Tests = append(p.Tests, test)
		case "":
		default:
			return p, fmt.Errorf("line %q in its head", line)
		}
	}
	if p.Title == "" || len(p.Rows) == 0 || len(p.Tests) == 0 {
		return p, errors.New("without title, rows or test")
	}
	for part := range strings.SplitSeq(body, "\n--- ") {
		h, err := parseHunk(part)
		if err != nil {
			return p, err
		}
		p.hunks = append(p.hunks, h)
	}
	return p, nil
}

// parseTest reads PACKAGE -run PATTERN [-tags TAGS].
func parseTest(text string) (Test, error) {
	words := strings.Fields(text)
	if len(words) != 3 && len(words) != 5 {
		return Test{}, fmt.Errorf("test %q", text)
	}
	t := Test{Package: words[0]}
	for i := 1; i < len(words); i += 2 {
		switch words[i] {
		case "-run":
			t.Run = words[i+1]
		case "-tags":
			t.Tags = words[i+1]
		}
	}
	if t.Run == "" || !strings.HasPrefix(t.Package, "./") {
		return Test{}, fmt.Errorf("test %q", text)
	}
	return t, nil
}

// parseHunk reads the name of a file and the lines of one change.
func parseHunk(text string) (hunk, error) {
	file, lines, _ := strings.Cut(text, "\n")
	h := hunk{file: strings.TrimSpace(file)}
	for line := range strings.Lines(lines) {
		switch line[0] {
		case ' ':
			h.old += line[1:]
			h.new += line[1:]
		case '-':
			h.old += line[1:]
		case '+':
			h.new += line[1:]
		case '\n': // a line that is empty
			h.old += line
			h.new += line
		default:
			return h, fmt.Errorf("line %q of file %q begins with none of space, minus and plus", line, h.file)
		}
	}
	h.old, h.new = strings.TrimSuffix(h.old, "\n"), strings.TrimSuffix(h.new, "\n")
	if h.old == h.new {
		return h, fmt.Errorf("no change of file %q", h.file)
	}
	return h, nil
}

// Apply returns the files of a module, by their slash-separated paths, that the patch
// changes, with their new text. The error tells that a file has not exactly one place
// for a change, or is no Go after it.
func (p *Patch) Apply(module fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, h := range p.hunks {
		text, ok := files[h.file]
		if !ok {
			var err error
			if text, err = fs.ReadFile(module, h.file); err != nil {
				return nil, fmt.Errorf("patch %q: %w", p.Name, err)
			}
		}
		if n := bytes.Count(text, []byte(h.old)); n != 1 {
			return nil, fmt.Errorf("patch %q: %d places in %q for\n%s", p.Name, n, h.file, h.old)
		}
		files[h.file] = bytes.Replace(text, []byte(h.old), []byte(h.new), 1)
	}
	for file, text := range files {
		if _, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution); err != nil {
			return nil, fmt.Errorf("patch %q: %w", p.Name, err)
		}
	}
	return files, nil
}
