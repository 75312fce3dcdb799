package credential

import (
	"context"
	"fmt"
)

// variables name one set of keys in the environment.
type variables struct{ id, secret, token string }

// families are looked at in this order; the first with a key in it counts, and is
// never mixed with the other.
func families() []variables {
	return []variables{
		{"OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"},
		{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"},
	}
}

// uriVariable names a service that hands out keys.
const uriVariable = "ALIBABA_CLOUD_CREDENTIALS_URI"

// openEnvironment finds keys, or the address of a service that has some.
func openEnvironment(o Options) (source, error) {
	for _, v := range families() {
		if o.Getenv(v.id) != "" || o.Getenv(v.secret) != "" {
			return v.read(o.Getenv)
		}
	}
	if address := o.Getenv(uriVariable); address != "" {
		return openURI(address, uriVariable, o)
	}
	first, second := families()[0], families()[1]
	return nil, fmt.Errorf("%w: set %s and %s (or %s and %s), or `credentials: anonymous`",
		ErrNone, first.id, first.secret, second.id, second.secret)
}

// inEnvironment reports whether openEnvironment would find something.
func inEnvironment(getenv func(string) string) bool {
	for _, v := range families() {
		if getenv(v.id) != "" || getenv(v.secret) != "" {
			return true
		}
	}
	return getenv(uriVariable) != ""
}

// read takes one set of keys.
func (v variables) read(getenv func(string) string) (source, error) {
	for _, part := range []struct {
		name     string
		optional bool
	}{{v.id, false}, {v.secret, false}, {v.token, true}} {
		switch value := New(getenv(part.name)); {
		case value.Empty() && !part.optional:
			return nil, fmt.Errorf("%w: %s is not set", ErrNone, part.name)
		case !clean(value):
			return nil, fmt.Errorf("%w: %s holds white space or other characters that no key has", ErrNone, part.name)
		}
	}
	where := "the environment (" + v.id + ", " + v.secret
	if getenv(v.token) != "" {
		where += ", " + v.token
	}
	return &fixed{Keys{ID: getenv(v.id), Secret: New(getenv(v.secret)), Token: New(getenv(v.token))}, where + ")"}, nil
}

// fixed are keys that stand somewhere as they are.
type fixed struct {
	keys  Keys
	where string
}

func (f *fixed) fetch(context.Context) (Keys, error) { return f.keys, nil }
func (f *fixed) origin() string                      { return f.where }
