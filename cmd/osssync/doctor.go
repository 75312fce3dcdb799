package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/internal/doctor"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/spec"
)

type doctorCmd struct {
	storeFlags
	Address    string `arg:"" optional:"" help:"oss://bucket/prefix/ to look at in place of what the spec maps."`
	WriteProbe bool   `help:"Also write a small object below .osssync/ at each place that is written to, and delete it."`
	JSON       bool   `help:"Print an object a line for each finding and one for the whole."`
}

func (*doctorCmd) Help() string {
	return `Says what it finds, line by line, with what to do about it: the spec, this machine, the state folder, and
for each store which keys and which endpoint it has and where they come from, how far the clocks are apart,
and which of the rights that are needed are there. Of keys a few characters of the id are shown, never a
secret. Nothing is changed without --write-probe. Without a spec it says what it can.

Exit codes: 0 nothing failed; 1 something failed that is none of those below; 6 another run has the embedded
store; 7 spec or command line wrong, or no such bucket; 8 credentials, or a right is missing; 9 service not
reached, or not understood; 11 local disk; 130, 143 interrupted. Of several the gravest counts.`
}

// round is what one run of the doctor has come to.
type round struct {
	*env
	doctor.Examination
	counts map[doctor.Status]int
	code   int
	err    error // of stdout
}

func (c *doctorCmd) run(ctx context.Context, e *env) error {
	e.json = c.JSON
	r := &round{env: e, counts: map[doctor.Status]int{}}
	r.Examination = doctor.Examination{
		StateDir: e.StateDir, Report: r.report, Now: e.now, WriteProbe: c.WriteProbe,
		Open: func(wish spec.Store) (*reconcile.Store, error) {
			return reconcile.OpenStore(wish, reconcile.StoreOptions{Getenv: e.getenv, Now: e.now, Tool: tool()})
		},
	}
	var places []doctor.Place
	if c.Address != "" {
		at, err := parseAddress(c.Address)
		if err != nil {
			return err
		}
		places = []doctor.Place{{Bucket: at.bucket, Prefix: at.key, Writes: true}}
	}
	r.Machine()
	if err := c.look(ctx, r, places); err != nil {
		return err
	}
	if err := r.sum(); err != nil {
		return err
	}
	return coded(r.code)
}

// look examines the store of the command line, or those of the spec.
func (c *doctorCmd) look(ctx context.Context, r *round, places []doctor.Place) error {
	if c.Region != "" || c.Endpoint != "" {
		store, err := c.find()
		if err != nil {
			return err
		}
		r.Store(ctx, store, places)
		return nil
	}
	wish, err := c.load()
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Store == "" && c.Policy == "":
		r.report(doctor.Finding{Status: doctor.Warn, Subject: "spec", Fact: fmt.Sprintf("%q is not there", c.File),
			Hint: "`osssync init` writes one; -f names another; --region and an address look at a bucket without one"})
		r.loose(ctx)
		return nil
	case err != nil:
		r.report(doctor.Finding{Status: doctor.Fail, Subject: "spec", Fact: err.Error(), Err: err})
		return nil
	}
	r.report(doctor.Finding{Status: doctor.OK, Subject: "spec", Fact: fmt.Sprintf("%q with %s in %s", c.File,
		ui.Count(int64(len(wish.Mappings)), "mapping"), ui.Count(int64(len(wish.Stores)), "store"))})
	stores := wish.Stores
	if c.Store != "" || len(places) > 0 {
		one, err := c.find()
		if err != nil {
			return err
		}
		stores = []spec.Store{one}
	}
	for _, s := range stores {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		at := places
		if len(at) == 0 {
			at = mapped(wish, s.Name)
		}
		r.Store(ctx, s, at)
	}
	return nil
}

// mapped returns the places of the mappings of a store, each once.
func mapped(wish *spec.Spec, store string) []doctor.Place {
	var places []doctor.Place
	for i := range wish.Mappings {
		if m := &wish.Mappings[i]; m.Store == store && !slices.Contains(places, doctor.PlaceOf(m)) {
			places = append(places, doctor.PlaceOf(m))
		}
	}
	return places
}

// loose looks at the keys that a command line without a spec would use.
func (r *round) loose(ctx context.Context) {
	provider, err := credential.Open(credential.Config{From: credential.FromDefault}, credential.Options{Getenv: r.getenv, Now: r.now})
	if err != nil {
		r.report(doctor.Finding{Status: doctor.Warn, Subject: "keys", Fact: err.Error(), Hint: "an embedded store needs none; docs/credentials.md has an example of each source"})
		return
	}
	r.Keys(ctx, "the first source that is configured", provider)
}

// findingLine is a finding as JSON.
type findingLine struct {
	Format  int           `json:"format"`
	Op      string        `json:"op"`
	Status  doctor.Status `json:"status"`
	Subject string        `json:"subject"`
	Fact    string        `json:"fact"`
	Hint    string        `json:"hint,omitempty"`
}

// report prints a finding.
func (r *round) report(f doctor.Finding) {
	r.counts[f.Status]++
	if f.Status == doctor.Fail {
		r.code = graver(r.code, exitCode(f.Err))
	}
	if r.err != nil {
		return
	}
	if r.json {
		r.err = ui.NewJSON(r.stdout).Line(findingLine{ui.Format, "finding", f.Status, f.Subject, f.Fact, f.Hint})
		return
	}
	if _, r.err = fmt.Fprintf(r.stdout, "%-4s  %s: %s\n", f.Status, ui.Clean(f.Subject), indented(f.Fact)); r.err == nil && f.Hint != "" {
		_, r.err = fmt.Fprintf(r.stdout, "      hint: %s\n", ui.Clean(f.Hint))
	}
}

// verdictLine is the last line of JSON.
type verdictLine struct {
	Format int    `json:"format"`
	Op     string `json:"op"`
	OK     int    `json:"ok"`
	Warn   int    `json:"warn"`
	Fail   int    `json:"fail"`
	Exit   int    `json:"exit"`
}

// sum prints the last line.
func (r *round) sum() error {
	if r.err != nil {
		return r.err
	}
	if r.json {
		return ui.NewJSON(r.stdout).Line(verdictLine{ui.Format, "summary", r.counts[doctor.OK], r.counts[doctor.Warn], r.counts[doctor.Fail], r.code})
	}
	_, err := fmt.Fprintf(r.stdout, "%d ok, %s, %s.\n", r.counts[doctor.OK],
		ui.Count(int64(r.counts[doctor.Warn]), "warning"), ui.Count(int64(r.counts[doctor.Fail]), "failure"))
	return err
}

// indented is text of mixed origin whose further lines stand below the first.
func indented(text string) string {
	return strings.ReplaceAll(ui.Clean(text), "\n", "\n      ")
}
