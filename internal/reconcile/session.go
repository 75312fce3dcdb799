package reconcile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/osssync/osssync/spec"
)

// Options are the settings of a session. StateDir is required.
type Options struct {
	StateDir string              // absolute; made with mode 0700 when something is written
	Tool     string              // name and version for plan files and the user agent
	Deep     bool                // read objects that have no checksum
	Getenv   func(string) string // default os.Getenv
	Now      func() time.Time    // this machine's clock; default time.Now
	Scan     *Scan               // counts of planning; nil: nobody looks

	MaxPlanAge   time.Duration // of a saved plan, by the service's clock; 0: however old
	AllowedRoots []string      // absolute; trees and embedded stores have to be in one of these folders; empty: anywhere

	// OpenStore opens the stores; default the function of this name. Another one
	// stands for a service that is not reached over the network.
	OpenStore func(spec.Store, StoreOptions) (*Store, error)
}

func (o Options) withDefaults() Options {
	if o.Tool == "" {
		o.Tool = "osssync"
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Scan == nil {
		o.Scan = &Scan{}
	}
	if o.OpenStore == nil {
		o.OpenStore = OpenStore
	}
	return o
}

// Session is a spec with its stores open. It is safe for concurrent use by
// different mappings.
type Session struct {
	spec   *spec.Spec
	opts   Options
	stores map[string]*Store

	// Seams of the tests; nil: those of the system.
	secondLock func(name string) locker
	fileSystem func(path string) string                   // identity of the file system that holds path
	free       func(dir string) (bytes int64, known bool) // room on the disk of dir
}

// ErrUnknownMapping says that a mapping asked for is not in the spec.
var ErrUnknownMapping = errors.New("no such mapping")

// Open opens the stores of the named mappings, or of all if names is empty.
// Buckets of embedded stores are made; nothing is sent to other services.
func Open(ctx context.Context, s *spec.Spec, names []string, opts Options) (*Session, error) {
	session := &Session{spec: s, opts: opts.withDefaults(), stores: map[string]*Store{}}
	if len(names) == 0 {
		for _, m := range s.Mappings {
			names = append(names, m.Name)
		}
	}
	for _, name := range names {
		m, ok := s.Mapping(name)
		if !ok {
			return nil, errors.Join(fmt.Errorf("%w: %q is not in %s", ErrUnknownMapping, name, s.Path), session.Close())
		}
		if err := session.checkAllowed(m); err != nil {
			return nil, errors.Join(err, session.Close())
		}
		if err := session.checkPlaces(m); err != nil {
			return nil, errors.Join(err, session.Close())
		}
		if err := session.open(m); err != nil {
			return nil, errors.Join(fmt.Errorf("mapping %q: %w", m.Name, err), session.Close())
		}
	}
	return session, nil
}

// open opens the store of m, unless it is open, and makes its bucket if the store
// is embedded.
func (s *Session) open(m *spec.Mapping) error {
	st := s.stores[m.Store]
	if st == nil {
		wish, _ := s.spec.Store(m.Store)
		var err error
		options := StoreOptions{
			Getenv: s.opts.Getenv, Now: s.opts.Now, Tool: s.opts.Tool,
			Connections: connections(s.spec, m.Store), Bandwidth: bandwidth(s.spec, m.Store),
		}
		if st, err = s.opts.OpenStore(wish, options); err != nil {
			return err
		}
		s.stores[m.Store] = st
	}
	return st.ensureBucket(m.Bucket)
}

// connections returns how many connections the busiest mapping of a store uses.
func connections(s *spec.Spec, store string) int {
	n := 0
	for _, m := range s.Mappings {
		if m.Store == store {
			t := transfer(s, &m)
			n = max(n, t.Files*t.Parts)
		}
	}
	return n
}

// bandwidth returns the lowest limit that a mapping of the store states: the
// connections are shared, so the strictest wish holds for all.
func bandwidth(s *spec.Spec, store string) int64 {
	var limit int64
	for _, m := range s.Mappings {
		if b := m.Transfer.Bandwidth; m.Store == store && b > 0 && (limit == 0 || b < limit) {
			limit = b
		}
	}
	return limit
}

// Close closes the stores. Plans must be closed before.
func (s *Session) Close() error {
	var errs []error
	for _, st := range s.stores {
		errs = append(errs, st.Close())
	}
	return errors.Join(errs...)
}

// stateOf returns the state folder of a mapping. It is bound to everything that
// makes the mapping what it is, so that moving a spec to another bucket or tree
// starts without memory. Symbolic links are followed, so that one lock holds by
// whatever way the spec is named, but for one that is the root itself, and one that
// [StablePath] leaves: a link that each release sets anew is one tree, and one spec.
func (s *Session) stateOf(m *spec.Mapping) string {
	root := filepath.Join(resolved(filepath.Dir(m.Root)), filepath.Base(m.Root))
	return filepath.Join(s.opts.StateDir, m.Name+"-"+identity(StablePath(s.spec.Path), m.Name, m.Direction.String(), m.Bucket, m.Prefix, root, s.stores[m.Store].Service))
}
