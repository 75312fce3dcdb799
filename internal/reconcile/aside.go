package reconcile

import (
	"context"
	"iter"
)

const (
	// batchLen is how many items are handed over at a time.
	batchLen = 256
	// batchesAhead is how many batches a sequence may be ahead.
	batchesAhead = 4
)

// batch is items of a sequence, and how it ended if it did.
type batch[T any] struct {
	items []T
	ended bool
	err   error
}

// aside returns the sequence of open as one that is read by a goroutine of its own,
// some batches ahead of whoever ranges over it. The goroutine has ended when the loop
// has; then the context that open was given has too.
func aside[T any](ctx context.Context, open func(context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		batches := make(chan batch[T], batchesAhead)
		go func() {
			defer close(batches)
			send(ctx, open(ctx), batches)
		}()
		defer func() {
			cancel()
			for range batches { // until it is closed
			}
		}()
		var none T
		for b := range batches {
			for _, item := range b.items {
				if !yield(item, nil) {
					return
				}
			}
			if b.ended {
				if b.err != nil {
					yield(none, b.err)
				}
				return
			}
		}
		yield(none, context.Cause(ctx)) // in the middle: that is no end
	}
}

// send sends seq to its end or that of ctx, whichever comes first.
func send[T any](ctx context.Context, seq iter.Seq2[T, error], batches chan<- batch[T]) {
	put := func(b batch[T]) bool {
		select {
		case batches <- b:
			return true
		case <-ctx.Done():
			return false
		}
	}
	var items []T
	for item, err := range seq {
		if err != nil {
			put(batch[T]{items: items, ended: true, err: err})
			return
		}
		if items = append(items, item); len(items) < batchLen {
			continue
		}
		if !put(batch[T]{items: items}) {
			return
		}
		items = make([]T, 0, batchLen)
	}
	put(batch[T]{items: items, ended: true})
}
