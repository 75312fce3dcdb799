package sabotage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// patience is how long the tests of a patch may take; a bug that makes them hang is
// caught by it.
const patience = "30s"

// Suite builds and runs tests of a module, with and without patches. It is safe for
// concurrent use. The go command must be in the PATH.
type Suite struct {
	module  string
	scratch string

	mu     sync.Mutex
	green  map[Test]func() error           // by what is run
	binary map[Test]func() (string, error) // of the tests as they are; Run is empty
}

// NewSuite returns the suite of the module at a path; what it builds goes to scratch,
// an existing folder of its own.
func NewSuite(module, scratch string) *Suite {
	return &Suite{module: module, scratch: scratch, green: map[Test]func() error{}, binary: map[Test]func() (string, error){}}
}

// ErrPassed says that tests passed which were to fail.
var ErrPassed = errors.New("not noticed")

// Green runs tests as they are and returns an error unless all of them pass, and
// there are some. The same ones are run once.
func (s *Suite) Green(ctx context.Context, t Test) error {
	built := t
	built.Run = ""
	s.mu.Lock()
	build, ok := s.binary[built]
	if !ok {
		build = sync.OnceValues(func() (string, error) { return s.build(ctx, t, nil) })
		s.binary[built] = build
	}
	pass, ok := s.green[t]
	if !ok {
		pass = sync.OnceValue(func() error { return s.pass(ctx, t, build) })
		s.green[t] = pass
	}
	s.mu.Unlock()
	return pass()
}

func (s *Suite) pass(ctx context.Context, t Test, build func() (string, error)) error {
	binary, err := build()
	if err != nil {
		return err
	}
	output, failed, err := s.run(ctx, t, binary)
	switch {
	case err != nil:
		return err
	case failed:
		return fmt.Errorf("tests of %s fail without a patch:\n%s", t.Package, output)
	case !strings.Contains(output, "--- PASS"):
		return fmt.Errorf("no test of %s passes for -run %q:\n%s", t.Package, t.Run, output)
	}
	return nil
}

// Red runs the tests of a patch with it and returns, for each run, the name of the
// first test that fails. The error wraps [ErrPassed] if none does; any other tells that
// there was no telling, such as a patch that does not compile.
func (s *Suite) Red(ctx context.Context, p *Patch) (tests []string, err error) {
	patched, err := p.Apply(os.DirFS(s.module))
	if err != nil {
		return nil, err
	}
	for _, t := range p.Tests {
		test, err := s.fail(ctx, t, patched)
		if err != nil {
			return nil, fmt.Errorf("patch %q: %w", p.Name, err)
		}
		tests = append(tests, test)
	}
	return tests, nil
}

func (s *Suite) fail(ctx context.Context, t Test, patched map[string][]byte) (test string, err error) {
	binary, err := s.build(ctx, t, patched)
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(filepath.Dir(binary))
	output, failed, err := s.run(ctx, t, binary)
	if err != nil {
		return "", err
	}
	if !failed {
		return "", fmt.Errorf("%w by -run %q of %s", ErrPassed, t.Run, t.Package)
	}
	return firstFailure(output), nil
}

// build makes the binary of the tests of a package, in a folder of its own.
func (s *Suite) build(ctx context.Context, t Test, patched map[string][]byte) (binary string, err error) {
	dir, err := os.MkdirTemp(s.scratch, "")
	if err != nil {
		return "", err
	}
	overlay, err := s.overlay(dir, patched)
	if err != nil {
		return "", err
	}
	binary = filepath.Join(dir, "tests")
	// Without symbols a binary links in half the time.
	build := exec.CommandContext(ctx, "go", "test", "-c", "-vet", "off", "-overlay", overlay, "-tags", t.Tags, "-ldflags", "-s -w", "-o", binary, t.Package)
	build.Dir = s.module
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build of %s: %w\n%s", t.Package, err, text)
	}
	return binary, nil
}

// run runs tests. failed tells that they did not pass; an error, that they could not
// be run.
func (s *Suite) run(ctx context.Context, t Test, binary string) (output string, failed bool, err error) {
	run := exec.CommandContext(ctx, binary, "-test.run", t.Run, "-test.v", "-test.timeout", patience)
	run.Dir = filepath.Join(s.module, t.Package)
	var text bytes.Buffer
	run.Stdout, run.Stderr = &text, &text
	err = run.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); ended && ctx.Err() == nil {
		return text.String(), true, nil
	}
	return text.String(), false, err
}

// overlay writes patched files and the list of them that the go command reads.
func (s *Suite) overlay(dir string, patched map[string][]byte) (string, error) {
	root, err := filepath.Abs(s.module)
	if err != nil {
		return "", err
	}
	var list struct{ Replace map[string]string }
	list.Replace = map[string]string{}
	for file, text := range patched {
		place := filepath.Join(dir, fmt.Sprintf("%d.go", len(list.Replace)))
		if err := os.WriteFile(place, text, 0o600); err != nil {
			return "", err
		}
		list.Replace[filepath.Join(root, filepath.FromSlash(file))] = place
	}
	text, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, text, 0o600)
}

// firstFailure names the first test that a verbose output reports as failed, or what
// ended the process before one could be.
func firstFailure(output string) string {
	end := ""
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "--- FAIL: "); ok {
			name, _, _ = strings.Cut(name, " ")
			return name
		}
		if end == "" && (strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")) {
			end = line
		}
	}
	return end
}
