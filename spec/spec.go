package spec

import (
	"fmt"
	"time"
)

// Spec is one validated spec file. Load and Parse make it; it is not changed
// afterwards and may be read by any number of goroutines.
type Spec struct {
	Path     string    // the path as it was given to Load or Parse; used in messages only
	Dir      string    // absolute folder of the file; relative paths of the file start here
	Digest   string    // SHA-256 of the file's bytes, 64 lower-case hexadecimal digits
	Stores   []Store   // sorted by name; at least one
	Mappings []Mapping // in the order of the file; at least one
}

// Store returns the store with the given name, and whether there is one.
func (s *Spec) Store(name string) (Store, bool) {
	for _, store := range s.Stores {
		if store.Name == name {
			return store, true
		}
	}
	return Store{}, false
}

// Mapping returns the mapping with the given name, and whether there is one.
// The pointer leads into s.
func (s *Spec) Mapping(name string) (*Mapping, bool) {
	for i := range s.Mappings {
		if s.Mappings[i].Name == name {
			return &s.Mappings[i], true
		}
	}
	return nil, false
}

// Store is a service that holds buckets: Alibaba Cloud OSS, another service
// that speaks its API, or an embedded one that keeps its buckets in a folder.
type Store struct {
	Name        string
	Region      string      // such as "cn-hangzhou"; "" only for an embedded store
	Endpoint    string      // "https://host[:port]", or "http://..." on loopback; "" = that of the region
	Internal    bool        // the region's endpoint inside the cloud's network
	Accelerate  bool        // the endpoint of transfer acceleration
	DualStack   bool        // the region's endpoint for IPv6 and IPv4
	CName       bool        // Endpoint is a bucket's own domain
	CAFile      string      // absolute, clean path of certificates (PEM) to trust besides the system's; "" = none
	Proxy       Proxy       // whether requests go by a proxy
	Credentials Credentials // where keys come from; zero for an embedded store
	Embedded    string      // absolute, clean folder of an embedded store; "" = a remote service
}

// Proxy tells whether requests go by a proxy.
type Proxy int

const (
	// ProxyNone asks no proxy, whatever the environment names. It is the zero value
	// and the default.
	ProxyNone Proxy = iota
	// ProxyEnvironment asks the one of HTTPS_PROXY, but for hosts of NO_PROXY.
	ProxyEnvironment
)

// String returns the word of the spec language: "none" or "environment".
func (p Proxy) String() string { return nameOf(proxyNames, p) }

// Direction tells which side of a mapping is written.
type Direction int

const (
	// Push makes the prefix of the bucket like the local tree (field `to`).
	Push Direction = iota
	// Pull makes the local tree like the prefix of the bucket (field `from`).
	Pull
)

// String returns "push" or "pull".
func (d Direction) String() string { return nameOf(directionNames, d) }

// Prune tells what a run may delete on the side that it writes.
type Prune int

const (
	// PruneNever deletes nothing. It is the zero value and the default.
	PruneNever Prune = iota
	// PruneManaged deletes only what this mapping itself has put there.
	PruneManaged
	// PruneAll deletes whatever the other side does not have.
	PruneAll
)

// String returns the word of the spec language: "never", "managed" or "all".
func (p Prune) String() string { return nameOf(pruneNames, p) }

// Symlinks tells what a push does with symbolic links in its tree.
type Symlinks int

const (
	// SymlinksSkip leaves links alone: they and their remote counterparts are
	// reported and not touched. It is the zero value and the default.
	SymlinksSkip Symlinks = iota
	// SymlinksFollow pushes what a link points to if that is inside the root.
	SymlinksFollow
	// SymlinksError makes a link a failed item.
	SymlinksError
)

// String returns the word of the spec language: "skip", "follow" or "error".
func (s Symlinks) String() string { return nameOf(symlinksNames, s) }

var (
	directionNames = []string{Push: "push", Pull: "pull"}
	pruneNames     = []string{PruneNever: "never", PruneManaged: "managed", PruneAll: "all"}
	driftNames     = []string{DriftFix: "fix", DriftReport: "report"}
	proxyNames     = []string{ProxyNone: "none", ProxyEnvironment: "environment"}
	symlinksNames  = []string{SymlinksSkip: "skip", SymlinksFollow: "follow", SymlinksError: "error"}
)

// nameOf returns the name of an enumeration's value, or its number in
// parentheses when there is no such value.
func nameOf[E ~int](names []string, value E) string {
	if value < 0 || int(value) >= len(names) {
		return fmt.Sprintf("(%d)", int(value))
	}
	return names[value]
}

// Mapping ties one local tree to one prefix of one bucket.
//
// Parse makes it complete, with every default filled in. A Mapping made by
// hand works too: no Include means everything, and its patterns are compiled
// anew at each call of a method. One pattern that does not compile makes such
// a mapping match nothing at all, so that nothing is touched by mistake.
type Mapping struct {
	Name      string    // unique in the spec: [a-z0-9][a-z0-9._-]{0,62}
	Local     string    // the local folder as written
	Root      string    // the local folder, absolute and clean; it need not exist
	Direction Direction // Push or Pull
	Bucket    string    // name of the bucket
	Prefix    string    // "" (the whole bucket), or ends in "/"
	Store     string    // name of a store of the same spec
	Include   []string  // patterns; a path is in when one of them matches
	Exclude   []string  // patterns; a path is out when one of them matches, whatever Include says
	Require   []string  // paths of files without which the source is not taken for whole
	Allow     []string  // patterns of names that are passed over otherwise; see Allows
	Prune     Prune     // what may be deleted
	Order     []string  // patterns that name the phases of a push; see Phase
	Headers   []HeaderRule
	Symlinks  Symlinks
	Transfer  Transfer
	Uploads   Uploads
	Guard     Guard
	Watch     Watch

	rules *rules // compiled patterns; nil in a mapping made by hand
}

// URL returns the remote side as "oss://bucket/prefix/".
func (m *Mapping) URL() string { return urlScheme + m.Bucket + "/" + m.Prefix }

// HeaderRule sets headers on the uploads that its pattern matches.
type HeaderRule struct {
	Match string            // one pattern
	Set   map[string]string // canonical header name -> value; see Mapping.HeadersFor
}

// Transfer holds the knobs of moving bytes. The zero value is not useful;
// Parse fills in the defaults.
type Transfer struct {
	Threshold int64 // bytes, 0 to 5 GiB: larger objects move in parts, resumably
	PartSize  int64 // bytes, 100 KiB to 5 GiB: wanted size of a part; grows for objects of more than 10,000 parts
	Files     int   // 1 to 256: objects moved at the same time
	Parts     int   // 1 to 64: parts of one object moved at the same time
	Bandwidth int64 // bytes a second for the whole mapping, at least 64 KiB; 0 = no limit
}

// Uploads tells what happens to multipart uploads under the prefix that were
// begun and never completed.
type Uploads struct {
	AbortAfter time.Duration // age at which an upload that nobody resumes is aborted; 0 = never
}

// Guard holds the limits that stop a plan with too many deletes, or one that
// moves too much, before anything is changed.
type Guard struct {
	MaxDeletes       int   // 0 to 1,000,000,000: most deletes in one plan
	MaxDeletePercent int   // 0 to 100: most deletes in percent of what the written side holds, if there are more than 10
	MaxObjects       int   // most objects that one plan moves; 0 = no limit
	MaxObjectSize    int64 // bytes of the largest object that a plan may move; 0 = no limit
	MaxTotalSize     int64 // most bytes that one plan moves; 0 = no limit
}
