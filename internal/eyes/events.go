package eyes

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	maxViewers = 16               // pages that are kept up to date
	beat       = 15 * time.Second // longest time between two events
	pause      = time.Second      // shortest
	shared     = pause / 2        // a snapshot of this age will do while the next is a pause away
	costShare  = 20               // rendering takes at most this part of the time
)

// snapshot is the changing part of the page at one moment, as an event.
type snapshot struct {
	began time.Time     // what happened before is in it
	took  time.Duration // to make it
	busy  bool          // it changes by the second
	event []byte
}

// snapshots is the newest one: all who look share it. The zero value is ready.
type snapshots struct {
	mu     sync.Mutex
	newest snapshot
}

// since returns a snapshot that began at or after a time.
func (s *Server) since(t time.Time) (snapshot, error) {
	s.latest.mu.Lock()
	defer s.latest.mu.Unlock()
	if n := s.latest.newest; n.event != nil && !n.began.Before(t) {
		return n, nil
	}
	n := snapshot{began: s.opts.Now()}
	v := s.see()
	body, err := s.page.part(v)
	if err != nil {
		return snapshot{}, err
	}
	for i := range v.Cards {
		n.busy = n.busy || v.Cards[i].Busy
	}
	n.event = append([]byte("event: snapshot\ndata: "), bytes.ReplaceAll(bytes.TrimSpace(body), []byte("\n"), []byte("\ndata: "))...)
	n.event = append(n.event, "\n\n"...)
	n.took = s.opts.Now().Sub(n.began)
	s.latest.newest = n
	return n, nil
}

// follow sends snapshots as things change until the client goes, is too slow, or the
// server ends. Each is whole, so a client that was away has missed nothing.
func (s *Server) follow(w http.ResponseWriter, r *http.Request) {
	if fromElsewhere(r) {
		answer(w, http.StatusForbidden, "events are for the page of this server")
		return
	}
	defer s.viewers.Add(-1)
	if s.viewers.Add(1) > maxViewers {
		w.Header().Set("Retry-After", "30")
		answer(w, http.StatusServiceUnavailable, "too many pages look already")
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy is to pass each event on at once
	if r.Method == http.MethodHead {
		return
	}
	changed, stop := s.board.Changes()
	defer stop()
	stream := stream{w, http.NewResponseController(w)}
	_ = stream.control.SetReadDeadline(time.Time{}) // that of the request, at which the client would count as gone
	asked := s.opts.Now()
	for first := true; ; first = false {
		n, err := s.since(asked)
		if err != nil || !stream.send(n.event) {
			return
		}
		n.busy = n.busy || first // the page has a speed with the second
		if !await(r.Context(), changed, n) {
			stream.send([]byte("event: end\ndata:\n\n"))
			return
		}
		asked = s.opts.Now()
		if n.busy {
			asked = asked.Add(-shared)
		}
	}
}

// await returns when there is something to send after n, or false when ctx ends.
func await(ctx context.Context, changed <-chan struct{}, n snapshot) bool {
	timer := time.NewTimer(max(pause, costShare*n.took))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	}
	if n.busy {
		return true
	}
	timer.Reset(beat - pause)
	select {
	case <-ctx.Done():
		return false
	case <-changed:
	case <-timer.C:
	}
	return true
}

// stream is an answer that is sent piece by piece.
type stream struct {
	http.ResponseWriter
	control *http.ResponseController
}

// send sends one event. It is false if the client is gone, or took too long.
func (s stream) send(event []byte) bool {
	if s.control.SetWriteDeadline(time.Now().Add(writePatience)) != nil {
		return false
	}
	_, err := s.Write(event)
	return err == nil && s.control.Flush() == nil
}
