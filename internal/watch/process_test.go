package watch

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/spec"
)

func TestReadWhatWasWritten(t *testing.T) {
	state := t.TempDir()
	path := filepath.Join(t.TempDir(), "osssync.yaml")
	if _, _, err := Read(state, path); !errors.Is(err, ErrNever) {
		t.Errorf("before: %v", err)
	}
	dir := Dir(state, path)
	release, err := acquire(t.Context(), dir, path)
	if err != nil {
		t.Fatal(err)
	}
	want := Status{Format: Format, PID: 7, Host: "h", Started: time.Unix(100, 0).UTC(), Mappings: []MappingStatus{{Name: "site", State: InSync}}}
	if err := write(dir, &want); err != nil {
		t.Fatal(err)
	}
	// One that has begun and not yet told of itself is not what the status is of.
	if _, running, err := Read(state, path); running || err != nil {
		t.Errorf("before the first status: running %t, %v", running, err)
	}
	hide, err := take(t.Context(), filepath.Join(dir, shownLock))
	if err != nil {
		t.Fatal(err)
	}
	got, running, err := Read(state, path)
	if diff := cmp.Diff(want, got); diff != "" || !running || err != nil {
		t.Errorf("running %t, %v (-want +got):\n%s", running, err, diff)
	}
	var held *RunningError
	if _, err := acquire(t.Context(), dir, path); !errors.As(err, &held) || !strings.Contains(err.Error(), "pid 7 on h since 1970") {
		t.Errorf("second: %v", err)
	}
	if err := errors.Join(hide(), release()); err != nil {
		t.Fatal(err)
	}
	if _, running, err := Read(state, path); running || err != nil {
		t.Errorf("after: running %t, %v", running, err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Dir(path), link); err == nil && Dir(state, filepath.Join(link, "osssync.yaml")) != dir {
		t.Error("a link makes another watch")
	}
}

func TestReadRefusesOtherFormats(t *testing.T) {
	state := t.TempDir()
	dir := Dir(state, "x")
	for _, text := range []string{"", "{", `{"format":2}`} {
		err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, statusFile), []byte(text), 0o600))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := Read(state, "x"); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBoard(t *testing.T) {
	b := NewBoard(Status{Mappings: []MappingStatus{{Name: "a"}, {Name: "b"}}})
	changed, stop := b.Changes()
	b.mapping("a", func(m *MappingStatus) { m.fail(time.Now(), "other", "x", "") })
	b.mapping("a", func(m *MappingStatus) { m.fail(time.Now(), "other", "x", "") })
	<-changed
	select {
	case <-changed:
		t.Error("told twice")
	default:
	}
	b.track("a", &apply.Progress{})
	s := b.Status()
	if e := s.Mappings[0].Errors; len(e) != 1 || e[0].Repeat != 1 || s.Mappings[0].Counts.Faults["other"] != 2 {
		t.Errorf("%+v", s)
	}
	s.Mappings[0].Errors[0].Error, s.Mappings[0].Counts.Faults["other"] = "y", 0
	if again := b.Status(); again.Mappings[0].Errors[0].Error != "x" || again.Mappings[0].Counts.Faults["other"] != 2 {
		t.Error("a status shares with the board")
	}
	stop()
	b.mapping("b", func(*MappingStatus) {})
	select {
	case <-changed:
		t.Error("told after the end")
	default:
	}
}

// TestCounts counts changes as they come, not when their pass ends.
func TestCounts(t *testing.T) {
	var c Counts
	for _, action := range []string{"upload", "resume-upload", "download", "set-meta", "delete-remote", "delete-local", "abort-upload", "record"} {
		c.see(&Change{Action: action, Outcome: "done", Bytes: 10})
	}
	for _, outcome := range []string{"skipped", "held", "failed"} {
		c.see(&Change{Action: "upload", Outcome: outcome, Bytes: 1})
	}
	want := Counts{Uploaded: 2, Downloaded: 1, Deleted: 2, Headers: 1, Aborted: 1, Skipped: 1, Held: 1, Failed: 1, Bytes: 83}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSupervisor listens as systemd does.
func TestSupervisor(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenPacket("unixgram", socket)
	if err != nil {
		t.Skip(err)
	}
	defer conn.Close()
	environment := map[string]string{"NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "60000000"}
	s, err := NewSupervisor(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	status := Status{Mappings: []MappingStatus{{Name: "a", State: InSync}, {Name: "b", State: Working}}}
	s.tell("READY=1", headline(&status))
	var b [256]byte
	n, _, err := conn.ReadFrom(b[:])
	if got, want := string(b[:n]), "READY=1\nSTATUS=1 of 2 mappings in sync"; got != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	status.Mappings[1].be(time.Now(), Stopped, "no root", "")
	if got, want := headline(&status), "STATUS=b: halted: no root"; got != want {
		t.Errorf("%q", got)
	}
	if s.interval != 30*time.Second {
		t.Errorf("interval %v", s.interval)
	}
	none, err := NewSupervisor(func(string) string { return "" })
	none.tell("READY=1")
	if ticks, _ := none.ticks(); none != nil || err != nil || ticks != nil || none.Close() != nil {
		t.Errorf("without a socket: %v, %v", none, err)
	}
}

// edited is a spec file that is written by and by.
type edited struct {
	t    *testing.T
	path string
}

func (e *edited) write(text string) {
	e.t.Helper()
	if err := os.WriteFile(e.path, []byte(text), 0o600); err != nil {
		e.t.Fatal(err)
	}
}

// TestW10_SpecIsReadWhenItIsQuiet writes a spec in pieces.
func TestW10_SpecIsReadWhenItIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &edited{t: t, path: filepath.Join(t.TempDir(), "osssync.yaml")}
		e.write("version: 1")
		events, force, editions := make(chan struct{}), make(chan struct{}), make(chan edition)
		f := specFile{path: e.path, load: spec.Load, events: func() (<-chan struct{}, func()) { return events, func() {} }}
		f.changed()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			f.follow(ctx, force, editions)
		}()
		begun := time.Now()
		for i := range 5 {
			e.write("version: 1 #" + strings.Repeat("x", i))
			events <- struct{}{}
			time.Sleep(specQuiet * 3 / 4)
		}
		if got := <-editions; got.err == nil || got.forced || time.Since(begun) != 4*specQuiet {
			t.Errorf("%+v after %v", got, time.Since(begun))
		}
		events <- struct{}{} // of another file
		time.Sleep(10 * specQuiet)
		e.write("version: 1 # found without an event")
		if got := <-editions; got.err == nil {
			t.Errorf("%+v", got)
		}
		force <- struct{}{}
		if got := <-editions; !got.forced {
			t.Errorf("%+v", got)
		}
		stop()
		<-ended
	})
}

// TestW10_BadSpecKeepsTheOld gives a running watch specs that cannot be used, and one
// that can.
func TestW10_BadSpecKeepsTheOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		opened := []string{}
		r := &rig{t: t, start: time.Now()}
		var refuse error
		w := &watcher{Options: Options{
			Log: slog.New(slog.NewTextHandler(&log, nil)), Source: r.open,
			Open: func(_ context.Context, wish *spec.Spec, names []string) (Reconciler, error) {
				opened = append(opened, strings.Join(names, ","))
				if refuse != nil && len(opened)%2 == 0 {
					return nil, refuse
				}
				return r, nil
			},
		}.withDefaults()}
		dir := t.TempDir()
		first := parse(t, dir, "")
		g, err := w.begin(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		renew := func(e edition, trouble bool) {
			t.Helper()
			if g, err = w.renew(t.Context(), g, e); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if s := w.Board.Status(); (s.SpecError != "") != trouble || trouble && s.Health() != HealthTrouble {
				t.Errorf("spec error %q", s.SpecError)
			}
		}
		renew(edition{err: errTest}, true)
		renew(edition{spec: first}, false) // the old one is back
		if len(opened) != 1 {
			t.Errorf("opened %q", opened)
		}
		refuse = errTest
		renew(edition{spec: parse(t, dir, ", prune: all")}, true)
		if g.wish != first || len(opened) != 3 {
			t.Errorf("opened %q", opened)
		}
		refuse = nil
		next := parse(t, dir, ", prune: managed")
		renew(edition{spec: next}, false)
		if g.wish != next || len(opened) != 4 {
			t.Errorf("opened %q", opened)
		}
		if _, err := w.renew(t.Context(), g, edition{spec: next, forced: true}); err != nil || len(opened) != 5 {
			t.Errorf("forced: opened %q, %v", opened, err)
		}
		w.Mappings = []string{"nosuch"}
		renew(edition{spec: first}, true)
		if err := g.end(); err != nil {
			t.Error(err)
		}
	})
}
