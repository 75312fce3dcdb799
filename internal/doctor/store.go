package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

// Place is a prefix of a bucket and what is to be done there.
type Place struct {
	Bucket, Prefix string
	Writes         bool // objects are uploaded
	Deletes        bool // objects are deleted
}

// String returns "oss://bucket/prefix".
func (p Place) String() string { return "oss://" + p.Bucket + "/" + p.Prefix }

// PlaceOf returns where the remote side of a mapping is.
func PlaceOf(m *spec.Mapping) Place {
	push := m.Direction == spec.Push
	return Place{Bucket: m.Bucket, Prefix: m.Prefix, Writes: push, Deletes: push && m.Prune != spec.PruneNever}
}

// Store looks at a store: where its endpoint and keys come from, whether they are
// good, and what may be done at places.
func (x *Examination) Store(ctx context.Context, wish spec.Store, places []Place) {
	ctx, cancel := within(ctx)
	defer cancel()
	if wish.Embedded != "" {
		x.embedded(ctx, wish, places)
		return
	}
	s, err := x.Open(wish)
	if err != nil {
		x.fail(fmt.Sprintf("store %q", wish.Name), err)
		return
	}
	defer s.Close()
	x.ok(fmt.Sprintf("endpoint of store %q", wish.Name), s.Client.Endpoint()+", from "+endpointOrigin(wish))
	if !x.Keys(ctx, fmt.Sprintf("store %q", wish.Name), s.Client.Keys()) {
		return
	}
	for _, place := range places {
		x.place(ctx, wish, s, place)
	}
	x.clock(wish.Name, s)
}

// endpointOrigin tells which field of the spec leads to the endpoint.
func endpointOrigin(s spec.Store) string {
	switch {
	case s.Endpoint != "" && s.CName:
		return "endpoint with cname"
	case s.Endpoint != "":
		return "endpoint"
	case s.Internal:
		return "region with internal"
	case s.Accelerate:
		return "accelerate"
	case s.DualStack:
		return "region with dualStack"
	}
	return "region"
}

// embedded looks at a store that is a folder. One that is not there yet is not made.
func (x *Examination) embedded(ctx context.Context, wish spec.Store, places []Place) {
	subject := fmt.Sprintf("store %q", wish.Name)
	if _, err := disk.StatPath(wish.Embedded); errors.Is(err, fs.ErrNotExist) {
		x.ok(subject, fmt.Sprintf("embedded in %q, which the first plan makes", wish.Embedded))
		return
	}
	s, err := x.Open(wish)
	if err != nil {
		x.fail(subject, err)
		return
	}
	defer s.Close()
	x.ok(subject, fmt.Sprintf("embedded in %q; it needs no keys", wish.Embedded))
	for _, place := range places {
		x.place(ctx, wish, s, place)
	}
}

// Keys gets keys, and reports whether there are any. Of is whose they are, in words.
func (x *Examination) Keys(ctx context.Context, of string, provider *credential.Provider) bool {
	subject := "keys of " + of
	if provider.Anonymous() {
		x.ok(subject, "none: requests are not signed, and reach what anybody may read")
		return true
	}
	keys, err := provider.Keys(ctx)
	if err != nil {
		x.fail(subject, err)
		return false
	}
	fact := fmt.Sprintf("%s, from %s", keys.MaskedID(), provider.Origin())
	switch {
	case !keys.Expires.IsZero():
		fact += fmt.Sprintf("; good until %s (%s)", keys.Expires.UTC().Format(time.DateTime+" MST"), keys.Expires.Sub(x.Now()).Round(time.Second))
	case !keys.Token.Empty():
		fact += "; temporary, until when is not known"
	}
	x.ok(subject, fact)
	return true
}

const (
	largeSkew    = time.Minute
	refusedSkew  = 15 * time.Minute // from here on the service refuses signatures
	unknownClock = "no answer told its time"
)

// clock compares the clocks by the Date of the answers so far.
func (x *Examination) clock(name string, s *reconcile.Store) {
	subject := fmt.Sprintf("clock, beside that of store %q", name)
	theirs, known := s.Client.ServerTime()
	if !known {
		x.warn(subject, unknownClock, "name a bucket, by a mapping or an address, for the service to answer")
		return
	}
	skew := x.Now().Sub(theirs).Round(time.Second)
	switch fact := fmt.Sprintf("%v apart", skew.Abs()); {
	case skew.Abs() >= refusedSkew:
		x.warn(subject, fact, "set the clock of this machine: every run begins with a request that is refused for it, and temporary keys may be taken for good or bad wrongly")
	case skew.Abs() >= largeSkew:
		x.warn(subject, fact, "set the clock of this machine")
	default:
		x.ok(subject, fact)
	}
}
