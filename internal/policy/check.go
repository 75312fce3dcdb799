package policy

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/osssync/osssync/spec"
)

// World tells what a policy has to know besides the spec.
type World struct {
	// Endpoint returns the address that requests of a store go to.
	Endpoint func(spec.Store) (string, error)
	// Inside reports whether a path is a folder or below it, whatever symbolic links
	// lead to either.
	Inside func(path, folder string) bool
}

// Refusal is one part of a spec that a policy does not allow.
type Refusal struct {
	Field string // of the spec, such as "mappings[0].to"
	Value string // what stands there
	Rule  string // of the policy, such as "buckets"
}

// String says it in a line.
func (r Refusal) String() string {
	return fmt.Sprintf("%s: %q is not allowed by %s", r.Field, r.Value, r.Rule)
}

// RefusedError is a spec that a policy does not allow. Nothing was done for it.
type RefusedError struct {
	Policy, Spec string    // paths
	Refusals     []Refusal // at least one, in the order of the spec
}

// Error tells all of them, one a line.
func (e *RefusedError) Error() string {
	lines := []string{fmt.Sprintf("policy %q refuses spec %q", e.Policy, e.Spec)}
	for _, r := range e.Refusals {
		lines = append(lines, r.String())
	}
	return strings.Join(lines, "\n")
}

// Hint says what a user can do.
func (e *RefusedError) Hint() string {
	return "nothing was changed; the policy stands outside the spec on purpose: have its owner add what is meant"
}

// Check returns nil if all of a spec is allowed, else a *RefusedError. An endpoint
// that cannot be told is not allowed.
//
// RACE: a symbolic link in a root that is replaced after the look leads where it then
// leads.
func (p *Policy) Check(s *spec.Spec, world World) error {
	refused := &RefusedError{Policy: p.path, Spec: s.Path}
	refuse := func(field, value, rule string) {
		refused.Refusals = append(refused.Refusals, Refusal{field, value, rule})
	}
	for i := range s.Stores {
		p.checkStore(&s.Stores[i], world, refuse)
	}
	for i := range s.Mappings {
		m, field := &s.Mappings[i], fmt.Sprintf("mappings[%d].", i)
		side := map[spec.Direction]string{spec.Push: "to", spec.Pull: "from"}[m.Direction]
		if !slices.Contains(p.text.Buckets, m.Bucket) {
			refuse(field+side, m.Bucket, "buckets")
		}
		if p.text.Prefixes != nil && !slices.ContainsFunc(p.text.Prefixes, func(allowed string) bool { return strings.HasPrefix(m.URL(), allowed) }) {
			refuse(field+side, m.URL(), "prefixes")
		}
		if !p.inRoots(m.Root, world) {
			refuse(field+"local", m.Root, "roots")
		}
		if m.Prune != spec.PruneNever && !*p.text.Deletes {
			refuse(field+"prune", m.Prune.String(), "deletes")
		}
		if m.Uploads.AbortAfter > 0 && !*p.text.Deletes {
			refuse(field+"uploads.abortAfter", m.Uploads.AbortAfter.String(), "deletes")
		}
	}
	if len(refused.Refusals) == 0 {
		return nil
	}
	return refused
}

func (p *Policy) checkStore(s *spec.Store, world World, refuse func(field, value, rule string)) {
	field := "stores." + s.Name + "."
	if s.Embedded != "" {
		if !p.inRoots(s.Embedded, world) {
			refuse(field+"embedded", s.Embedded, "roots")
		}
		return
	}
	address, err := world.Endpoint(*s)
	u, parseErr := url.Parse(address)
	if err != nil || parseErr != nil || !p.allowsHost(u.Hostname()) {
		refuse(field+"endpoint", address, "endpoints")
	}
	if s.CAFile != "" && !p.inRoots(s.CAFile, world) {
		refuse(field+"caFile", s.CAFile, "roots")
	}
	for c := &s.Credentials; c != nil; c = c.Source {
		if p.text.Credentials != nil && !slices.Contains(p.text.Credentials, c.From) {
			refuse(field+"credentials", c.From, "credentials")
		}
	}
}

// allowsHost compares a host with the names and suffixes of the policy.
func (p *Policy) allowsHost(host string) bool {
	return slices.ContainsFunc(p.text.Endpoints, func(allowed string) bool {
		if suffix, ok := strings.CutPrefix(allowed, "*"); ok && strings.HasPrefix(suffix, ".") {
			return strings.HasSuffix(strings.ToLower(host), strings.ToLower(suffix))
		}
		return strings.EqualFold(host, allowed)
	})
}

func (p *Policy) inRoots(path string, world World) bool {
	return slices.ContainsFunc(p.text.Roots, func(root string) bool { return world.Inside(path, root) })
}
