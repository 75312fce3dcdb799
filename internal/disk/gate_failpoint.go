//go:build failpoint

package disk

import (
	"errors"
	"sync"
	"sync/atomic"
)

// Gate is asked before each call and told after it. Its methods may do anything
// but call functions of this package: change the tree, wait, end the process. They
// are called by several goroutines at once.
type Gate interface {
	// Before may refuse a call, which is then not made: it returns an
	// *fs.PathError or *os.LinkError around the error. A close happens all the
	// same, as in the kernel. A *Short lets part of a read or write through.
	Before(Call) error

	// After is told what was made of a call, unless Before refused it.
	After(Call, error)
}

// guard is an installed gate with its counts.
type guard struct {
	gate Gate

	mu   sync.Mutex
	all  int
	seen map[Op]int // of all
}

var (
	installed   atomic.Pointer[guard]
	environment = sync.OnceFunc(installScript)
)

// SetGate puts g before all calls of the process, in place of the gate there is;
// nil is none. The function that it returns puts the earlier one back. Counts
// begin anew with each gate. Calls that have begun end with the gate they began
// with. Tests that set gates cannot run in parallel.
func SetGate(g Gate) (restore func()) {
	environment()
	var next *guard
	if g != nil {
		next = &guard{gate: g, seen: map[Op]int{}}
	}
	earlier := installed.Swap(next)
	return func() { installed.Store(earlier) }
}

// ask lets the gate see c, and gives its verdict. The guard is nil if there is
// none to be told.
func ask(c *Call) (*guard, error) {
	environment()
	g := installed.Load()
	if g == nil {
		return nil, nil
	}
	c.locate()
	g.mu.Lock()
	g.seen[c.Op]++
	g.all++
	c.Nth, c.Seq = g.seen[c.Op], g.all
	g.mu.Unlock()
	return g, g.gate.Before(*c)
}

func (g *guard) tell(c Call, err error) {
	if g != nil {
		g.gate.After(c, err)
	}
}

// pass makes a call if the gate lets it.
func pass(c Call, do func() error) error {
	g, err := ask(&c)
	if err != nil {
		return c.refusal(err)
	}
	err = do()
	g.tell(c, err)
	return err
}

// give is pass for a call with a result.
func give[T any](c Call, do func() (T, error)) (result T, err error) {
	err = pass(c, func() error {
		result, err = do()
		return err
	})
	return result, err
}

// move is pass for a call that moves p from or to a file, or a part of it.
func move(c Call, p []byte, do func(p []byte) (int, error)) (n int, err error) {
	if c.Op == OpWrite {
		c.Data = p
	}
	c.N = len(p)
	g, refused := ask(&c)
	short := (*Short)(nil)
	switch {
	case errors.As(refused, &short):
		n, err = do(p[:min(max(short.N, 0), len(p))])
		if err == nil {
			err = c.refusal(short.Err)
		}
	case refused != nil:
		return 0, c.refusal(refused)
	default:
		n, err = do(p)
	}
	if c.Op == OpRead {
		c.Data = p[:n]
	}
	c.N = n
	g.tell(c, err)
	return n, err
}
