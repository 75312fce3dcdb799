package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestS12_StateDiskFull gives the state a disk of its own that is too small, of
// several sizes: the apply ends with the code of a full disk, what it has put into
// the bucket is right, and an apply with room finds it so.
func TestS12_StateDiskFull(t *testing.T) {
	const files = 400
	w := newWrongWorld(t)
	for i := range files {
		w.write(fmt.Sprintf("tree/a-rather-long-name-of-a-file-%04d", i), fmt.Sprint(i))
	}
	state := filepath.Join(w.dir, "state")
	w.check(os.Mkdir(state, 0o700))
	unrecorded := false
	for kib, code := 8, exitDisk; code != exitDone; kib += 48 {
		var stderr string
		code, stderr = applyOnDisk(w, kib)
		if code != exitDone && (code != exitDisk || !strings.Contains(stderr, "no space left on device")) {
			t.Fatalf("%d KiB: exit code %d, want %d: %s", kib, code, exitDisk, stderr)
		}
		_, stdout, _ := w.osssync("ls oss://my-bucket/x/ --region cn-hangzhou --endpoint $ENDPOINT")
		n := strings.Count(stdout, "x/a-rather-long")
		t.Logf("%d KiB: exit code %d, %d of %d objects", kib, code, n, files)
		unrecorded = unrecorded || n > 0 && code == exitDisk
		w.done("plan --deep")
	}
	if !unrecorded {
		t.Error("no disk was full when objects were to be recorded")
	}
	w.done("apply --auto-approve")
	w.done("plan --detailed-exitcode --deep")
}

// applyOnDisk runs an apply whose state folder is a disk of its own, empty and of
// some KiB. A user may mount one in a namespace of his own.
func applyOnDisk(w *wrongWorld, kib int) (code int, stderr string) {
	w.t.Helper()
	const unmounted = 99
	cmd := exec.Command("/bin/sh", "-c", fmt.Sprintf("mount -t tmpfs -o size=%dk,mode=700 none state || exit %d; exec osssync apply --auto-approve --state-dir state", kib, unmounted))
	cmd.Dir = w.dir
	for name, value := range w.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() == unmounted {
		w.t.Skipf("no namespaces: %v %s", err, errs.String())
	}
	return cmd.ProcessState.ExitCode(), errs.String()
}
