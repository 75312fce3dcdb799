package chaos

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/osssync/osssync/internal/ossserver"
)

// point is the moment of an exchange at which a fault strikes.
type point string

const (
	beforeCommit point = "before"  // the server has not seen the request
	whileSending point = "sending" // so many bytes of the request's body were taken
	afterCommit  point = "after"   // the server has done what was asked, and nothing was answered
	inHead       point = "header"  // in the head of the answer
	inBody       point = "body"    // at an offset of the answer's body
)

// fault is one thing that goes wrong in a run. It is data: its text, such as
// "PutObject#2/after/close" or "GetObject#1+/body:700/flip", says all of it.
type fault struct {
	op     ossserver.Operation // "" stands for any but dialing, written "*"
	nth    int                 // which of the run's requests for op, from 1 on
	ever   bool                // and all after it, written "+"
	at     point
	offset int // with sending and body; taken modulo the length
	do     string
}

func (f fault) String() string {
	op, ever, at := string(f.op), "", string(f.at)
	if op == "" {
		op = "*"
	}
	if f.ever {
		ever = "+"
	}
	if f.at == whileSending || f.at == inBody {
		at += ":" + strconv.Itoa(f.offset)
	}
	return fmt.Sprintf("%s#%d%s/%s/%s", op, f.nth, ever, at, f.do)
}

// parseFault reads what String wrote. Faults that the catalogue does not have are
// refused.
func parseFault(text string) (f fault, err error) {
	fields := strings.Split(text, "/")
	if len(fields) != 3 {
		return f, fmt.Errorf("fault %q: not of the form operation#n/point/kind", text)
	}
	op, nth, _ := strings.Cut(fields[0], "#")
	if op != "*" {
		f.op = ossserver.Operation(op)
	}
	nth, f.ever = strings.CutSuffix(nth, "+")
	if f.nth, err = strconv.Atoi(nth); err != nil || f.nth < 1 {
		return f, fmt.Errorf("fault %q: number %q", text, nth)
	}
	at, offset, hasOffset := strings.Cut(fields[1], ":")
	f.at, f.do = point(at), fields[2]
	if hasOffset {
		if f.offset, err = strconv.Atoi(offset); err != nil || f.offset < 0 {
			return f, fmt.Errorf("fault %q: offset %q", text, offset)
		}
	}
	if hasOffset != (f.at == whileSending || f.at == inBody) {
		return f, fmt.Errorf("fault %q: point %q", text, fields[1])
	}
	k, ok := kindOf(f.do)
	if !ok || !k.fits(f.op, f.at) {
		return f, fmt.Errorf("fault %q: not in the catalogue", text)
	}
	return f, nil
}

// kind is an entry of the catalogue: a way in which an exchange goes wrong.
type kind struct {
	name   string
	at     []point
	on     func(ossserver.Operation) bool // nil: all but dialing
	strike func(x *exchange, f fault)

	// A lie is an answer that the service itself might have given, with nothing in
	// it to tell that it is untrue. After one, a run may believe that it is done.
	lie bool
}

func kindOf(name string) (kind, bool) {
	i := slices.IndexFunc(catalogue, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return catalogue[i], true
}

// fits reports whether the kind can strike requests of op at a point. "" is any
// operation.
func (k kind) fits(op ossserver.Operation, at point) bool {
	if !slices.Contains(k.at, at) {
		return false
	}
	switch {
	case op == "":
		return k.on == nil && at != whileSending
	case !slices.Contains(operations, op),
		at == whileSending && !sends(op), at == inBody && !answers(op), at == afterCommit && !commits(op):
		return false
	case k.on == nil:
		return op != dialing
	}
	return k.on(op)
}

// faultsOn returns every fault of the catalogue that can strike the n-th request
// for op, at one offset each.
func faultsOn(op ossserver.Operation, n int) []fault {
	var all []fault
	for _, k := range catalogue {
		for _, at := range k.at {
			if k.fits(op, at) {
				f := fault{op: op, nth: n, at: at, do: k.name}
				if at == whileSending || at == inBody {
					f.offset = 97
				}
				all = append(all, f)
			}
		}
	}
	return all
}
