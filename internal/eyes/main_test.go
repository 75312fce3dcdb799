package eyes

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/osssync/osssync/internal/watch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeBoard shows what it is told to.
type fakeBoard struct {
	mu      sync.Mutex
	status  watch.Status
	silent  string
	readers map[chan struct{}]bool
	asked   int // for the status
}

func boardOf(mappings ...watch.MappingStatus) *fakeBoard {
	return &fakeBoard{
		readers: map[chan struct{}]bool{},
		status: watch.Status{
			Format: watch.Format, Spec: "/etc/osssync/osssync.yaml", PID: 4711, Host: "worker-1",
			Started: time.Now().Add(-26 * time.Hour), Reloaded: time.Now().Add(-26 * time.Hour), Mappings: mappings,
		},
	}
}

func (b *fakeBoard) Status() watch.Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	return b.status
}

func (b *fakeBoard) Silent() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.silent
}

func (b *fakeBoard) Changes() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.readers[c] = true
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.readers, c)
	}
}

// become changes what is shown, and tells so.
func (b *fakeBoard) become(change func(s *watch.Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.status)
	for c := range b.readers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// looking is how many ask to be told of changes, and how often the status was asked for.
func (b *fakeBoard) looking() (readers, asked int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.readers), b.asked
}

func newServer(t *testing.T, b Board, opts Options) *Server {
	t.Helper()
	s, err := New(b, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve answers at a loopback address until the test ends.
func serve(t *testing.T, s *Server) *httptest.Server {
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
	})
	return web
}

// mappingOf is a mapping that pushes.
func mappingOf(name string, state watch.State) watch.MappingStatus {
	now := time.Now()
	return watch.MappingStatus{
		Name: name, Direction: "push", Local: "/srv/" + name, Remote: "oss://acme/" + name + "/", State: state, Since: now.Add(-3 * time.Minute),
		LastPass: now.Add(-3 * time.Minute), LastConverged: now.Add(-3 * time.Minute), NextPass: now.Add(7*time.Minute + 12*time.Second), Watching: true,
		Counts: watch.Counts{Uploaded: 1204, Deleted: 12, Headers: 3, Bytes: 5 << 30, Passes: 160, Batches: 311, Events: 9120},
	}
}
