package reconcile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/spec"
)

// Store is an open store of a spec: a client, and for an embedded one the server
// behind it.
type Store struct {
	Client  *ossclient.Client
	Service string // what plans, checkpoints and state are bound to

	server *ossserver.Server // nil for a service
}

// StoreOptions are what a store needs beyond its entry in the spec. The zero
// value is right for a few requests.
type StoreOptions struct {
	Getenv      func(string) string // default os.Getenv
	Now         func() time.Time    // clock of an embedded server; default time.Now
	Tool        string              // user agent; default "osssync"
	Connections int                 // default 64
	Bandwidth   int64               // bytes a second each way; 0: no limit
	Counters    *ossclient.Counters // default its own
}

// OpenStore opens a store. Nothing is sent; an embedded store's folder is made if
// it is missing, and locked against other processes until Close.
func OpenStore(wish spec.Store, opts StoreOptions) (*Store, error) {
	options := ossclient.Options{
		Getenv:      opts.Getenv,
		Connections: opts.Connections,
		Bandwidth:   opts.Bandwidth,
		UserAgent:   opts.Tool,
		Counters:    opts.Counters,
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
		return &Store{Client: client, Service: service}, nil
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
	return &Store{Client: client, Service: "embedded:" + resolved(wish.Embedded), server: server}, nil
}

// ensureBucket makes a bucket of an embedded store. Buckets of a service are
// never made.
func (s *Store) ensureBucket(name string) error {
	if s.server == nil {
		return nil
	}
	return s.server.CreateBucket(name)
}

// Close closes the store, the server behind an embedded one last.
func (s *Store) Close() error {
	s.Client.Close()
	if s.server == nil {
		return nil
	}
	return s.server.Close()
}
