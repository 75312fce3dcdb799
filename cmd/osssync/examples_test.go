package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestExamples takes every example through plan, apply and plan again, on a copy.
func TestExamples(t *testing.T) {
	specs, err := filepath.Glob("../../examples/*/osssync.yaml")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, spec := range specs {
		t.Run(filepath.Base(filepath.Dir(spec)), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(filepath.Join(dir, "example"), os.DirFS(filepath.Dir(spec))); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(dir, "example", ".osssync")); err != nil { // left by make demo
				t.Fatal(err)
			}
			flags := []string{"-f", filepath.Join(dir, "example", "osssync.yaml"), "--state-dir", filepath.Join(dir, "state")}
			for _, step := range []struct {
				args []string
				want int
			}{
				{[]string{"plan", "--detailed-exitcode"}, exitChanges},
				{[]string{"apply", "--auto-approve"}, exitDone},
				{[]string{"plan", "--detailed-exitcode"}, exitDone},
			} {
				got, stdout, stderr := call(t, append(step.args, flags...)...)
				if got != step.want {
					t.Errorf("%v: exit %d, want %d\n%s%s", step.args, got, step.want, stdout, stderr)
				}
			}
		})
	}
}
