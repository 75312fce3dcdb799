package ossserver

import "strings"

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
	reads     string // x-oss- headers it understands, in lower case, space-separated
	copies    bool   // x-oss-copy-source must be there; without it, it must not
	serve     func(*Server, *call) error
}

// route finds the row for a request. A query name that the row does not know
// ends in NotImplemented: it could name a subresource, and to answer for the
// resource itself would be a lie ("DELETE key?acl" must not delete the key).
func route(table []rule, method string, t target, q query, copies bool) (rule, error) {
	for _, r := range table {
		if r.method != method || r.level != t.level() || r.copies != copies || !q.hasAll(r.needs) {
			continue
		}
		for _, p := range q {
			if !r.knows(p.name) {
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
	if isSignatureParameter(name) || name == trafficLimit {
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

// understands reports whether the row looks at an x-oss- header, given in lower
// case, or every row does.
func (r rule) understands(header string) bool {
	for h := range strings.FieldsSeq(r.reads) {
		if h == header {
			return true
		}
	}
	if strings.HasPrefix(header, metaPrefix) {
		return true // as the service does: passed over where there is no object to make
	}
	switch header {
	case "x-oss-date", "x-oss-content-sha256", "x-oss-security-token",
		// Without effect: limits are checked and not kept, and there is one
		// account to pay.
		trafficLimit, "x-oss-request-payer", "x-oss-user-agent":
		return true
	}
	return false
}
