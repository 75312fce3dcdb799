package credential

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The variables of a workload with an identity of its own. What runs in a cluster
// has a file; CI systems put the token itself into a variable.
const (
	roleVariable      = "ALIBABA_CLOUD_ROLE_ARN"
	providerVariable  = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"
	tokenFileVariable = "ALIBABA_CLOUD_OIDC_TOKEN_FILE"
	tokenVariable     = "ALIBABA_CLOUD_OIDC_TOKEN"
	sessionVariable   = "ALIBABA_CLOUD_ROLE_SESSION_NAME"
)

// tokenLimit bounds a token file in bytes.
const tokenLimit = 64 << 10

// oidc has the keys of a role, for which a token of an identity provider is traded.
// A file is read each time: what runs the workload keeps a fresh token in it.
type oidc struct {
	file       string // "": token stands as it is
	token      Secret
	where      string
	sts        *sts
	parameters url.Values
}

// openOIDC takes what c leaves open from the environment. Where the token is, the
// environment alone says.
func openOIDC(c Config, o Options) (source, error) {
	t := oidc{file: o.Getenv(tokenFileVariable), token: New(o.Getenv(tokenVariable)), where: tokenFileVariable}
	if t.file == "" {
		t.where = tokenVariable
	}
	if t.file == "" && t.token.Empty() {
		return nil, fmt.Errorf("%w: set %s to the file of a token, or %s to the token", ErrNone, tokenFileVariable, tokenVariable)
	}
	for _, part := range []struct {
		value *string
		name  string
	}{{&c.RoleARN, roleVariable}, {&c.ProviderARN, providerVariable}, {&c.SessionName, sessionVariable}} {
		if *part.value == "" {
			*part.value = o.Getenv(part.name)
		}
	}
	return t.open(c, o, o.STSRegion, o.Internal)
}

// open completes t.
func (t oidc) open(c Config, o Options, region string, internal bool) (source, error) {
	switch {
	case c.RoleARN == "":
		return nil, fmt.Errorf("%w: a token in %s, but no role: set %s, or roleArn", ErrNone, t.where, roleVariable)
	case c.ProviderARN == "":
		return nil, fmt.Errorf("%w: a token in %s, but no identity provider: set %s, or providerArn", ErrNone, t.where, providerVariable)
	}
	var err error
	if t.sts, err = openSTS(o, region, internal); err != nil {
		return nil, err
	}
	if t.parameters, err = roleRequest(c); err != nil {
		return nil, err
	}
	t.parameters.Set("OIDCProviderArn", c.ProviderARN)
	return &t, nil
}

// inOIDC reports whether openOIDC would find a token.
func inOIDC(getenv func(string) string) bool {
	return getenv(tokenFileVariable) != "" || getenv(tokenVariable) != ""
}

func (t *oidc) origin() string {
	return fmt.Sprintf("role %q (%s) with the token of %s", t.parameters.Get("RoleArn"), t.sts.address.Host, t.where)
}

func (t *oidc) fetch(ctx context.Context) (Keys, error) {
	token := t.token
	if t.file != "" {
		text, err := readBounded(t.file, tokenLimit, nil)
		if err != nil {
			return Keys{}, fmt.Errorf("%w: token of %s: %w", ErrNone, t.where, err)
		}
		token = New(strings.TrimSpace(string(text)))
	}
	if token.Empty() {
		return Keys{}, fmt.Errorf("%w: the token of %s is empty", ErrNone, t.where)
	}
	return t.sts.assumeRoleWithOIDC(ctx, token, t.parameters)
}

// seconds is a number of a configuration file as a duration.
func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
