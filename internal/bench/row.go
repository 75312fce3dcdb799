package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/osssync/osssync/internal/bench/nullserver"
)

// result is a line of the table.
type result struct {
	workload *workload
	variant  *variant
	runs     []measure
	requests nullserver.Requests // of the last run
	problem  string              // why the figures do not count
}

// entrant is a variant that takes part in a row.
type entrant struct {
	*result
	job *job
}

// primedHome is the home that an entrant left when it was primed, from which its own is
// restored before each run.
func (e *entrant) primedHome() string { return e.job.home + "-primed" }

// run measures a row. On an error the results so far are returned too.
func (b *bench) run(ctx context.Context, w workload) ([]*result, error) {
	entrants := b.entrants(&w)
	results := make([]*result, len(entrants))
	for i, e := range entrants {
		results[i] = e.result
	}
	defer b.clear(entrants)
	base := w.tree
	base.edited = false
	want, err := b.prepare(ctx, &w, base, entrants)
	if err != nil {
		return results, err
	}
	if base != w.tree {
		if _, err := plant(b.options.Dir, w.tree); err != nil {
			return results, err
		}
		if want, err = w.tree.objects(prefix); err != nil {
			return results, err
		}
	}
	for round := range b.options.Rounds {
		for _, e := range entrants {
			if e.problem != "" {
				continue
			}
			if err := b.once(ctx, e, want); err != nil {
				return results, err
			}
			fmt.Fprintf(b.progress, "%s, round %d of %d: %s\n", w.name, round+1, b.options.Rounds, e.line())
		}
	}
	return results, nil
}

func (b *bench) entrants(w *workload) []*entrant {
	var all []*entrant
	for i, v := range w.variants {
		if b.files[v.program] == "" {
			continue
		}
		local := fixture{dir: filepath.Join(b.options.Dir, w.tree.name)}.local()
		if w.pull {
			local = filepath.Join(b.options.Dir, "pulled")
		}
		all = append(all, &entrant{
			result: &result{workload: w, variant: v},
			job:    &job{local: local, endpoint: b.endpoint, home: filepath.Join(b.options.Dir, fmt.Sprintf("home-%d", i))},
		})
	}
	return all
}

// prepare makes the tree without its edits, fills the server, and lets those entrants
// sync once that are to remember it. It returns the objects of the tree.
func (b *bench) prepare(ctx context.Context, w *workload, base tree, entrants []*entrant) ([]nullserver.Object, error) {
	planted, err := plant(b.options.Dir, base)
	if err != nil {
		return nil, err
	}
	all, err := base.objects(prefix)
	if err != nil {
		return nil, err
	}
	b.server.Load(nil, "")
	if w.there {
		b.server.Load(slices.Clone(all), planted.dir)
	}
	for _, e := range entrants {
		if !e.variant.primed {
			continue
		}
		if err := e.variant.program.install(e.job); err != nil {
			return nil, err
		}
		b.server.Reset(0)
		m, err := b.launch(ctx, e)
		if err != nil {
			return nil, err
		}
		if m.Exit != 0 {
			e.problem = fmt.Sprintf("exit %d when it was primed, see %s", m.Exit, e.log())
			continue
		}
		if err := errors.Join(os.RemoveAll(e.primedHome()), os.Rename(e.job.home, e.primedHome())); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// once runs an entrant from the beginning, and looks at what it left.
func (b *bench) once(ctx context.Context, e *entrant, want []nullserver.Object) error {
	if err := e.restore(); err != nil {
		return err
	}
	b.server.Reset(e.workload.delay)
	m, err := b.launch(ctx, e)
	if err := cmp.Or(err, context.Cause(ctx)); err != nil {
		return err
	}
	e.runs = append(e.runs, m)
	e.requests = b.server.Requests()
	if m.Exit != 0 {
		e.problem = fmt.Sprintf("exit %d, see %s", m.Exit, e.log())
		return nil
	}
	if e.workload.pull {
		e.problem = differentFiles(e.job.local, want)
	} else {
		e.problem = differentObjects(b.server, want)
	}
	return nil
}

// restore makes the home of an entrant as it is before each run, and the folder that it
// is to fill.
func (e *entrant) restore() error {
	if e.workload.pull {
		if err := errors.Join(os.RemoveAll(e.job.local), os.MkdirAll(e.job.local, 0o755)); err != nil {
			return err
		}
	}
	if !e.variant.primed {
		return e.variant.program.install(e.job)
	}
	return errors.Join(os.RemoveAll(e.job.home), os.CopyFS(e.job.home, os.DirFS(e.primedHome())))
}

// clear removes what a row leaves but for its trees and logs. What stays is in the way of
// nothing.
func (b *bench) clear(entrants []*entrant) {
	for _, e := range entrants {
		_ = errors.Join(os.RemoveAll(e.job.home), os.RemoveAll(e.primedHome()))
		if e.workload.pull {
			_ = os.RemoveAll(e.job.local)
		}
	}
}

// log is where what the last run printed is.
func (e *entrant) log() string { return e.job.home + ".log" }

func (b *bench) launch(ctx context.Context, e *entrant) (measure, error) {
	args := e.variant.push
	if e.workload.pull {
		args = e.variant.pull
	}
	p := e.variant.program
	return launch(ctx, e.log(), p.environment(e.job), append([]string{b.files[p]}, args(e.job)...))
}

// line tells of the last run.
func (e *entrant) line() string {
	last := e.runs[len(e.runs)-1]
	text := fmt.Sprintf("%s: %.2f s", e.variant.name(), last.Wall.Seconds())
	if e.problem != "" {
		text += ", " + e.problem
	}
	return text
}

// differentObjects says in how far a server does not hold what it should; "" if it does.
func differentObjects(s *nullserver.Server, want []nullserver.Object) string {
	different, i := 0, 0
	for o := range s.Objects() {
		for i < len(want) && want[i].Key < o.Key {
			different, i = different+1, i+1
		}
		if i == len(want) || want[i].Key != o.Key {
			different++
			continue
		}
		if want[i].Size != o.Size || want[i].CRC64 != o.CRC64 {
			different++
		}
		i++
	}
	if different += len(want) - i; different > 0 {
		return fmt.Sprintf("objects not as they should be: %d", different)
	}
	return ""
}

// differentFiles does so for a folder, by the sizes of the files.
func differentFiles(local string, want []nullserver.Object) string {
	different := 0
	for _, o := range want {
		info, err := os.Stat(filepath.Join(local, filepath.FromSlash(o.Key[len(prefix):])))
		if err != nil || info.Mode()&fs.ModeType != 0 || info.Size() != o.Size {
			different++
		}
	}
	if different > 0 {
		return fmt.Sprintf("files not as they should be: %d", different)
	}
	return ""
}
