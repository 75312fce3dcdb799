package index_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/osssync/osssync/internal/index"
)

func TestBusyForASecondHandle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	create(t, path)
	synctest.Test(t, func(t *testing.T) { // whose clock lets the wait for the lock pass at once
		for _, readOnly := range []bool{false, true} {
			if _, err := index.Open(path, readOnly); !errors.Is(err, index.ErrBusy) {
				t.Errorf("read-only %v: %v", readOnly, err)
			}
		}
	})
}

func TestReadersShare(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	x := create(t, path)
	write(t, x, "a")
	x.Close()
	for range 2 {
		r, err := index.Open(path, true)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		wantPaths(t, r, "a")
	}
}

func TestBusyForASecondProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	create(t, path).Close()
	holder := exec.Command(os.Args[0])
	holder.Env = append(os.Environ(), holderEnv+"="+path)
	stdin, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	synctest.Test(t, func(t *testing.T) {
		if _, err := index.Open(path, false); !errors.Is(err, index.ErrBusy) {
			t.Errorf("while the other process has it: %v", err)
		}
	})
	stdin.Close()
	if err := holder.Wait(); err != nil {
		t.Fatal(err)
	}
	create(t, path)
}
