package ossserver

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/osssync/osssync/internal/credential"
)

// ErrLocked says that another server, of this or another process, has the
// directory.
var ErrLocked = errors.New("directory in use by another server")

// Options configure a Server. Dir is required; for the rest the zero value is
// right, but that without Credentials only anonymous requests are let in.
type Options struct {
	// Dir holds everything the server stores. It is created, with parents, if
	// it is missing, readable by the owner alone.
	Dir string

	// Credentials maps access key ids to secrets. A request must be signed
	// with one of them, or ask for what an ACL opens to everybody.
	// ReadCredentials reads them from a file.
	Credentials map[string]string

	// SecurityTokens maps access key ids to the security token that requests
	// signed with them must carry, as temporary credentials do. A request that
	// carries one with an id that is not in it is refused. Default: none.
	SecurityTokens map[string]string

	// Region must equal the region in the scope of V4 signatures. Default
	// cn-hangzhou.
	Region string

	// Endpoint is the host, with port, that answers name as the endpoint of
	// buckets. Requests to a subdomain of it name the bucket there, as those to
	// subdomains of localhost and of the endpoints of OSS regions always do.
	// Default: the host that a request was sent to.
	Endpoint string

	// NoSync leaves out all disk syncs. A crash of the machine, though not of
	// the process alone, can then lose acknowledged writes or the whole
	// directory. For tests.
	NoSync bool

	// Log is given one record of level Info for each request, and one of level
	// Error for each failure of the server's own. Default: no log.
	Log *slog.Logger

	// Hooks watch and disturb requests, for tests. Default: none.
	Hooks *Hooks

	// Now tells the time for Last-Modified, Date and signatures. Default
	// time.Now.
	Now func() time.Time

	secrets, tokens map[string]credential.Secret // of Credentials and SecurityTokens, whose place withDefaults lets them take
}

func (o Options) withDefaults() Options {
	if o.Region == "" {
		o.Region = "cn-hangzhou"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Hooks == nil {
		o.Hooks = &Hooks{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.secrets, o.Credentials = hide(o.Credentials), nil
	o.tokens, o.SecurityTokens = hide(o.SecurityTokens), nil
	return o
}

// hide makes secrets of the values of texts.
func hide(texts map[string]string) map[string]credential.Secret {
	secrets := make(map[string]credential.Secret, len(texts))
	for id, text := range texts {
		secrets[id] = credential.New(text)
	}
	return secrets
}

// Server is an OSS-compatible server on a directory. It is an http.Handler;
// all methods may be called at any time from any goroutine.
type Server struct {
	options Options
	rules   []rule
	store   *store
	dialer  *dialer
	seq     atomic.Int64

	mu      sync.Mutex // guards closed, and inside.Add against Close
	closed  bool
	inside  sync.WaitGroup // requests being served
	closing chan struct{}  // closed by Close, ends stalled requests
}

// Open opens the directory, creating it where there is none, and removes what
// a crash left behind. When another server has the directory the error is
// ErrLocked, found within a second. When the database in it is damaged the error
// is ErrDamaged, and nothing was changed.
func Open(o Options) (*Server, error) {
	o = o.withDefaults()
	if o.Dir == "" {
		return nil, errors.New("open server: no directory given")
	}
	st, err := openStore(o.Dir, !o.NoSync, o.Log)
	if err != nil {
		return nil, fmt.Errorf("open server on %q: %w", o.Dir, err)
	}
	s := &Server{options: o, rules: rules(), store: st, closing: make(chan struct{})}
	s.dialer = newDialer(s)
	return s, nil
}

// Close ends stalled requests and the connections made by DialContext, waits
// for the requests being served, and closes the directory. An http.Server that
// has s as its handler should be shut down first; a request that comes later is
// answered with status 503. Only the first call has an effect.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()

	close(s.closing)
	s.dialer.close()
	s.inside.Wait()
	return s.store.close()
}

// CreateBucket makes a private bucket of storage class Standard, or leaves the
// one that is there as it is. The error tells a name against the rules: 3 to
// 63 lower-case letters, digits and hyphens.
func (s *Server) CreateBucket(name string) error {
	if err := checkBucketName(name); err != nil {
		return fmt.Errorf("create bucket %q: %w", name, err)
	}
	if !s.enter() {
		return fmt.Errorf("create bucket %q: %w", name, http.ErrServerClosed)
	}
	defer s.inside.Done()
	err := s.store.update(func(tx *transaction) error {
		_, err := tx.createBucket(name, s.newBucket(aclPrivate))
		return err
	})
	if err != nil {
		return fmt.Errorf("create bucket %q: %w", name, err)
	}
	return nil
}

// ServeHTTP answers one request. It ends in a panic with http.ErrAbortHandler,
// which net/http takes as the order to drop the connection, when an answer
// cannot be finished and where a Fault says so.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := s.now()
	c := &call{request: r, response: w, connection: http.NewResponseController(w), seq: s.seq.Add(1), id: newRequestID(), closing: s.closing}
	c.Header().Set("Server", "AliyunOSS")
	c.Header().Set("Date", start.UTC().Format(http.TimeFormat))
	c.Header().Set("X-Oss-Request-Id", c.id)
	if r.ContentLength > 0 && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		// net/http would wait for a body that some clients announce and never send.
		c.Header().Set("Connection", "close")
	}
	if !s.enter() {
		c.writeError(serverClosing())
		return
	}
	defer s.inside.Done()
	s.answer(c, start)
	c.linger()
}

// answer serves a request and tells what became of it.
func (s *Server) answer(c *call, start time.Time) {
	defer func() { s.record(c, s.now().Sub(start)) }()
	err := s.serve(c)
	switch refused := (*apiError)(nil); {
	case err == nil:
	case c.status != 0:
		s.options.Log.Warn("answer broken off", "id", c.id, "err", err)
		panic(http.ErrAbortHandler)
	case errors.As(err, &refused):
		c.writeError(refused)
	default:
		s.options.Log.Error("request failed", "id", c.id, "err", err)
		c.writeError(newError(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again."))
	}
}

// serve is the order of judgement: what is asked, who asks, is it well formed.
func (s *Server) serve(c *call) error {
	var err error
	if c.query, err = parseQuery(c.request.URL.RawQuery); err != nil {
		return err
	}
	if c.target, err = parseTarget(rawPath(c.request), c.request.Host, s.options.Endpoint); err != nil {
		return err
	}
	copies := c.request.Header.Get("X-Oss-Copy-Source") != ""
	rule, unserved := route(s.rules, c.request.Method, c.target, c.query, copies)
	c.operation = rule.operation
	c.version = c.query.get("versionId")
	if s.options.Hooks.Fault != nil && unserved == nil {
		c.fault = s.options.Hooks.Fault(c.describe())
	}
	if c.fault != nil && c.fault.When == Before && c.strike() {
		return nil
	}
	s.allowOrigin(c)
	signed := false
	if unserved != nil || rule.access != anyone {
		if signed, err = s.authenticate(c); err != nil {
			return s.orNoSuchBucket(c, err)
		}
	}
	if unserved != nil {
		return unserved
	}
	if err := rule.checkHeaders(c.request.Header); err != nil {
		return err
	}
	if c.pace, err = c.parsePace(); err != nil {
		return err
	}
	if c.bucket != "" {
		if err := checkBucketName(c.bucket); err != nil {
			return err
		}
	}
	if c.key != "" {
		if err := checkKey(c.key); err != nil {
			return err
		}
		if err := checkVersionID(c.version); err != nil {
			return err
		}
	}
	if !signed {
		if err := s.admitAnonymous(c, rule); err != nil {
			return err
		}
	}
	return rule.serve(s, c)
}

// orNoSuchBucket returns why a request was not let in. To a key that it does not
// know the service says first that there is no such bucket.
func (s *Server) orNoSuchBucket(c *call, refused error) error {
	var e *apiError
	if !errors.As(refused, &e) || e.code != "InvalidAccessKeyId" || c.operation == PutBucket || c.operation == PutBucketAcl || checkBucketName(c.bucket) != nil {
		return refused
	}
	if _, err := s.store.bucketRecord(c.bucket); err != nil {
		return err
	}
	return refused
}

func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.inside.Add(1)
	return true
}

func (s *Server) record(c *call, took time.Duration) {
	s.options.Log.Info("request",
		"id", c.id, "method", c.request.Method, "operation", string(c.operation),
		"bucket", c.bucket, "key", c.key, "status", c.status, "code", c.code,
		"received", c.received, "sent", c.sent, "took", took)
	if s.options.Hooks.Log != nil {
		s.options.Hooks.Log(Exchange{
			Request: c.describe(), Status: c.status, Code: c.code,
			Received: c.received, Sent: c.sent, Duration: took, Deletes: c.deletes,
		})
	}
}

func (s *Server) now() time.Time { return s.options.Now() }
