package eyes

import (
	"maps"
	"slices"
	"sync"

	"github.com/osssync/osssync/internal/ossclient"
)

// Traffic counts what the clients of stores do. The zero value is ready, and safe for
// concurrent use.
type Traffic struct {
	mu     sync.Mutex
	stores map[string]*ossclient.Counters
}

// Store returns the counters of a store, the same each time: the counts go on when a
// store is opened again.
func (t *Traffic) Store(name string) *ossclient.Counters {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stores == nil {
		t.stores = map[string]*ossclient.Counters{}
	}
	if t.stores[name] == nil {
		t.stores[name] = &ossclient.Counters{}
	}
	return t.stores[name]
}

// stats calls see with the counts of each store, sorted by name.
func (t *Traffic) stats(see func(store string, s ossclient.Stats)) {
	t.mu.Lock()
	stores := maps.Clone(t.stores)
	t.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(stores)) {
		see(name, stores[name].Stats())
	}
}

// bytes returns what all stores have sent and received together, if there are any.
func (t *Traffic) bytes() (sent, received int64, known bool) {
	t.stats(func(_ string, s ossclient.Stats) {
		sent += s.Sent
		received += s.Received
		known = true
	})
	return sent, received, known
}
