//go:build failpoint

package disk

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Variables of the environment that put a gate before the calls of a process.
const (
	scriptVariable = "OSSSYNC_FAILPOINT"
	listVariable   = "OSSSYNC_FAILPOINT_LIST"
)

// installScript puts the gate that the environment asks for, if it does.
func installScript() {
	gate, err := scriptOf(os.Getenv(scriptVariable), os.Getenv(listVariable))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if gate != nil {
		installed.Store(&guard{gate: gate, seen: map[Op]int{}})
	}
}

// script is the gate of a process that was started with one.
type script struct {
	points []point
	list   *os.File // nil: none is wished
}

// point is a place where something is made to happen.
type point struct {
	op    Op // "*": any
	nth   int
	on    bool // from the nth on
	what  string
	errno error // that what names, if it names one
}

const (
	killBefore = "kill-before"
	killAfter  = "kill-after"
	killHalf   = "kill-half"
	halfMoves  = "short"
)

var errnos = map[string]syscall.Errno{
	"EACCES": syscall.EACCES, "EBUSY": syscall.EBUSY, "EDQUOT": syscall.EDQUOT, "EEXIST": syscall.EEXIST, "EFBIG": syscall.EFBIG,
	"EINTR": syscall.EINTR, "EINVAL": syscall.EINVAL, "EIO": syscall.EIO, "EISDIR": syscall.EISDIR, "ELOOP": syscall.ELOOP,
	"EMFILE": syscall.EMFILE, "EMLINK": syscall.EMLINK, "ENAMETOOLONG": syscall.ENAMETOOLONG, "ENFILE": syscall.ENFILE,
	"ENOENT": syscall.ENOENT, "ENOMEM": syscall.ENOMEM, "ENOSPC": syscall.ENOSPC, "ENOSYS": syscall.ENOSYS, "ENOTDIR": syscall.ENOTDIR,
	"ENOTEMPTY": syscall.ENOTEMPTY, "ENOTSUP": syscall.ENOTSUP, "EPERM": syscall.EPERM, "EROFS": syscall.EROFS, "ESTALE": syscall.ESTALE,
	"EXDEV": syscall.EXDEV,
}

// scriptOf reads the two variables. Without either there is no gate.
func scriptOf(text, list string) (Gate, error) {
	if text == "" && list == "" {
		return nil, nil
	}
	s := &script{}
	for text != "" {
		var one string
		one, text, _ = strings.Cut(text, ",")
		p, err := pointOf(one)
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", scriptVariable, one, err)
		}
		s.points = append(s.points, p)
	}
	if list == "" {
		return s, nil
	}
	var err error
	if s.list, err = os.OpenFile(list, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return nil, fmt.Errorf("%s: %w", listVariable, err)
	}
	return s, nil
}

func pointOf(text string) (point, error) {
	fields := strings.Split(text, ":")
	if len(fields) != 3 || fields[0] == "" {
		return point{}, errors.New("not of the form OP:NTH:WHAT")
	}
	p := point{op: Op(fields[0]), what: fields[2]}
	count, on := strings.CutSuffix(fields[1], "+")
	nth, err := strconv.Atoi(count)
	if err != nil || nth < 1 {
		return point{}, fmt.Errorf("%q is no count from 1", fields[1])
	}
	p.nth, p.on = nth, on
	switch p.what {
	case killBefore, killAfter, killHalf, halfMoves:
		return p, nil
	}
	errno, known := errnos[p.what]
	if !known {
		return point{}, fmt.Errorf("nothing is named %q", p.what)
	}
	p.errno = errno
	return p, nil
}

// meets reports whether p is about c.
func (p *point) meets(c *Call) bool {
	n := c.Nth
	if p.op == "*" {
		n = c.Seq
	} else if p.op != c.Op {
		return false
	}
	return n == p.nth || p.on && n > p.nth
}

// Before implements Gate.
func (s *script) Before(c Call) error {
	if s.list != nil {
		line := fmt.Sprintf("%s\t%q", c.Op, c.Path)
		if c.To != "" {
			line += fmt.Sprintf("\t%q", c.To)
		}
		if _, err := s.list.WriteString(line + "\n"); err != nil {
			return err
		}
	}
	for _, p := range s.points {
		if err := p.before(&c); err != nil {
			return err
		}
	}
	return nil
}

func (p *point) before(c *Call) error {
	moves := c.Op == OpRead || c.Op == OpWrite
	switch {
	case !p.meets(c):
	case p.what == killBefore, p.what == killHalf && !moves:
		killSelf()
	case p.what == killHalf, p.what == halfMoves:
		return &Short{N: c.N / 2, Err: syscall.ENOSPC}
	case p.errno != nil:
		return p.errno
	}
	return nil
}

// After implements Gate.
func (s *script) After(c Call, _ error) {
	for _, p := range s.points {
		if p.meets(&c) && (p.what == killAfter || p.what == killHalf) {
			killSelf()
		}
	}
}

// killSelf ends the process as SIGKILL does: nothing deferred runs.
func killSelf() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {} // the signal may reach another thread first
}
