//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/internal/manual"
)

// model returns the command line as the program has it.
func model(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := newParser(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

// TestCommandsPage: docs/commands.md is what the program tells. It is written by
// `go test ./cmd/osssync -run TestCommandsPage -update`.
func TestCommandsPage(t *testing.T) {
	const file = "../../docs/commands.md"
	want := manual.Markdown(model(t))
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is out of date: go test ./cmd/osssync -run TestCommandsPage -update\n%s", file, diff)
	}
}

// TestManualIsWhole: every command that is told has a page, with every flag and
// argument, and its exit codes.
func TestManualIsWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	if code, _, stderr := call(t, "man", dir); code != exitDone || stderr != "" {
		t.Fatalf("code %d, %s", code, stderr)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		}
		return strings.ReplaceAll(string(text), `\-`, "-")
	}
	app := model(t)
	program := read("osssync.1")
	commands := app.Leaves(true)
	for _, node := range commands {
		name := strings.ReplaceAll(node.FullPath(), " ", "-")
		if !strings.Contains(program, ".BR "+name+" (1)\n") {
			t.Errorf("osssync.1 lacks %s", name)
		}
		page := read(name + ".1")
		want := []string{".SH NAME\n" + name, ".SH EXIT STATUS\n0 "}
		for _, group := range node.AllFlags(true) {
			for _, flag := range group {
				want = append(want, "--"+flag.Name)
			}
		}
		for _, argument := range node.Positional {
			want = append(want, "<"+argument.Name+">")
		}
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s.1 lacks %q", name, text)
			}
		}
	}
	if pages, err := os.ReadDir(dir); err != nil || len(pages) != 1+len(commands) {
		t.Errorf("%d pages for %d commands, %v", len(pages), len(commands), err)
	}
}
