package watch

import (
	"context"

	"github.com/osssync/osssync/spec"
)

// Kind is what an event tells.
type Kind uint8

// The kinds.
const (
	Touched  Kind = iota + 1 // something changed at Path, or below it if Folder is set
	Lost                     // events were lost: anything may have changed
	Blind                    // some folder cannot be watched, for Err; it stays so
	Uprooted                 // the root is gone, or another folder stands in its place
)

// Event is a hint that something changed in a tree. Hints may come late, twice or
// not at all.
type Event struct {
	Kind   Kind
	Path   string // below the root, with slashes
	Folder bool
	Err    error
}

// Source tells what changes in the tree of a mapping.
type Source interface {
	// Events is closed by Close alone.
	Events() <-chan Event
	// Stands reports whether the folder at the root is the one that is watched.
	Stands() bool
	Close() error
}

// OpenSource begins to watch the tree of a mapping. What changes after it has
// returned is told, or told to be lost.
type OpenSource func(ctx context.Context, m *spec.Mapping) (Source, error)
