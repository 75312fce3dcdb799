package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

// storeFlags say which store a command without mappings talks to.
type storeFlags struct {
	specFlag
	Store    string `placeholder:"NAME" help:"A store of the spec. Default: the only one."`
	Region   string `placeholder:"REGION" help:"Talk to this region, with keys of the first source that is configured; no spec is read."`
	Endpoint string `placeholder:"URL" help:"Together with --region: talk to this endpoint."`
}

// find returns the store that the flags mean. --region comes before any spec.
func (f *storeFlags) find() (spec.Store, error) {
	switch {
	case f.Region != "" && f.Store != "":
		return spec.Store{}, &usageError{err: errors.New("--store together with --region")}
	case f.Region != "" && f.Policy != "":
		return spec.Store{}, &usageError{err: errors.New("--policy together with --region"), hint: "a policy is for specs, and --region reads none"}
	case f.Region != "":
		return spec.Store{Name: "of the command line", Region: f.Region, Endpoint: f.Endpoint, Credentials: spec.Credentials{From: spec.CredentialsDefault}}, nil
	case f.Endpoint != "":
		return spec.Store{}, &usageError{err: errors.New("--endpoint without --region"), hint: "signatures need a region"}
	}
	wish, err := f.load()
	if err != nil {
		return spec.Store{}, err
	}
	var names []string
	for _, s := range wish.Stores {
		if s.Name == f.Store || f.Store == "" && len(wish.Stores) == 1 {
			return s, nil
		}
		names = append(names, s.Name)
	}
	hint := "--store names one of: " + strings.Join(names, ", ")
	if f.Store != "" {
		return spec.Store{}, &usageError{err: fmt.Errorf("no store %q in %q", f.Store, f.File), hint: hint}
	}
	return spec.Store{}, &usageError{err: fmt.Errorf("several stores in %q", f.File), hint: hint}
}

// open opens the store that the flags mean. It sends nothing.
func (f *storeFlags) open(e *env) (*reconcile.Store, error) {
	wish, err := f.find()
	if err != nil {
		return nil, err
	}
	return reconcile.OpenStore(wish, reconcile.StoreOptions{Getenv: e.getenv, Now: e.now, Tool: tool()})
}
