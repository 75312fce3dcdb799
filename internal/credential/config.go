package credential

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"time"
)

// The names of the sources, as a spec writes them.
const (
	FromEnv        = "env"         // OSS_ACCESS_KEY_ID and its like
	FromDefault    = "default"     // the first of env, oidc, ossutil, aliyun and ecs-role that is configured
	FromOSSUtil    = "ossutil"     // ~/.ossutilconfig
	FromAliyun     = "aliyun"      // ~/.aliyun/config.json
	FromECSRole    = "ecs-role"    // the metadata service of a cloud machine
	FromOIDC       = "oidc"        // a token of an identity provider, traded for keys
	FromAssumeRole = "assume-role" // keys of another source, traded for those of a role
	FromProcess    = "process"     // a command of OSSSYNC_CREDENTIAL_PROCESS
	FromAnonymous  = "anonymous"   // no keys: requests are not signed
)

// Config says where keys come from. It holds no key, and nothing in it makes a
// program run or a file be read that the environment does not name, so it may be
// written by somebody who is not trusted with keys. The zero value is FromEnv.
type Config struct {
	From        string
	Profile     string        // ossutil, aliyun; "" = the one in use there
	RoleName    string        // ecs-role; "" = the machine's only one
	RoleARN     string        // assume-role, oidc; required for the first
	ProviderARN string        // oidc
	SessionName string        // assume-role, oidc; "osssync" if empty
	Duration    time.Duration // assume-role, oidc; 15 minutes to 12 hours, 0 = one hour
	Policy      string        // assume-role, oidc; narrows the rights of the role further
	ExternalID  string        // assume-role
	Source      *Config       // assume-role: whose keys assume the role; nil = FromEnv
}

// Options are what sources need of the world. The zero value is right for a
// command line.
type Options struct {
	Getenv    func(string) string // default os.Getenv
	Now       func() time.Time    // default time.Now
	Transport http.RoundTripper   // to the token service; default one without proxies, with TLS 1.2 or later

	// STSRegion and Internal choose the token service: sts.aliyuncs.com if the
	// region is empty, else the one of the region, inside its network if Internal.
	STSRegion string
	Internal  bool

	direct   http.RoundTripper // to this machine and its metadata service: never by a proxy
	metadata string            // host of the metadata service; tests have their own
}

func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.direct == nil {
		o.direct = &http.Transport{
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, DisableKeepAlives: true,
			MaxResponseHeaderBytes: answerLimit,
		}
	}
	if o.Transport == nil {
		o.Transport = o.direct
	}
	if o.metadata == "" {
		o.metadata = metadataAddress
	}
	return o
}

// source is where keys come from.
type source interface {
	// fetch gets keys, new ones where that is possible.
	fetch(ctx context.Context) (Keys, error)
	// origin tells people where that is. It names variables, files and hosts.
	origin() string
}

// Open finds the source that config names. It reads variables and files of
// configuration; nothing is sent, and no program is run, before keys are asked for.
//
// Errors wrap ErrNone.
func Open(config Config, opts Options) (*Provider, error) {
	opts = opts.withDefaults()
	s, err := open(config, opts, 0)
	if err != nil {
		return nil, err
	}
	return &Provider{source: s, now: opts.Now}, nil
}

// maxChain is how many roles may be assumed one by the other.
const maxChain = 5

// open finds a source; depth counts the sources that wait for its keys.
func open(c Config, o Options, depth int) (source, error) {
	if depth > maxChain {
		return nil, fmt.Errorf("%w: a chain of more than %d sources", ErrNone, maxChain)
	}
	switch c.From {
	case "", FromEnv:
		return openEnvironment(o)
	case FromDefault:
		return openDefault(o)
	case FromOSSUtil:
		return openOSSUtil(c, o)
	case FromAliyun:
		return openAliyun(c, o)
	case FromECSRole:
		return ecsRole{name: c.RoleName, opts: o}, nil
	case FromOIDC:
		return openOIDC(c, o)
	case FromAssumeRole:
		return openAssumeRole(c, o, depth)
	case FromProcess:
		return openProcess(o)
	case FromAnonymous:
		return anonymous{}, nil
	}
	return nil, fmt.Errorf("%w: no source is called %q", ErrNone, c.From)
}

// anonymous is the source of no keys.
type anonymous struct{}

func (anonymous) fetch(context.Context) (Keys, error) { return Keys{}, nil }
func (anonymous) origin() string                      { return "nowhere: requests are not signed" }
