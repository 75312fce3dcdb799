package credential

import (
	"context"
	"errors"
	"fmt"
	"net/url"
)

// assumeRole has the keys of a role, for which those of another source are traded.
type assumeRole struct {
	base       *Provider // caches, so that a chain costs one request a role
	sts        *sts
	parameters url.Values
}

func openAssumeRole(c Config, o Options, depth int) (source, error) {
	base := Config{}
	if c.Source != nil {
		base = *c.Source
	}
	if base.From == FromAnonymous {
		return nil, fmt.Errorf("%w: a role that nobody asks for: source is anonymous", ErrNone)
	}
	from, err := open(base, o, depth+1)
	if err != nil {
		return nil, fmt.Errorf("source of role %q: %w", c.RoleARN, err)
	}
	return newAssumeRole(from, c, o, o.STSRegion, o.Internal)
}

// newAssumeRole asks the token service of a region with the keys of from.
func newAssumeRole(from source, c Config, o Options, region string, internal bool) (source, error) {
	service, err := openSTS(o, region, internal)
	if err != nil {
		return nil, err
	}
	parameters, err := roleRequest(c)
	if err != nil {
		return nil, err
	}
	if c.ExternalID != "" {
		parameters.Set("ExternalId", c.ExternalID)
	}
	return &assumeRole{&Provider{source: from, now: o.Now}, service, parameters}, nil
}

func (a *assumeRole) origin() string {
	return fmt.Sprintf("role %q (%s) with keys from %s", a.parameters.Get("RoleArn"), a.sts.address.Host, a.base.Origin())
}

func (a *assumeRole) fetch(ctx context.Context) (Keys, error) {
	keys, err := a.base.Keys(ctx)
	if err != nil {
		return Keys{}, err
	}
	role, err := a.sts.assumeRole(ctx, keys, a.parameters)
	if refusal := new(RefusalError); !errors.As(err, &refusal) || !refusal.expired() || !a.base.Refused(keys.Token.Reveal()) {
		return role, err
	}
	if keys, err = a.base.Keys(ctx); err != nil {
		return Keys{}, err
	}
	return a.sts.assumeRole(ctx, keys, a.parameters)
}
