package ossclient

import (
	"context"
	"net/http"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/spec"
)

// ErrNoCredentials says that the source of a store has no keys, or none in a usable
// form. The error around it names the place, never a key.
var ErrNoCredentials = credential.ErrNone

// stsRegionVariable names the region whose token service gives keys of roles.
const stsRegionVariable = "ALIBABA_CLOUD_STS_REGION"

// provide gives the keys of store, and what the SDK asks for them. Only keys of
// Options have no provider of ours.
func provide(store spec.Store, opts Options, roundTripper http.RoundTripper) (*credential.Provider, credentials.CredentialsProvider, error) {
	if opts.Credentials != nil {
		return nil, opts.Credentials, nil
	}
	region := opts.Getenv(stsRegionVariable)
	if region == "" && store.Internal {
		region = store.Region
	}
	p, err := credential.Open(sourceOf(&store.Credentials), credential.Options{
		Getenv: opts.Getenv, Transport: roundTripper, STSRegion: region, Internal: store.Internal,
	})
	switch {
	case err != nil:
		return nil, nil, err
	case p.Anonymous():
		return p, credentials.NewAnonymousCredentialsProvider(), nil
	}
	return p, &keys{p}, nil
}

// sourceOf is what the spec says, in the words of package credential.
func sourceOf(c *spec.Credentials) credential.Config {
	config := credential.Config{
		From: c.From, Profile: c.Profile, RoleName: c.RoleName, RoleARN: c.RoleARN, ProviderARN: c.ProviderARN,
		SessionName: c.SessionName, Duration: c.Duration, Policy: c.Policy, ExternalID: c.ExternalID,
	}
	if c.Source != nil {
		source := sourceOf(c.Source)
		config.Source = &source
	}
	return config
}

// keys give the SDK what it signs requests with.
type keys struct{ provider *credential.Provider }

// GetCredentials implements credentials.CredentialsProvider.
func (k *keys) GetCredentials(ctx context.Context) (credentials.Credentials, error) {
	found, err := k.provider.Keys(ctx)
	if err != nil {
		return credentials.Credentials{}, err
	}
	c := credentials.Credentials{AccessKeyID: found.ID, AccessKeySecret: found.Secret.Reveal(), SecurityToken: found.Token.Reveal()}
	if !found.Expires.IsZero() {
		c.Expires = &found.Expires
	}
	return c, nil
}
