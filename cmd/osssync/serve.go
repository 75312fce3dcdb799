package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/internal/ui"
)

// The keys of a server that was given none. They are no secret, and so are good
// for this machine alone.
const (
	localKeyID     = "osssync-local"
	localKeySecret = "osssync-local-secret"
)

// serveRegion is the region that requests to the server are signed for.
const serveRegion = "cn-hangzhou"

// shutdownPatience is how long requests under way may take after a signal.
const shutdownPatience = time.Second

type serveCmd struct {
	Dir             string            `required:"" placeholder:"DIR" help:"Folder that holds everything; made if it is missing."`
	Addr            string            `default:"127.0.0.1:9000" placeholder:"HOST:PORT" help:"Address to listen at; port 0 picks a free one. Default: 127.0.0.1:9000."`
	Endpoint        string            `placeholder:"HOST[:PORT]" help:"Name under which clients reach the server. Answers name it, and its subdomains are buckets. Default: whatever name a request was sent to."`
	Bucket          []string          `placeholder:"NAME" help:"Bucket to make, unless it is there; may be repeated."`
	AccessKeyID     string            `placeholder:"ID" help:"Access key id that requests are signed with. Default: osssync-local, on loopback only."`
	AccessKeySecret credential.Secret `placeholder:"SECRET" help:"Its secret. Other users of this machine can read command lines: OSSSYNC_ACCESS_KEY_SECRET in the environment is safer."`
	Keys            string            `placeholder:"FILE" help:"File of key pairs that requests may be signed with: id, secret and, for a temporary pair, security token on a line each, # begins a comment. Only its owner may read it."`
	UnsafeNoSync    bool              `help:"Leave out all disk syncs, which is faster. A crash of the machine can then lose acknowledged writes, or everything in the folder. For tests."`
	Log             bool              `help:"Log each request to stderr. Failures of the server's own are logged there in any case."`
}

func (*serveCmd) Help() string {
	return `Checks signatures, is strict where OSS is strict, and keeps what it has acknowledged through a crash. At
start it prints its address, the keys, and an entry for a spec. It ends with SIGINT or SIGTERM.

Exit codes: 0 ended by a signal; 1 failed, such as an address that is in use; 6 another server has the folder;
7 command line wrong; 11 local disk, or a damaged database in the folder.`
}

func (c *serveCmd) run(ctx context.Context, e *env) error {
	keys, tokens, err := c.keys(e.getenv)
	if err != nil {
		return err
	}
	if strings.ContainsAny(c.Endpoint, "/ ") {
		return &usageError{err: fmt.Errorf("endpoint %q: want a host, or host:port", c.Endpoint)}
	}
	server, err := ossserver.Open(ossserver.Options{
		Dir: c.Dir, Credentials: keys, SecurityTokens: tokens, Region: serveRegion, Endpoint: c.Endpoint,
		NoSync: c.UnsafeNoSync, Log: c.logger(e.stderr), Now: e.now,
	})
	if err != nil {
		return err
	}
	defer server.Close()
	for _, bucket := range c.Bucket {
		if err := server.CreateBucket(bucket); err != nil {
			return &usageError{err: err}
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return &serveError{err: fmt.Errorf("listen at %q: %w", c.Addr, err), hint: "choose another --addr"}
	}
	c.announce(e, listener.Addr().String(), keys, tokens)
	return listen(ctx, listener, server)
}

// logger leaves out the requests, unless they are asked for, and never what the
// owner of the folder has to know.
func (c *serveCmd) logger(stderr io.Writer) *slog.Logger {
	level := slog.LevelError
	if c.Log {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
}

// keys returns the keys to check requests with, secrets and security tokens by id.
// The keys that everybody knows are for loopback addresses only.
func (c *serveCmd) keys(getenv func(string) string) (secrets, tokens map[string]string, err error) {
	id, secret := c.AccessKeyID, c.AccessKeySecret.Reveal()
	if c.Keys != "" {
		if id != "" || secret != "" {
			return nil, nil, &usageError{err: errors.New("--keys together with --access-key-id or --access-key-secret")}
		}
		secrets, tokens, err = ossserver.ReadCredentials(c.Keys)
		if err != nil {
			return nil, nil, &usageError{err: err, hint: "one `id secret` or `id secret token` a line, in a file that only its owner can read (chmod 600)"}
		}
		return secrets, tokens, nil
	}
	if secret == "" {
		secret = getenv("OSSSYNC_ACCESS_KEY_SECRET")
	}
	switch {
	case id != "" && secret != "":
		return map[string]string{id: secret}, nil, nil
	case id != "" || secret != "":
		return nil, nil, &usageError{err: errors.New("one of access key id and secret without the other")}
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return nil, nil, &usageError{err: fmt.Errorf("address %q: want host:port", c.Addr)}
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, nil, &usageError{
			err:  fmt.Errorf("address %q is reached by others, and the default keys are known to all", c.Addr),
			hint: "give --access-key-id, and the secret in OSSSYNC_ACCESS_KEY_SECRET; or listen at 127.0.0.1",
		}
	}
	return map[string]string{localKeyID: localKeySecret}, nil, nil
}

// serveError is trouble of this machine's own end of the network, which for every
// other command is trouble of the service.
type serveError struct {
	err  error
	hint string
}

func (e *serveError) Error() string { return e.err.Error() }
func (e *serveError) Unwrap() error { return e.err }

// announce prints what a client needs. A secret that was given is known to who
// gave it, and is not repeated.
func (c *serveCmd) announce(e *env, addr string, keys, tokens map[string]string) {
	id := slices.Min(slices.Collect(maps.Keys(keys)))
	secret := keys[id]
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		dir = c.Dir
	}
	if secret != localKeySecret {
		secret = "(the secret that was given)"
	}
	if tokens[id] != "" {
		secret += "\n  export OSS_SESSION_TOKEN=(the token that was given)"
	}
	fmt.Fprintf(e.stdout, `Serving %s at http://%s until interrupted.

Keys, for the environment of clients:
  export OSS_ACCESS_KEY_ID=%s
  export OSS_ACCESS_KEY_SECRET=%s

Store, for a spec:
  stores:
    local: {region: %s, endpoint: "http://%s", credentials: env}
`, ui.Name(dir), addr, id, secret, serveRegion, addr)
	if c.UnsafeNoSync {
		fmt.Fprintln(e.stdout, "\nDisk syncs are off: a crash of this machine can lose everything in the folder.")
	}
}

// listen serves until ctx ends, which is no error.
func listen(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return &serveError{err: fmt.Errorf("serve %s: %w", listener.Addr(), err)}
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), shutdownPatience)
	defer cancel()
	if server.Shutdown(patience) != nil {
		server.Close()
	}
	<-ended
	return nil
}
