package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/osssync/osssync/internal/bench/nullserver"
)

// Options is what is to be measured. Dir and Osssync are required.
type Options struct {
	Dir     string   // where the trees are made, and kept for the next time; needs 12 GiB and 1.3 million inodes for all rows
	Osssync string   // the program, a path
	Rows    []string // names of rows; none: all
	Tools   []string // names of programs; none: all that are found
	Rounds  int      // how often each is run; 0 is 3
	Scale   int      // divides the number of small files and the size of large ones; 0 is 1
	Seed    int      // of sizes and content; 0 is 1
}

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" || o.Osssync == "" {
		return o, errors.New("no folder for the trees, or no program to measure")
	}
	o.Rounds, o.Scale, o.Seed = cmp.Or(o.Rounds, 3), cmp.Or(o.Scale, 1), cmp.Or(o.Seed, 1)
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return o, err
	}
	if o.Osssync, err = filepath.Abs(o.Osssync); err != nil {
		return o, err
	}
	return o, nil
}

// Run measures the rows and prints the table to out when all are done. What it does
// meanwhile goes to progress, a line for each run. It ends with ctx, and then prints
// what it has. A program that is not on PATH is left out, and the table says so; one
// that fails or leaves work undone has that in its row.
func Run(ctx context.Context, o Options, out, progress io.Writer) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b := &bench{options: o, progress: progress, server: nullserver.New(bucket), files: map[*program]string{}}
	rows, err := b.choose(workloads(uint64(o.Seed), o.Osssync, self))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := &http.Server{Handler: b.server}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	b.endpoint = "http://" + listener.Addr().String()

	t := table{began: time.Now(), load: load(), rounds: o.Rounds, scale: o.Scale}
	b.find(ctx, rows, &t)
	for _, w := range rows {
		results, failed := b.run(ctx, w)
		t.rows = append(t.rows, results...)
		if failed != nil {
			err = fmt.Errorf("row %s: %w", w.name, failed)
			break
		}
	}
	_, printed := io.WriteString(out, t.String())
	closed := web.Close()
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		closed = errors.Join(closed, served)
	}
	return errors.Join(err, printed, closed)
}

// bench is what all rows share.
type bench struct {
	options  Options
	progress io.Writer
	server   *nullserver.Server
	endpoint string
	files    map[*program]string // where the programs are that were found
}

// choose leaves out the rows and the programs that are not wanted.
func (b *bench) choose(all []workload) ([]workload, error) {
	known := map[string]bool{}
	for _, w := range all {
		known[w.name] = true
		for _, v := range w.variants {
			known[v.program.name] = true
		}
	}
	for _, name := range slices.Concat(b.options.Rows, b.options.Tools) {
		if !known[name] {
			return nil, fmt.Errorf("no row or tool %q, but %q", name, slices.Sorted(maps.Keys(known)))
		}
	}
	var rows []workload
	for _, w := range all {
		if !wanted(b.options.Rows, w.name) {
			continue
		}
		w.tree = w.tree.scaled(b.options.Scale)
		w.variants = slices.DeleteFunc(w.variants, func(v *variant) bool { return !wanted(b.options.Tools, v.program.name) })
		rows = append(rows, w)
	}
	return rows, nil
}

func wanted(names []string, name string) bool { return len(names) == 0 || slices.Contains(names, name) }

// find looks for the programs of all rows, once each.
func (b *bench) find(ctx context.Context, rows []workload, t *table) {
	for _, w := range rows {
		for _, v := range w.variants {
			p := v.program
			if _, done := b.files[p]; done {
				continue
			}
			file, version := p.find(ctx, b.options.Dir)
			b.files[p] = file
			t.tools = append(t.tools, tool{name: p.name, version: version, missing: file == ""})
		}
	}
}
