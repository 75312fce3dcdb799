package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// TestTerminalScripts runs the program with all its streams on a terminal.
func TestTerminalScripts(t *testing.T) {
	p := scripts("testdata/terminal")
	p.Cmds["terminal"] = terminal
	testscript.Run(t, p)
}

// openTerminal returns both ends of a new pseudo-terminal of 80 columns.
func openTerminal() (controller, terminal *os.File, err error) {
	controller, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(controller.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err == nil {
		terminal, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, nil, errors.Join(err, controller.Close())
	}
	return controller, terminal, nil
}

// terminal runs osssync on a terminal, answers its question and compares its
// exit code: terminal ANSWER CODE [ARG]... What it has drawn becomes stdout. The
// answer SIGINT is a signal.
func terminal(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	controller, tty, err := openTerminal()
	ts.Check(err)
	defer controller.Close()
	cmd := exec.Command("osssync", args[2:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), scriptEnv(ts)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	ts.Check(cmd.Start())
	tty.Close()
	var drawn bytes.Buffer
	buf := make([]byte, 4096)
	for answered := false; ; {
		n, err := controller.Read(buf)
		drawn.Write(buf[:n])
		if err != nil {
			break // EIO: the other end is closed
		}
		if !answered && strings.HasSuffix(drawn.String(), "goes on: ") {
			answered = true
			ts.Check(answer(controller, cmd.Process, args[0]))
		}
	}
	cmd.Wait()
	fmt.Fprint(ts.Stdout(), strings.ReplaceAll(drawn.String(), "\r\n", "\n"))
	if code := cmd.ProcessState.ExitCode(); code != want {
		ts.Fatalf("exit code %d, want %d:\n%s", code, want, drawn.String())
	}
}

func answer(controller io.Writer, asks *os.Process, text string) error {
	if text == "SIGINT" {
		return asks.Signal(os.Interrupt)
	}
	_, err := fmt.Fprintln(controller, text)
	return err
}
