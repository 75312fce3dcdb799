package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/spec"
)

// storeFlags say which store a command without mappings talks to.
type storeFlags struct {
	specFlag
	Store    string `placeholder:"NAME" help:"A store of the spec. Default: the only one."`
	Region   string `placeholder:"REGION" help:"Talk to this region, with keys from the environment; no spec is read."`
	Endpoint string `placeholder:"URL" help:"Together with --region: talk to this endpoint."`
}

// store is an open store.
type store struct {
	*ossclient.Client
	service string // what unfinished transfers are bound to
	server  *ossserver.Server
}

// find returns the store that the flags mean. --region comes before any spec.
func (f *storeFlags) find() (spec.Store, error) {
	switch {
	case f.Region != "" && f.Store != "":
		return spec.Store{}, &usageError{err: errors.New("--store together with --region")}
	case f.Region != "":
		return spec.Store{Name: "of the command line", Region: f.Region, Endpoint: f.Endpoint, Credentials: spec.CredentialsEnv}, nil
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
func (f *storeFlags) open(e *env) (*store, error) {
	wish, err := f.find()
	if err != nil {
		return nil, err
	}
	options := ossclient.Options{Getenv: e.getenv, UserAgent: tool()}
	if wish.Embedded == "" {
		client, err := ossclient.Open(wish, options)
		if err != nil {
			return nil, err
		}
		service := wish.Endpoint
		if service == "" {
			service = wish.Region
		}
		return &store{Client: client, service: service}, nil
	}
	// The server is reached through memory alone, so its keys are made up on the
	// spot and forgotten.
	id, secret := "embedded", rand.Text()
	server, err := ossserver.Open(ossserver.Options{
		Dir: wish.Embedded, Credentials: map[string]string{id: secret}, Region: wish.Region, Now: e.now,
	})
	if err != nil {
		return nil, fmt.Errorf("embedded store %q: %w", wish.Name, err)
	}
	options.Credentials = credentials.NewStaticCredentialsProvider(id, secret)
	options.DialContext = server.DialContext
	client, err := ossclient.Open(wish, options)
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return &store{Client: client, server: server, service: "embedded:" + wish.Embedded}, nil
}

// close closes the store, the server behind an embedded one last.
func (s *store) close() error {
	s.Client.Close()
	if s.server == nil {
		return nil
	}
	return s.server.Close()
}
