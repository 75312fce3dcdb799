package eyes

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/osssync/osssync/internal/watch"
)

// viewer is the answer to a page that follows, in a bubble.
type viewer struct {
	mu     sync.Mutex
	header http.Header
	code   int
	events []string
	stuck  bool // takes nothing more
	end    context.CancelFunc
	ended  chan struct{}
}

func (v *viewer) Header() http.Header                 { return v.header }
func (v *viewer) WriteHeader(code int)                { v.code = code }
func (v *viewer) FlushError() error                   { return nil }
func (v *viewer) SetWriteDeadline(at time.Time) error { return nil }

func (v *viewer) Write(b []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stuck {
		return 0, io.ErrShortWrite // as after the deadline
	}
	v.events = append(v.events, string(b))
	return len(b), nil
}

// drain returns the events since the last time.
func (v *viewer) drain() []string {
	synctest.Wait()
	v.mu.Lock()
	defer v.mu.Unlock()
	events := v.events
	v.events = nil
	return events
}

func follow(t *testing.T, s *Server) *viewer {
	v := &viewer{header: http.Header{}, ended: make(chan struct{})}
	ctx, end := context.WithCancel(t.Context())
	v.end = end
	go func() {
		defer close(v.ended)
		s.Handler().ServeHTTP(v, httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil))
	}()
	return v
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := boardOf(mappingOf("site", watch.InSync))
		v := follow(t, newServer(t, board, Options{}))
		wants := func(when string, n int, text string) {
			t.Helper()
			events := v.drain()
			if len(events) != n || n > 0 && !strings.Contains(events[n-1], text) {
				t.Errorf("%s: %d events, want %d with %q: %q", when, len(events), n, text, events)
			}
		}
		wants("at once", 1, "in sync")
		time.Sleep(pause)
		wants("for a speed", 1, "in sync")
		time.Sleep(pause)
		wants("nothing changes", 0, "")
		board.become(func(s *watch.Status) { s.Mappings[0].State = watch.Settling })
		wants("changed", 1, "settling")
		board.become(func(s *watch.Status) { s.Mappings[0].State = watch.Working })
		board.become(func(s *watch.Status) { s.Mappings[0].Done.Bytes++ })
		wants("too soon", 0, "")
		time.Sleep(pause)
		wants("after the pause", 1, "working")
		time.Sleep(5 * pause)
		wants("while it works", 5, "working")
		board.become(func(s *watch.Status) { s.Mappings[0].State = watch.InSync })
		time.Sleep(2 * pause)
		v.drain()
		time.Sleep(4 * beat)
		wants("a sign of life", 4, "in sync")
		v.end()
		<-v.ended
		wants("at the end", 1, "event: end")
		if readers, _ := board.looking(); readers != 0 {
			t.Errorf("%d readers stay", readers)
		}
	})
}

// TestEvents_SlowIsLetGo has a client that takes no more.
func TestEvents_SlowIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := follow(t, newServer(t, boardOf(mappingOf("site", watch.Working)), Options{}))
		v.drain()
		v.mu.Lock()
		v.stuck = true
		v.mu.Unlock()
		time.Sleep(pause)
		<-v.ended
	})
}

// TestEvents_Bounded has as many pages look as may: they cost no more renderings than
// two a second, share one snapshot, and one more is refused.
func TestEvents_Bounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		working := mappingOf("site", watch.Working)
		for range 50 {
			working.Changes = append(working.Changes, watch.Change{Action: "upload", Path: strings.Repeat("é", 500), Outcome: "done", Error: strings.Repeat("e", 10_000)})
			working.InFlight = append(working.InFlight, watch.Transfer{Path: strings.Repeat("x", 1000), Total: 5})
		}
		board := boardOf(working)
		s := newServer(t, board, Options{})
		var all []*viewer
		for range maxViewers {
			v := follow(t, s)
			all = append(all, v)
			v.drain()
			time.Sleep(17 * time.Millisecond)
		}
		more := follow(t, s)
		<-more.ended
		if more.code != http.StatusServiceUnavailable || more.header.Get("Retry-After") == "" {
			t.Errorf("one more: %d %v", more.code, more.header)
		}
		_, before := board.looking()
		const seconds = 60
		time.Sleep(seconds * time.Second)
		synctest.Wait()
		if _, after := board.looking(); after-before > 2*seconds+2 {
			t.Errorf("%d renderings in %d s", after-before, seconds)
		}
		if size := len(s.latest.newest.event); size > 40<<10 {
			t.Errorf("a snapshot of %d bytes for one mapping", size)
		}
		for _, v := range all {
			if n := len(v.drain()); n < seconds {
				t.Errorf("%d events in %d s", n, seconds)
			}
			v.end()
			<-v.ended
		}
		_, before = board.looking()
		time.Sleep(time.Hour)
		if readers, after := board.looking(); readers != 0 || after != before {
			t.Errorf("with nobody looking: %d readers, asked %d times", readers, after-before)
		}
		again := follow(t, s)
		if len(again.drain()) != 1 {
			t.Error("nobody is let in after the others went")
		}
		again.end()
		<-again.ended
	})
}

// TestEvents_Memory measures what the pages take that may look, over the network.
func TestEvents_Memory(t *testing.T) {
	board := boardOf(sceneWorking()...)
	web := serve(t, newServer(t, board, Options{}))
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := used()
	for range maxViewers {
		r, err := http.Get(web.URL + "/events")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if line, err := bufio.NewReader(r.Body).ReadString('\n'); line != "event: snapshot\n" || err != nil {
			t.Fatalf("%q, %v", line, err)
		}
	}
	grown := int64(used()) - int64(before)
	t.Logf("%d KiB", grown>>10)
	if grown > 4<<20 {
		t.Errorf("%d pages take %d KiB", maxViewers, grown>>10)
	}
}

// TestServe_End ends the server under an open page: the page is told, and nothing stays.
func TestServe_End(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- newServer(t, boardOf(), Options{}).Serve(ctx, listener) }()
	r, err := http.Get("http://" + listener.Addr().String() + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	lines := bufio.NewScanner(r.Body)
	if !lines.Scan() || lines.Text() != "event: snapshot" {
		t.Fatalf("%q", lines.Text())
	}
	end()
	told := false
	for lines.Scan() {
		told = told || lines.Text() == "event: end"
	}
	if err := <-ended; err != nil || !told {
		t.Errorf("%v, told: %t", err, told)
	}
}
