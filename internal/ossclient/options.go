package ossclient

import (
	"context"
	"net"
	"os"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

// Options are what a client needs beyond its store. The zero value is right for
// a command line.
type Options struct {
	// Getenv looks up environment variables; default os.Getenv.
	Getenv func(string) string

	// Credentials replace those of the store. Embedded stores need them. The
	// provider is asked before every attempt of every request.
	Credentials credentials.CredentialsProvider

	// DialContext replaces the network. Embedded stores need it.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)

	// Connections bounds the connections, busy or idle, to one host; where the
	// bucket is in the host name, that is one bucket. Default 64.
	Connections int

	// Bandwidth bounds the bytes a second of all request bodies together, and
	// likewise of all answer bodies; 0 means no bound. Below 4 KiB it is rough.
	Bandwidth int64

	// UserAgent is appended to the SDK's; default "osssync".
	UserAgent string

	// Counters count for this client too, beside others that were given the same;
	// default its own.
	Counters *Counters

	// MaxAttempts bounds how often one request is sent, the first time
	// included; default 5.
	MaxAttempts int
}

func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Connections <= 0 {
		o.Connections = 64
	}
	if o.UserAgent == "" {
		o.UserAgent = "osssync"
	}
	if o.Counters == nil {
		o.Counters = &Counters{}
	}
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = 5
	}
	return o
}
