package reconcile

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/spec"
)

// store is an open store: a client, and for an embedded one the server behind it.
type store struct {
	client  *ossclient.Client
	server  *ossserver.Server // nil for a service
	service string            // what plans, checkpoints and state are bound to
}

func openStore(wish spec.Store, opts Options, connections int, bandwidth int64) (*store, error) {
	options := ossclient.Options{
		Getenv:      opts.Getenv,
		Connections: connections,
		Bandwidth:   bandwidth,
		UserAgent:   opts.Tool,
	}
	if wish.Embedded == "" {
		client, err := ossclient.Open(wish, options)
		if err != nil {
			return nil, err
		}
		service := wish.Endpoint
		if service == "" {
			service = wish.Region
		}
		return &store{client: client, service: service}, nil
	}

	// The server is reached through memory alone, so its keys are made up on the
	// spot and forgotten.
	id, secret := "embedded", rand.Text()
	server, err := ossserver.Open(ossserver.Options{
		Dir:         wish.Embedded,
		Credentials: map[string]string{id: secret},
		Region:      wish.Region,
		Now:         opts.Now,
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
	return &store{client: client, server: server, service: "embedded:" + wish.Embedded}, nil
}

func (s *store) ensureBucket(name string) error {
	if s.server == nil {
		return nil
	}
	return s.server.CreateBucket(name)
}

func (s *store) close() error {
	s.client.Close()
	if s.server != nil {
		return s.server.Close()
	}
	return nil
}
