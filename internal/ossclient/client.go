package ossclient

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/spec"
)

// Client is the SDK's client of one store, with the transport, the retries and
// the counters of this package. It may be used by several goroutines at once.
//
// When a context ends during the pause before a retry, the SDK reports the
// error of the attempt before; whoever needs to know asks the context.
type Client struct {
	*oss.Client

	transport *transport
	endpoint  endpoint
}

// Open makes the client of store. It sends nothing; a wrong endpoint or key
// shows with the first request.
//
// Errors wrap ErrNoCredentials when the store asks for keys and there are none,
// and ErrUntrustedEndpoint when they must not be sent where the store says.
func Open(store spec.Store, opts Options) (*Client, error) {
	opts = opts.withDefaults()
	c, err := open(store, opts, defaultStall)
	if err != nil {
		return nil, fmt.Errorf("store %q: %w", store.Name, err)
	}
	return c, nil
}

func open(store spec.Store, opts Options, limits stallLimits) (*Client, error) {
	end, err := resolve(store, opts)
	if err != nil {
		return nil, err
	}
	trust, err := networkOf(store)
	if err != nil {
		return nil, err
	}
	sts := trust.transport(Options{Connections: 1})
	sts.DisableKeepAlives = true // it is asked once an hour
	held, provider, err := provide(store, opts, sts)
	if err != nil {
		return nil, err
	}
	if _, anonymous := provider.(*credentials.AnonymousCredentialsProvider); !anonymous {
		if err := end.admit(opts.Getenv); err != nil {
			return nil, err
		}
	}
	t := newTransport(opts, limits, end.pathStyle, trust)
	t.keys = held
	cfg := oss.NewConfig().
		WithRegion(end.region).
		WithEndpoint(end.url).
		WithUsePathStyle(end.pathStyle).
		WithUseCName(store.CName).
		WithCredentialsProvider(provider).
		WithRetryer(&retryer{attempts: opts.MaxAttempts, budget: t.budget, counters: t.counters, clock: &t.clock}).
		WithUserAgent(opts.UserAgent).
		WithLogLevel(oss.LogOff)
	client := oss.NewClient(cfg, func(o *oss.Options) {
		o.HttpClient = t
		o.Signer = &signerV4{clock: &t.clock}
		o.FeatureFlags &^= oss.FeatureCorrectClockSkew // ours is free of data races
		// Package resumable compares the CRC-64 that an answer tells, or else its ETag,
		// with what it read, by which the SDK's reading of the same bytes is compared as well.
		o.FeatureFlags &^= oss.FeatureEnableCRC64CheckUpload
	})
	return &Client{Client: client, transport: t, endpoint: end}, nil
}

// InvokeOperation is the SDK's, but for a request that was refused for the time in
// its signature, which the refusal corrects, or for a token that has been renewed:
// without a body it is sent once more even if the caller allows a single attempt, as
// the listings of package iter do.
func (c *Client) InvokeOperation(ctx context.Context, input *oss.OperationInput, optFns ...func(*oss.Options)) (*oss.OperationOutput, error) {
	out, err := c.Client.InvokeOperation(ctx, input, optFns...)
	var answer *oss.ServiceError
	if input.Body != nil || !errors.As(err, &answer) {
		return out, err
	}
	switch {
	case answer.Code == "RequestTimeTooSkewed":
		c.transport.clock.correct(answer.Timestamp)
	case answer.Headers.Get(renewedHeader) == "":
		return out, err
	}
	return c.Client.InvokeOperation(ctx, input, optFns...)
}

// CompleteMultipartUpload is the SDK's, but that a refusal for a token that has been
// renewed is answered by another try, even if the caller allows a single attempt: a
// refusal leaves nothing in doubt.
func (c *Client) CompleteMultipartUpload(ctx context.Context, request *oss.CompleteMultipartUploadRequest, optFns ...func(*oss.Options)) (*oss.CompleteMultipartUploadResult, error) {
	out, err := c.Client.CompleteMultipartUpload(ctx, request, optFns...)
	var answer *oss.ServiceError
	if errors.As(err, &answer) && answer.Headers.Get(renewedHeader) != "" {
		return c.Client.CompleteMultipartUpload(ctx, request, optFns...)
	}
	return out, err
}

// ServerTime gives the store's clock, as far as the answers told it: the Date
// of the newest answer plus the time since, up to a second and the way of the
// answer behind the truth. It is false before the first answer with a Date.
func (c *Client) ServerTime() (time.Time, bool) { return c.transport.clock.server() }

// Endpoint returns the address that requests go to, "https://host[:port]"; where the
// bucket is in the host name, without it.
func (c *Client) Endpoint() string { return c.endpoint.url }

// Keys returns the provider of the store's keys, nil where [Options] gave them.
func (c *Client) Keys() *credential.Provider { return c.transport.keys }

// Stats gives the counts since Open, or of Options.Counters.
func (c *Client) Stats() Stats { return c.transport.counters.Stats() }

// Concurrency tells how many requests may be under way at the moment, at most
// [Options].Connections: as many as made it faster to have, and fewer while the store
// asks for less.
func (c *Client) Concurrency() int { return c.transport.places.limit() }

// Close drops idle connections. Requests under way are not disturbed.
func (c *Client) Close() { c.transport.base.CloseIdleConnections() }
