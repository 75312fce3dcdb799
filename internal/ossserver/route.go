package ossserver

import (
	"slices"
	"strings"
)

// level says what the path of a request names.
type level int

const (
	serviceLevel level = iota
	bucketLevel
	objectLevel
)

// rule is one row of the routing table.
type rule struct {
	operation Operation
	method    string
	level     level
	access    access
	needs     string // query names that must be there, space-separated; "name=value" fixes the value too
	allows    string // further query names it understands, space-separated
	encrypts  bool   // it takes the headers of server-side encryption
	copies    bool   // x-oss-copy-source must be there; without it, it must not
	serve     func(*Server, *call) error
}

// route finds the row for a request. A query name that chooses an operation, and
// is not known to the row, ends in NotImplemented.
func route(table []rule, method string, t target, q query, copies bool) (rule, error) {
	for _, r := range table {
		if r.method != method || r.level != t.level() || r.copies != copies || !q.hasAll(r.needs) {
			continue
		}
		for _, p := range q {
			if !r.knows(p.name) && choosesOperation(p.name) {
				return rule{}, notImplemented("The query parameter %q is not implemented for %s.", p.name, r.operation)
			}
		}
		return r, nil
	}
	return rule{}, notImplemented("The operation is not implemented.")
}

// knows reports whether the row understands a query name, the names of a
// signature included.
func (r rule) knows(name string) bool {
	if isSignatureParameter(name) || name == trafficLimit || name == "x-oss-request-payer" {
		return true
	}
	for need := range strings.FieldsSeq(r.needs) {
		if n, _, _ := strings.Cut(need, "="); n == name {
			return true
		}
	}
	for allowed := range strings.FieldsSeq(r.allows) {
		if allowed == name {
			return true
		}
	}
	return false
}

// refuses reports whether a header, given in lower case, asks for something that
// the row does not do. Headers that an operation does not know are passed over
// otherwise, as the service does; its own clients rely on that.
func (r rule) refuses(header string) bool {
	switch {
	case strings.HasPrefix(header, "x-oss-callback"), strings.HasPrefix(header, "x-oss-object-worm"):
		return true
	case strings.HasPrefix(header, "x-oss-server-side-"):
		return !slices.Contains(strings.Fields(encryptionHeaders), header)
	case header == "if-match" || header == "if-none-match":
		// A copy looks at the conditions on its source.
		return !r.copies && r.operation != GetObject && r.operation != HeadObject && r.operation != GetObjectMeta
	}
	return false
}
