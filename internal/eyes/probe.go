package eyes

import (
	"fmt"
	"net/http"

	"github.com/osssync/osssync/internal/watch"
)

// health tells whether the process is worth keeping.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	if name := s.board.Silent(); name != "" {
		answer(w, http.StatusServiceUnavailable, fmt.Sprintf("mapping %q gives no sign of life", name))
		return
	}
	answer(w, http.StatusOK, "ok")
}

// ready tells whether what was asked for is being done.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	status := s.board.Status()
	if reason := unready(&status); reason != "" {
		answer(w, http.StatusServiceUnavailable, reason)
		return
	}
	answer(w, http.StatusOK, "ready")
}

func unready(s *watch.Status) string {
	if len(s.Mappings) == 0 {
		return "no mapping is kept yet"
	}
	for i := range s.Mappings {
		switch m := &s.Mappings[i]; {
		case m.State == watch.Stopped:
			return fmt.Sprintf("mapping %q is halted", m.Name)
		case m.LastPass.IsZero():
			return fmt.Sprintf("mapping %q has not come to the end of a pass over everything", m.Name)
		}
	}
	return ""
}

// answer is one line of text.
func answer(w http.ResponseWriter, code int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	fmt.Fprintln(w, line)
}
