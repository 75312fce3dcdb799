package chaos

import (
	"context"
	"errors"
	"flag"
	"maps"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/osssync/osssync/internal/chaos/ground"
	"github.com/osssync/osssync/internal/reconcile"
)

// TestMachine does random things to a world, runs among them, and asks the oracle
// after each run: the model is what the oracle knows of both sides, of who wrote
// what, and of what cannot be known.
func TestMachine(t *testing.T) {
	dir := ground.Memory(t)
	var folder counter
	if err := flag.Set("rapid.checks", strconv.Itoa(level(t).Machines)); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		var broken any
		if err := bubble(t, dir, folder.next(), func(dir string) error {
			defer func() { broken = recover() }()
			return runMachine(rt, dir)
		}); err != nil {
			rt.Fatal(err)
		}
		switch { // rapid's own way to end a case, which has to end here
		case broken == nil:
		case rt.Failed():
			panic(broken)
		default:
			panic(broken) // on a line of its own: when rapid shrinks it knows a failure by where it comes from
		}
	})
}

// machine is a world that a random walk goes through.
type machine struct {
	*world
	t     *rapid.T
	names []string
}

func runMachine(t *rapid.T, dir string) error {
	s := scene{
		push:     rapid.Bool().Draw(t, "push"),
		prune:    rapid.SampledFrom([]string{"never", "managed", "all"}).Draw(t, "prune"),
		pageSize: rapid.IntRange(0, 3).Draw(t, "page"),
		workers:  rapid.IntRange(1, 2).Draw(t, "workers"),
	}
	w, err := openWorld(dir, s)
	if err != nil {
		return err
	}
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	m := &machine{world: w, t: t, names: names(12)}
	m.must(m.do(edit{verb: map[bool]string{true: localWrite, false: remoteWrite}[s.push], path: "a", size: 10}))
	t.Repeat(m.actions())
	m.must(w.rest())
	return nil
}

func (m *machine) must(err error) {
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) name() string { return rapid.SampledFrom(m.names).Draw(m.t, "name") }

// size is, at the target, that of content which nobody else writes by chance.
func (m *machine) size(target bool) int {
	least := map[bool]int{true: 7, false: 0}[target]
	return max(least, rapid.SampledFrom([]int{0, 1, 7, 7, 5000, threshold, 2*threshold + 1}).Draw(m.t, "size"))
}

// actions are the moves of the walk.
func (m *machine) actions() map[string]func(*rapid.T) {
	edits := map[string]func() edit{
		"local write":         func() edit { return edit{verb: localWrite, path: m.name(), size: m.size(!m.scene.push)} },
		"local amend":         func() edit { return edit{verb: localAmend, path: m.name()} },
		"local remove":        func() edit { return edit{verb: localRemove, path: m.name()} },
		"remote write":        func() edit { return edit{verb: remoteWrite, path: m.name(), size: m.size(m.scene.push)} },
		"remote remove":       func() edit { return edit{verb: remoteRemove, path: m.name()} },
		"remote upload begun": func() edit { return edit{verb: remoteBegin, path: m.name()} },
		"lose the state":      func() edit { return edit{verb: loseState} },
		"versions": func() edit {
			return edit{verb: setVersions, path: rapid.SampledFrom([]string{"Enabled", "Suspended"}).Draw(m.t, "versions")}
		},
		"filter": func() edit {
			return edit{verb: exclude, path: rapid.SampledFrom([]string{"", "b/", "*.txt", "a*"}).Draw(m.t, "filter")}
		},
		"time": func() edit {
			return edit{verb: passTime, wait: rapid.SampledFrom([]time.Duration{time.Second, time.Hour, 24 * time.Hour}).Draw(m.t, "wait")}
		},
	}
	actions := map[string]func(*rapid.T){
		"link":         func(*rapid.T) { m.must(m.link(m.name())) },
		"unlink":       func(*rapid.T) { m.must(m.unlink()) },
		"rename":       m.renameOne,
		"damage index": func(*rapid.T) { m.must(m.damage(int64(rapid.IntRange(0, 1<<16).Draw(m.t, "offset")))) },
		"plan":         m.plan,
		"apply":        func(*rapid.T) { m.apply(how{allow: rapid.Bool().Draw(m.t, "allow")}) },
		"apply saved":  func(*rapid.T) { m.apply(how{saved: true}) },
		"apply with faults": func(*rapid.T) {
			d := drawer{Rand: rand.New(rand.NewPCG(rapid.Uint64().Draw(m.t, "seed of faults"), 0)), scene: m.scene}
			h := how{faults: []fault{d.fault(), d.fault()}}
			m.t.Log(h.faults)
			m.apply(h)
		},
		"kill": func(*rapid.T) {
			at := rapid.SampledFrom(around).Draw(m.t, "moment")
			m.apply(how{faults: []fault{{nth: rapid.IntRange(1, 20).Draw(m.t, "request"), at: at, do: killed}}})
		},
		"second apply": m.second,
	}
	maps.Copy(actions, m.diskActions())
	for name, make := range edits {
		actions[name] = func(*rapid.T) { m.must(m.do(make())) }
	}
	return actions
}

func (m *machine) apply(h how) {
	o, err := m.run(h)
	m.must(err)
	m.must(m.accept(o))
}

func (m *machine) renameOne(*rapid.T) {
	m.must(m.rename(m.name(), m.name()))
}

// plan makes a plan and changes nothing by that.
func (m *machine) plan(*rapid.T) {
	was, err := m.look()
	m.must(err)
	m.save()
	is, err := m.look()
	m.must(err)
	for _, side := range [][2]sums{{was.files, is.files}, {was.objects, is.objects}, {was.beside, is.beside}} {
		if path, differs := firstDifference(side[0], side[1]); differs {
			m.t.Fatalf("a plan changed %q", path)
		}
	}
}

// second begins an apply while another one holds the lock.
func (m *machine) second(*rapid.T) {
	ctx := context.Background()
	session, err := m.session(ctx)
	m.must(err)
	defer session.Close()
	first, err := session.Prepare(ctx, m.mapping(), nil)
	m.must(err)
	defer first.Close()
	o, err := m.run(how{allow: true})
	m.must(err)
	if locked := (*reconcile.LockedError)(nil); !errors.As(o.err, &locked) {
		m.t.Fatalf("a second apply: %v", o.err)
	}
	m.must(m.accept(o))
}
