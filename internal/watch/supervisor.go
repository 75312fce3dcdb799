package watch

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// Supervisor tells systemd how the process is doing, in the protocol of sd_notify.
// Nil is one that nobody listens to. It is safe for concurrent use.
type Supervisor struct {
	conn     net.Conn
	interval time.Duration // of the signs of life that are wanted; 0: none
}

// NewSupervisor returns the supervisor that the environment names, nil if it names
// none.
func NewSupervisor(getenv func(string) string) (*Supervisor, error) {
	socket := getenv("NOTIFY_SOCKET")
	if socket == "" {
		return nil, nil
	}
	conn, err := net.Dial("unixgram", socket)
	if err != nil {
		return nil, fmt.Errorf("socket of the supervisor: %w", err)
	}
	s := &Supervisor{conn: conn}
	if usec, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64); err == nil && usec > 0 {
		s.interval = time.Duration(usec) * time.Microsecond / 2 // as systemd advises
	}
	return s, nil
}

// tell sends assignments such as "READY=1". What cannot be sent is dropped: that
// nobody listens is no trouble of the sync.
func (s *Supervisor) tell(assignments ...string) {
	if s == nil {
		return
	}
	_ = s.conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = s.conn.Write([]byte(strings.Join(assignments, "\n")))
}

// ticks returns when a sign of life is due, and how to stop that; nil without.
func (s *Supervisor) ticks() (<-chan time.Time, func()) {
	if s == nil || s.interval == 0 {
		return nil, func() {}
	}
	t := time.NewTicker(s.interval)
	return t.C, t.Stop
}

// Close gives the socket back.
func (s *Supervisor) Close() error {
	if s == nil {
		return nil
	}
	return s.conn.Close()
}

// headline is a status in one line.
func headline(s *Status) string {
	for i := range s.Mappings {
		if m := &s.Mappings[i]; m.Health() == HealthTrouble {
			return fmt.Sprintf("STATUS=%s: %s: %s", m.Name, m.State, m.Reason)
		}
	}
	if s.SpecError != "" {
		return "STATUS=spec not in use: " + strings.ReplaceAll(s.SpecError, "\n", "; ")
	}
	states := map[State]int{}
	for i := range s.Mappings {
		states[s.Mappings[i].State]++
	}
	return fmt.Sprintf("STATUS=%d of %d mappings in sync", states[InSync], len(s.Mappings))
}
