package main

import (
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// host is what a command sees of the process it runs in.
type host struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
}

// output is a stream whose first error is kept and ends it: what a command does
// must not depend on who still reads what it says. A reader that has left, as head
// does, is no error at all.
type output struct {
	*os.File
	mu     sync.Mutex
	ended  bool
	failed error
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return len(b), nil
	}
	if _, err := o.File.Write(b); err != nil {
		o.ended = true
		if !readerLeft(err) {
			o.failed = err
		}
	}
	return len(b), nil
}

// failure returns the error that has ended a stream, if it is an output.
func failure(stream any) error {
	o, ok := stream.(*output)
	if !ok {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

// file returns the open file behind a stream, or nil.
func file(stream any) *os.File {
	switch s := stream.(type) {
	case *os.File:
		return s
	case *output:
		return s.File
	}
	return nil
}

func isTerminal(stream any) bool {
	f := file(stream)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// width returns the columns of a terminal, 0 if the stream is none.
func width(stream any) int {
	f := file(stream)
	if f == nil {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}
