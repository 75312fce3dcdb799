//go:build unix && !linux

package crash

import (
	"context"
	"errors"
)

// CanTrace reports why strace cannot be used, if it cannot.
func CanTrace(context.Context) error { return errors.New("strace is of Linux") }

// TracePoints are none.
func (v *Victim) TracePoints(context.Context, string) ([]Point, error) { return nil, nil }
