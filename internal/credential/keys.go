package credential

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNone says that a source has no keys that could be used: nothing is set, a
// setting is wrong, the keys have expired, or a service refuses to give any. The
// error around it names the place, never a key. Trouble of the network on the way
// to a service does not wrap it: that may pass.
var ErrNone = errors.New("no credentials")

// Keys are what requests are signed with. The zero value signs nothing.
type Keys struct {
	ID      string
	Secret  Secret
	Token   Secret    // of temporary keys; empty for others
	Expires time.Time // zero: not known, or never
}

// MaskedID returns the id with all but its first four and last two characters
// hidden, for people to tell one key from another by.
func (k Keys) MaskedID() string {
	const head, tail = 4, 2
	if len(k.ID) < 3*(head+tail)/2 {
		return strings.Repeat("*", len(k.ID))
	}
	return k.ID[:head] + "***" + k.ID[len(k.ID)-tail:]
}

// check refuses keys that cannot be meant.
func (k Keys) check() error {
	for _, part := range []struct {
		name     string
		value    Secret
		optional bool
	}{{"access key id", New(k.ID), false}, {"access key secret", k.Secret, false}, {"security token", k.Token, true}} {
		if part.value.Empty() && !part.optional {
			return fmt.Errorf("%w: %s is not set", ErrNone, part.name)
		}
		if !clean(part.value) {
			return fmt.Errorf("%w: %s holds white space or other characters that no key has", ErrNone, part.name)
		}
	}
	return nil
}

// clean reports whether a key has nothing in it that a copied one picks up, such as
// the newline of a file.
func clean(key Secret) bool {
	return !strings.ContainsFunc(key.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' })
}
