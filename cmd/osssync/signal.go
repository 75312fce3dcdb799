package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// patience is how long an interrupted command may take to end by itself. Two
// seconds are promised.
const patience = 1500 * time.Millisecond

// interrupt is the cause of a context that a signal has ended.
type interrupt struct{ signal os.Signal }

func (i *interrupt) Error() string { return fmt.Sprintf("interrupted (%v)", i.signal) }

// Is makes an interrupt look like what it does to a context.
func (i *interrupt) Is(target error) bool { return target == context.Canceled }

// code is that of shells: 128 and the number of the signal.
func (i *interrupt) code() int {
	if i.signal == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

// interruptible returns a context that ends with the first SIGINT or SIGTERM. A
// second one ends the process at once, and so does patience running out. stop
// gives the signals back. A reader of stdout that leaves is no reason to die.
func interruptible(parent context.Context) (ctx context.Context, stop func()) {
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		var first os.Signal
		select {
		case first = <-signals:
		case <-ctx.Done():
			return
		}
		cause := &interrupt{first}
		cancel(cause)
		select {
		case <-signals:
		case <-time.After(patience):
		}
		os.Exit(cause.code())
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// tellInterrupt tells people that ctx was ended by a signal, when that happens and
// before the returned function returns.
func (e *env) tellInterrupt(ctx context.Context) (stop func()) {
	told := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(told)
		if _, ok := errors.AsType[*interrupt](context.Cause(ctx)); !ok || e.json {
			return
		}
		if e.asking.Load() {
			fmt.Fprintln(e.stderr)
		}
		left := "nothing was changed"
		if e.begun.Load() {
			left = "what was sent is kept, run again to go on"
		}
		fmt.Fprintln(e.stderr, "osssync: interrupted; "+left)
	})
	return func() {
		if !cancel() {
			<-told
		}
	}
}
