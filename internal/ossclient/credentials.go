package ossclient

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/spec"
)

// ErrNoCredentials says that a store wants keys from the environment and they
// are not there, or not in a usable form. The error around it names the
// variables, never their values.
var ErrNoCredentials = errors.New("no credentials")

// keyVariables name one set of keys in the environment.
type keyVariables struct{ id, secret, token string }

// families are looked at in this order; the first with a key in it counts.
func families() []keyVariables {
	return []keyVariables{
		{"OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"},
	}
}

// provide gives the credentials of store.
func provide(store spec.Store, opts Options) (credentials.CredentialsProvider, error) {
	switch {
	case opts.Credentials != nil:
		return opts.Credentials, nil
	case store.Credentials == spec.CredentialsAnonymous:
		return credentials.NewAnonymousCredentialsProvider(), nil
	}
	for _, names := range families() {
		if opts.Getenv(names.id) != "" || opts.Getenv(names.secret) != "" {
			return names.read(opts.Getenv)
		}
	}
	first, second := families()[0], families()[1]
	return nil, fmt.Errorf("%w: set %s and %s (or %s and %s), or `credentials: anonymous`",
		ErrNoCredentials, first.id, first.secret, second.id, second.secret)
}

// read takes one set of keys.
func (v keyVariables) read(getenv func(string) string) (credentials.CredentialsProvider, error) {
	for _, part := range []struct {
		name     string
		optional bool
	}{{v.id, false}, {v.secret, false}, {v.token, true}} {
		switch value := getenv(part.name); {
		case value == "" && !part.optional:
			return nil, fmt.Errorf("%w: %s is not set", ErrNoCredentials, part.name)
		case strings.ContainsFunc(value, notInKeys):
			return nil, fmt.Errorf("%w: %s holds white space or other characters that no key has", ErrNoCredentials, part.name)
		}
	}
	return &keys{getenv(v.id), credential.New(getenv(v.secret)), credential.New(getenv(v.token))}, nil
}

// keys are one set of them.
type keys struct {
	id            string
	secret, token credential.Secret
}

// GetCredentials gives the SDK what it signs a request with.
func (k *keys) GetCredentials(context.Context) (credentials.Credentials, error) {
	return credentials.Credentials{AccessKeyID: k.id, AccessKeySecret: k.secret.Reveal(), SecurityToken: k.token.Reveal()}, nil
}

// notInKeys finds what a copied key picks up, such as the newline of a file.
func notInKeys(r rune) bool { return r <= ' ' || r > '~' }
